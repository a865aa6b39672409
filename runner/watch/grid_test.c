#include "watch/grid.h"

#include <criterion/criterion.h>

#define MINUTE 60000000LL

Test(grid, the_next_moment_is_a_multiple_and_never_now)
{
	cr_expect_eq(grid_next(0, 15 * MINUTE), 15 * MINUTE);
	cr_expect_eq(grid_next(15 * MINUTE - 1, 15 * MINUTE), 15 * MINUTE);
	cr_expect_eq(grid_next(15 * MINUTE, 15 * MINUTE), 30 * MINUTE);
}

Test(grid, a_round_that_took_too_long_skips_what_was_due_meanwhile)
{
	cr_expect_eq(grid_skipped(0, 15 * MINUTE, 15 * MINUTE), 0);
	cr_expect_eq(grid_skipped(0, 45 * MINUTE, 15 * MINUTE), 2);
	cr_expect_eq(grid_skipped(45 * MINUTE, 45 * MINUTE, 15 * MINUTE), 0);
}
