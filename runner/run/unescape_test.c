#include "run/unescape.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"
#include "base/rows.h"

static const struct {
	const char *text;
	unsigned escapes;
	const char *plain; /* NULL: no escapes */
} texts[] = {
	{ "nothing", ESCAPES_ALL, NULL },
	{ "a\\\"b\\\\c\\/d\\n", ESCAPES_ALL, "a\"b\\c/d\n" },
	{ "\\u0041\\u00e9\\u20AC\\ud83d\\ude00", ESCAPES_ALL,
	  "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
	{ "\\d \\u12 \\", ESCAPES_ALL, NULL },
	{ "%41%6a%6A%", ESCAPES_ALL, "Ajj%" },
	{ "100% of %zz", ESCAPES_ALL, NULL },
	{ "&lt;a&gt; &amp;&quot;&apos;", ESCAPES_ALL, "<a> &\"'" },
	{ "&#65;&#x41;&#X6a;&#0000065;", ESCAPES_ALL, "AAjA" },
	{ "&# &#; &#x; &#65 &nbsp; &", ESCAPES_ALL, NULL },
	{ "%41\\n&amp;", ESCAPES_JSON, "%41\n&amp;" },
	{ "%41\\n&amp;", ESCAPES_PERCENT, "A\\n&amp;" },
	{ "%41\\n&amp;", ESCAPES_XML, "%41\\n&" },
	{ "%2541", ESCAPES_ALL, "%41" },
};

ParameterizedTestParameters(unescape, text)
{
	return rows_of(COUNTOF(texts));
}

ParameterizedTest(size_t *row, unescape, text)
{
	struct layer below = layer_of(texts[*row].text, strlen(texts[*row].text)), layer;
	bool any = layer_unescape(&layer, &below, texts[*row].escapes);

	cr_assert_eq(any, texts[*row].plain != NULL, "row %zu", *row);
	if (!any)
		return;
	cr_assert_eq(layer.len, strlen(texts[*row].plain), "row %zu", *row);
	cr_expect_eq(memcmp(layer.text, texts[*row].plain, layer.len), 0, "row %zu", *row);
	layer_release(&layer);
}

Test(unescape, every_byte_knows_where_it_came_from)
{
	const char *text = "ab\\u00e9cd\\\"e";
	struct layer root = layer_of(text, strlen(text)), layer;

	cr_assert(layer_unescape(&layer, &root, ESCAPES_ALL));
	static const size_t from[] = { 0, 1, 2, 2, 8, 9, 10, 12 };
	static const size_t to[] = { 1, 2, 8, 8, 9, 10, 12, 13 };
	cr_assert_eq(layer.len, COUNTOF(from));
	for (size_t i = 0; i < layer.len; i++) {
		size_t begin = i, end = i + 1;

		layer_to_text(&layer, &begin, &end);
		cr_expect_eq(begin, from[i], "byte %zu: %zu", i, begin);
		cr_expect_eq(end, to[i], "byte %zu: %zu", i, end);
	}
	cr_expect(layer_is_literal(&layer, 1));
	cr_expect_not(layer_is_literal(&layer, 3));
	cr_expect(layer_is_literal(&layer, 4));
	cr_expect_not(layer_is_literal(&layer, 6));
	layer_release(&layer);
}

Test(unescape, places_are_kept_through_layers)
{
	const char *text = "x%5Cu0041y";
	struct layer root = layer_of(text, strlen(text)), first, second;

	cr_assert(layer_unescape(&first, &root, ESCAPES_ALL));
	cr_assert(layer_unescape(&second, &first, ESCAPES_ALL));
	cr_expect_eq(memcmp(second.text, "xAy", 3), 0);
	size_t from = 1, to = 2;
	layer_to_text(&second, &from, &to);
	cr_expect_eq(from, 1);
	cr_expect_eq(to, 9);
	layer_release(&second);
	layer_release(&first);
}
