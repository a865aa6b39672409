#include "run/needles.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(needles, one_is_found_at_every_position_and_nowhere_else)
{
	struct needles *needles = needles_new();

	needles_add(needles, "12345678", 8, "n", 0, 0);
	for (size_t place = 0; place < 40; place++) {
		char text[49];
		struct ranges ranges = { 0 };

		memset(text, '1', sizeof(text));
		memcpy(text + place, "12345678", 8);
		needles_find(needles, text, 48, &ranges);
		cr_assert_eq(ranges.count, 1, "place %zu", place);
		cr_expect_eq(ranges.items[0].from, place);
		cr_expect_eq(ranges.items[0].to, place + 8);
		ranges_release(&ranges);
	}
	needles_free(needles);
}

Test(needles, many_are_told_apart)
{
	struct needles *needles = needles_new();
	static char names[2000][16];
	struct ranges ranges = { 0 };

	for (size_t i = 0; i < 2000; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "needle-%06zu", i);
		needles_add(needles, names[i], strlen(names[i]), names[i], 0, 0);
	}
	needles_find(needles, "a needle-000123, a needle-002000 and needle-001999", 50, &ranges);
	cr_assert_eq(ranges.count, 2);
	cr_expect_str_eq(ranges.items[0].shown, "needle-000123");
	cr_expect_str_eq(ranges.items[1].shown, "needle-001999");
	ranges_release(&ranges);
	needles_free(needles);
}

Test(needles, one_that_is_cut_off_by_the_end_is_found_when_enough_is_there)
{
	struct needles *needles = needles_new();
	struct ranges ranges = { 0 };

	needles_add(needles, "abcdefghijklmnopqrst", 20, "n", 0, 0);
	needles_find(needles, "...abcdefghijk", 14, &ranges);
	cr_expect_eq(ranges.count, 0);
	needles_find(needles, "...abcdefghijkl", 15, &ranges);
	cr_assert_eq(ranges.count, 1);
	cr_expect_eq(ranges.items[0].to, 15);
	ranges_release(&ranges);
	needles_free(needles);
}

Test(needles, too_short_a_needle_and_too_short_a_text_find_nothing)
{
	struct needles *needles = needles_new();
	struct ranges ranges = { 0 };

	needles_add(needles, "abcdefg", 7, "n", 0, 0);
	needles_find(needles, "abcdefgh", 8, &ranges);
	needles_find(needles, "ab", 2, &ranges);
	needles_find(needles, "", 0, &ranges);
	cr_expect_eq(ranges.count, 0);
	needles_free(needles);
}
