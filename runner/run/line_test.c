#include "run/line.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>

#include "base/rows.h"

static const struct {
	const char *text;
	size_t len;
	const char *escaped;
} texts[] = {
	{ "", 0, "" },
	{ "plain and longer than eight bytes", 33, "plain and longer than eight bytes" },
	{ "say \"no\"", 8, "say \\\"no\\\"" },
	{ "a\\b", 3, "a\\\\b" },
	{ "\r\n\t\b\f", 5, "\\r\\n\\t\\u0008\\u000c" },
	{ "\0\x01\x1f\x7f", 4, "\\u0000\\u0001\\u001f\x7f" },
	{ "12345678\n", 9, "12345678\\n" },
	{ "1234567\"", 8, "1234567\\\"" },
	{ "caf\xc3\xa9", 5, "caf\xc3\xa9" },
	{ "\xf0\x9f\x9a\xa2", 4, "\xf0\x9f\x9a\xa2" },
	{ "cut \xf0\x9f\x9a", 7, "cut \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xc0\xaf", 2, "\xef\xbf\xbd\xef\xbf\xbd" },                 /* overlong slash */
	{ "\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* a surrogate */
	{ "\xf4\x90\x80\x80", 4, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xff ok", 4, "\xef\xbf\xbd ok" },
};

ParameterizedTestParameters(line, a_text_is_escaped_and_made_valid)
{
	return rows_of(COUNTOF(texts));
}

ParameterizedTest(size_t *row, line, a_text_is_escaped_and_made_valid)
{
	struct buf out;

	buf_init(&out, 1000);
	line_escape(&out, texts[*row].text, texts[*row].len);
	cr_expect_str_eq(out.text, texts[*row].escaped, "row %zu", *row);
	buf_release(&out);
}

/* Eight bytes are looked at together. */
Test(line, the_first_special_byte_is_found_wherever_it_stands)
{
	for (int byte = 1; byte < 256; byte++) {
		bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

		for (size_t at = 0; at < 20; at++) {
			char text[] = "\x7f\x20!#[]~a0123456789xyz";

			text[at] = (char)byte;
			cr_assert_eq(line_plain(text, 20), plain ? 20 : at, "%d at %zu", byte, at);
			text[at + 1] = '\x1f';
			cr_assert_eq(line_plain(text, 21), plain ? at + 1 : at,
				     "%d at %zu before another", byte, at);
		}
	}
}

/* Short plain names take a shorter way. */
Test(line, a_name_is_escaped_however_long_it_is)
{
	struct buf out, expected;

	buf_init(&out, 1000);
	buf_init(&expected, 1000);
	for (size_t len = 1; len < 100; len++) {
		char name[101] = "\"";
		struct line line = { .out = &out };

		memset(name + 1, 'n', len);
		buf_clear(&out);
		buf_clear(&expected);
		buf_printf(&expected, "{\"%s\":1,\"\\%s\":\"\"}", name + 1, name);
		line_object(&line, NULL);
		line_int(&line, name + 1, 1);
		line_word(&line, name, "");
		line_object_end(&line);
		cr_assert_str_eq(out.text, expected.text);
	}
	buf_release(&expected);
	buf_release(&out);
}

Test(line, commas_stand_between_values_only)
{
	struct buf out;

	buf_init(&out, 1000);
	struct line line = { .out = &out };
	line_object(&line, NULL);
	line_array(&line, "none");
	line_array_end(&line);
	line_array(&line, "some");
	line_int(&line, NULL, -1);
	line_object(&line, NULL);
	line_object_end(&line);
	line_bool(&line, NULL, true);
	line_array_end(&line);
	line_text(&line, "absent", NULL);
	line_text(&line, "k\"y", "v");
	line_object_end(&line);
	cr_expect_str_eq(out.text, "{\"none\":[],\"some\":[-1,{},true],\"k\\\"y\":\"v\"}");
	buf_release(&out);
}

Test(line, the_extreme_integers_are_written_whole)
{
	struct buf out;

	buf_init(&out, 1000);
	struct line line = { .out = &out };
	line_array(&line, NULL);
	line_int(&line, NULL, INT64_MIN);
	line_int(&line, NULL, INT64_MAX);
	line_int(&line, NULL, 0);
	line_array_end(&line);
	cr_expect_str_eq(out.text, "[-9223372036854775808,9223372036854775807,0]");
	buf_release(&out);
}

Test(line, a_tree_is_written_as_jansson_reads_it)
{
	const char *text =
		"{\"a\": [1, 1.0, 0.1, 1e300, null, false, \"x\\u0000\\n\"], \"b\": {\"\": {}}}";
	json_t *tree = json_loads(text, JSON_ALLOW_NUL, NULL);
	struct buf out;

	cr_assert_not_null(tree);
	buf_init(&out, 1000);
	struct line line = { .out = &out };
	line_json(&line, NULL, tree);
	json_t *again = json_loadb(out.text, out.len, JSON_ALLOW_NUL, NULL);
	cr_expect(json_equal(tree, again), "%s", out.text);
	json_decref(again);
	json_decref(tree);
	buf_release(&out);
}

Test(line, whatever_bytes_come_the_result_is_json)
{
	struct buf out;
	char noise[64];
	uint32_t seed = 1;

	buf_init(&out, 10000);
	for (int round = 0; round < 2000; round++) {
		out.len = 0;
		for (size_t i = 0; i < sizeof(noise); i++) {
			seed = seed * 1664525 + 1013904223;
			noise[i] = (char)(seed >> 24);
		}
		struct line line = { .out = &out };
		line_array(&line, NULL);
		line_bytes(&line, NULL, noise, sizeof(noise));
		line_array_end(&line);
		json_t *tree = json_loadb(out.text, out.len, JSON_ALLOW_NUL, NULL);
		cr_assert_not_null(tree, "round %d: %s", round, out.text);
		json_decref(tree);
	}
	buf_release(&out);
}

Test(line, a_secret_is_masked_before_it_is_escaped)
{
	struct error err = { 0 };
	struct mask *mask = mask_new();
	struct buf out;
	struct buf masked;

	cr_assert(mask_add(mask, "swordfish\"99", "<the password>", &err));
	buf_init(&out, 1000);
	buf_init(&masked, 1000);
	struct line line = { .out = &out, .mask = mask, .masked = &masked };
	line_array(&line, NULL);
	line_text(&line, NULL, "say swordfish\"99\n");
	line_array_end(&line);
	cr_expect_str_eq(out.text, "[\"say <the password>\\n\"]");
	buf_release(&masked);
	buf_release(&out);
	mask_free(mask);
}
