#include "run/ranges.h"

#include <criterion/criterion.h>

Test(ranges, what_overlaps_is_joined_under_the_name_of_the_longest)
{
	struct ranges ranges = { 0 };

	ranges_add(&ranges, 10, 20, "b");
	ranges_add(&ranges, 0, 5, "a");
	ranges_add(&ranges, 18, 40, "c");
	ranges_add(&ranges, 40, 41, "d");
	ranges_add(&ranges, 7, 7, "empty");
	ranges_join(&ranges);
	cr_assert_eq(ranges.count, 3);
	cr_expect_str_eq(ranges.items[0].shown, "a");
	cr_expect_eq(ranges.items[1].from, 10);
	cr_expect_eq(ranges.items[1].to, 40);
	cr_expect_str_eq(ranges.items[1].shown, "c");
	cr_expect_eq(ranges.items[2].from, 40);
	ranges_release(&ranges);
}

Test(ranges, what_is_covered_is_left_out)
{
	struct ranges ranges = { 0 }, without = { 0 }, rest = { 0 };

	ranges_add(&ranges, 0, 10, "a");
	ranges_add(&ranges, 20, 30, "b");
	ranges_add(&ranges, 40, 50, "c");
	ranges_add(&without, 2, 4, "x");
	ranges_add(&without, 6, 22, "x");
	ranges_add(&without, 40, 50, "x");
	ranges_subtract(&ranges, &without, &rest);
	cr_assert_eq(rest.count, 3);
	cr_expect_eq(rest.items[0].from, 0);
	cr_expect_eq(rest.items[0].to, 2);
	cr_expect_eq(rest.items[1].from, 4);
	cr_expect_eq(rest.items[1].to, 6);
	cr_expect_eq(rest.items[2].from, 22);
	cr_expect_eq(rest.items[2].to, 30);
	ranges_release(&ranges);
	ranges_release(&without);
	ranges_release(&rest);
}
