#include "run/scan.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/must.h"

/* A copy, without a NUL, that the sanitizer guards on both sides. */
static char *
copy_of(const char *text, size_t len)
{
	char *copy = must(malloc(len + !len));

	memcpy(copy, text, len);
	return copy;
}

static bool
is_json(const char *text, size_t len)
{
	char *copy = copy_of(text, len);
	struct scan scan = scan_of(copy, len);

	scan_skip(&scan);
	bool is = scan_done(&scan);
	free(copy);
	return is;
}

static bool
jansson_takes(const char *text, size_t len)
{
	json_t *value = json_loadb(text, len, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
	bool takes = value != NULL;

	json_decref(value);
	return takes;
}

Test(scan, takes_what_is_json_and_nothing_else)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{ "", false },
		{ " ", false },
		{ "{}", true },
		{ " [ ] ", true },
		{ "[1,2]", true },
		{ "[1,]", false },
		{ "[,1]", false },
		{ "[1 2]", false },
		{ "[1", false },
		{ "[}", false },
		{ "{\"a\":1}", true },
		{ "{\"a\":1,}", false },
		{ "{\"a\" 1}", false },
		{ "{\"a\"}", false },
		{ "{a:1}", false },
		{ "{1:1}", false },
		{ "{} {}", false },
		{ "\"a", false },
		{ "\"\t\"", false },
		{ "\"\\u00e9\\n\\/\"", true },
		{ "\"\\x\"", false },
		{ "\"\\u12\"", false },
		{ "\"\\\"", false },
		{ "\"\\ud83d\\ude00\"", true },
		{ "\"\\ud83d\"", false },
		{ "\"\\ude00\"", false },
		{ "\"\\ud83d\\u0041\"", false },
		{ "\"\\u0000\"", true },
		{ "\"\xc3\xa9\"", true },
		{ "\"\xc3\"", false },
		{ "\"\xed\xa0\x80\"", false },
		{ "\"12345678\xff"
		  "12345678\"",
		  false },
		{ "0", true },
		{ "-0", true },
		{ "01", false },
		{ "-", false },
		{ "1.", false },
		{ ".5", false },
		{ "1.5e+3", true },
		{ "1e", false },
		{ "9223372036854775807", true },
		{ "9223372036854775808", false },
		{ "-9223372036854775808", true },
		{ "-9223372036854775809", false },
		{ "true", true },
		{ "tru", false },
		{ "truey", false },
		{ "null", true },
		{ "nul", false },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		size_t len = strlen(rows[i].text);

		cr_expect_eq(is_json(rows[i].text, len), rows[i].is, "%s", rows[i].text);
		cr_expect_eq(jansson_takes(rows[i].text, len), rows[i].is, "jansson: %s",
			     rows[i].text);
	}
}

/* Whatever happens to a byte of a line, both readers of records say the same of it. */
Test(scan, agrees_with_jansson_about_every_line_that_was_altered)
{
	static const char line[] =
		"{\"previous\":\"00ff\",\"record\":\"case\",\"index\":120,\"flaky\":true,\"note\":"
		"null,"
		"\"exchanges\":[{\"kind\":\"http\",\"response_body\":\"{\\\"a\\\":[1.5e3,"
		"\\\"\xc3\xa9"
		"\\u00e9\\ud83d\\ude00\\\"]}\\r\\n\",\"timing\":{\"total_us\":-40}}, {} ,[]]}";
	/* Without NUL: jansson 2.14 takes one that follows a number or a word. */
	static const char bytes[] = "\x01\t \"\\{}[]:,0-.eu1x\x7f\x80\xa9\xc3\xff";
	char text[sizeof(line)];
	long taken = 0;

	for (size_t at = 0; at < sizeof(line) - 1; at++) {
		for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
			memcpy(text, line, sizeof(line));
			text[at] = bytes[i];
			bool is = is_json(text, sizeof(line) - 1);

			cr_assert_eq(is, jansson_takes(text, sizeof(line) - 1), "%zu: %s", at,
				     text);
			taken += is;
		}
		cr_assert_eq(is_json(line, at), jansson_takes(line, at), "cut at %zu", at);
	}
	cr_expect_gt(taken, 100);
}

Test(scan, nesting_ends_at_a_depth_that_no_record_has)
{
	char text[2 * SCAN_DEPTH + 2];

	memset(text, '[', sizeof(text) / 2);
	memset(text + sizeof(text) / 2, ']', sizeof(text) / 2);
	cr_expect(is_json(text + 1, sizeof(text) - 2));
	cr_expect_not(is_json(text, sizeof(text)));
}

Test(scan, escapes_are_undone_where_they_stand)
{
	static const struct {
		const char *json, *text;
		size_t len;
	} rows[] = {
		{ "\"\"", "", 0 },
		{ "\"plain\"", "plain", 5 },
		{ "\"a\\\"b\\\\c\\/d\"", "a\"b\\c/d", 7 },
		{ "\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t", 5 },
		{ "\"x\\u00e9\\u20ac\\ud83d\\ude00y\"", "x\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80y",
		  11 },
		{ "\"a\\u0000b\"", "a\0b", 3 },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		size_t len = strlen(rows[i].json);
		char *copy = copy_of(rows[i].json, len);
		struct scan scan = scan_of(copy, len);
		struct span span;

		cr_assert(scan_string(&scan, &span), "%s", rows[i].json);
		const char *text = span_text(&span);
		cr_expect_eq(span.len, rows[i].len, "%s: %zu", rows[i].json, span.len);
		cr_expect_eq(memcmp(text, rows[i].text, rows[i].len + 1), 0, "%s", rows[i].json);
		cr_expect(scan_done(&scan));
		free(copy);
	}
}

Test(scan, a_value_of_another_type_is_left_to_be_skipped)
{
	char text[] = "[\"a\",7,false]";
	struct scan scan = scan_of(text, sizeof(text) - 1);
	struct span span;
	int64_t number = 0;
	bool truth = true;

	cr_assert(scan_open(&scan, '['));
	cr_expect(scan_element(&scan));
	cr_expect_not(scan_int(&scan, &number));
	cr_expect_not(scan_bool(&scan, &truth));
	cr_expect_not(scan_open(&scan, '{'));
	cr_expect(scan_string(&scan, &span));
	cr_expect(span_is(&span, "a"));
	cr_expect_not(span_is(&span, "ab"));
	cr_expect_not(span_is(&span, ""));
	/* Asking for an object has not made the next element the first. */
	cr_expect(scan_element(&scan));
	cr_expect_not(scan_string(&scan, &span));
	cr_expect(scan_int(&scan, &number));
	cr_expect_eq(number, 7);
	cr_expect(scan_element(&scan));
	cr_expect(scan_bool(&scan, &truth));
	cr_expect_not(truth);
	cr_expect_not(scan_element(&scan));
	cr_expect(scan_done(&scan));
}
