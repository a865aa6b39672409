#include "run/fragments.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"

static const char first[] = "first-secret-0123456789-abcdefghij";
static const char second[] = "second-secret-0123456789-abcdefghi";

static const struct {
	const char *text;
	size_t from, to; /* to 0: nothing is found */
	const char *shown;
} rows[] = {
	{ "nothing of either", 0, 0, NULL },
	{ first, 0, sizeof(first) - 1, "1" },
	{ "is \"first-secret-0123\" said", 4, 21, "1" },
	{ "is \"t-0123456789-abc\" said", 4, 20, "1" }, /* of both, the same length */
	{ "is \"t-secret-0123456789-abc\" said", 4, 27, "1" },
	{ "is \"d-secret-0123456789-abc\" said", 4, 27, "2" },
	{ "456789-abcdefghij", 0, 17, "1" }, /* as far as it goes: the last letter is the first's */
	{ "123456789", 0, 0, NULL },         /* too short */
	{ "", 0, 0, NULL },
};

Test(fragments, a_part_is_found_as_long_as_it_gets)
{
	struct fragments *fragments = fragments_new();

	fragments_add(fragments, second, sizeof(second) - 1, "2");
	fragments_add(fragments, first, sizeof(first) - 1, "1");
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct ranges ranges = { 0 };

		fragments_find(fragments, rows[i].text, strlen(rows[i].text), &ranges);
		cr_expect_eq(ranges.count, rows[i].to > 0, "row %zu: %zu", i, ranges.count);
		if (ranges.count == 1 && rows[i].to) {
			cr_expect_eq(ranges.items[0].from, rows[i].from, "row %zu", i);
			cr_expect_eq(ranges.items[0].to, rows[i].to, "row %zu", i);
			cr_expect_str_eq(ranges.items[0].shown, rows[i].shown, "row %zu", i);
		}
		ranges_release(&ranges);
	}
	fragments_free(fragments);
}

Test(fragments, the_header_that_all_tokens_share_is_no_part)
{
	static const char token[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl";
	static const char *const texts[] = { "eyJhbGciOiJIUzI1NiJ9", "yJzdWIiOiIxMjM0" };
	struct fragments *fragments = fragments_new();

	fragments_add(fragments, token, sizeof(token) - 1, "t");
	for (size_t i = 0; i < COUNTOF(texts); i++) {
		struct ranges ranges = { 0 };
		fragments_find(fragments, texts[i], strlen(texts[i]), &ranges);
		cr_expect_eq(ranges.count, i, "text %zu", i);
		ranges_release(&ranges);
	}
	fragments_free(fragments);
}

Test(fragments, freeing_nothing_is_fine)
{
	fragments_free(NULL);
}
