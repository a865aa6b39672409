#include "run/decode.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

/* `text` in a block of its own, so that the sanitizer guards its end. */
static json_t *
decode_copy(const char *text, size_t len)
{
	char *copy = malloc(len + !len);

	cr_assert_not_null(copy);
	memcpy(copy, text, len);
	json_t *value = decode(copy, len);
	cr_assert_eq(memcmp(copy, text, len), 0, "the text was changed");
	free(copy);
	return value;
}

/* The same value, members in the same order, or none by both. */
static void
expect_as_jansson(const char *text, size_t len)
{
	const size_t flags = JSON_ENCODE_ANY | JSON_COMPACT;
	json_t *own = decode_copy(text, len);
	json_t *other = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	char *own_text = own ? json_dumps(own, flags) : NULL;
	char *other_text = other ? json_dumps(other, flags) : NULL;

	cr_expect_eq(own != NULL, other != NULL, "%.*s", (int)len, text);
	if (own_text && other_text)
		cr_expect_str_eq(own_text, other_text);
	free(own_text);
	free(other_text);
	json_decref(own);
	json_decref(other);
}

static const char *const texts[] = {
	"",
	" ",
	"null",
	"true",
	"truex",
	"nul",
	"0",
	"-0",
	"00",
	"-",
	"1.5",
	"-0.0",
	"1e3",
	"1e999",
	"1.",
	"[1.5e-3,2]",
	"9223372036854775807",
	"-9223372036854775808",
	"9223372036854775808",
	"\"\"",
	"\"a\\u0000b\"",
	"\"\\ud83d\\ude00 \\u00e9\\n\\/\"",
	"\"\\ud83d\"",
	"\"\\ude00\"",
	"\"\xc3\xa9\"",
	"\"\xc3\"",
	"\"\xed\xa0\x80\"",
	"\"tab\tin it\"",
	"\"open",
	"{}",
	" { \"a\" : [ 1 , { } , [ ] , \"x\" ] , \"b\" : null } ",
	"{\"a\":1,\"b\":2,\"a\":3}",
	"{\"\\u0061\":1,\"a\":2}",
	"{\"a\\u0000b\":1}",
	"{\"\":0}",
	"{\"a\":1,}",
	"{\"a\" 1}",
	"{1:2}",
	"[1,2",
	"[1 2]",
	"[,]",
	"[] []",
	"\xef\xbb\xbf{}",
	"{\"status\":\"error\",\"error_code\":\"RLS_DENIED\",\"details\":{\"n\":[1,2.50,-3],\"ok\":"
	"false}}",
};

Test(decode, reads_what_jansson_reads)
{
	for (size_t i = 0; i < COUNTOF(texts); i++)
		expect_as_jansson(texts[i], strlen(texts[i]));
	expect_as_jansson("[1]\0", 4);
}

/* Any byte of any of them is another one, is missing, or is where the text ends. */
Test(decode, reads_as_jansson_what_is_broken_anywhere)
{
	static const char bytes[] = "\"\\,:{}[]0-.eEtu \x01\x7f\x80\xc3\xff";

	for (size_t i = 0; i < COUNTOF(texts); i++) {
		size_t len = strlen(texts[i]);

		for (size_t at = 0; at < len; at++) {
			char text[200];

			expect_as_jansson(texts[i], at);
			(void)snprintf(text, sizeof(text), "%s", texts[i]);
			for (const char *byte = bytes; *byte; byte++) {
				text[at] = *byte;
				expect_as_jansson(text, len);
			}
			memmove(text + at, texts[i] + at + 1, len - at);
			expect_as_jansson(text, len - 1);
		}
	}
}

Test(decode, nesting_is_as_deep_as_with_jansson)
{
	enum { DEEPEST = 2100 };
	static const size_t depths[] = { 63, 64, 65, 66, 1000, 2047, 2048, 2049, DEEPEST };
	char text[2 * DEEPEST];

	for (size_t i = 0; i < COUNTOF(depths); i++) {
		memset(text, '[', depths[i]);
		memset(text + depths[i], ']', depths[i]);
		json_t *own = decode_copy(text, 2 * depths[i]);
		json_t *other = json_loadb(text, 2 * depths[i], 0, NULL);

		cr_expect_eq(own != NULL, other != NULL, "%zu deep", depths[i]);
		json_decref(own);
		json_decref(other);
	}
}
