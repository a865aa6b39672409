#include "watch/significance.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/base.h"

static void
near(const char *what, size_t row, double found, double wanted, double within)
{
	if (isinf(wanted))
		cr_expect_eq(found, wanted, "row %zu: %s is %.10g", row, what, found);
	else
		cr_expect(fabs(found - wanted) <= within, "row %zu: %s is %.10g, not %.10g", row,
			  what, found, wanted);
}

/* From the manual of R's fisher.test (tea tasting; convictions of twins), and scipy.stats. */
static const struct {
	struct share first, second;
	double p;
} exact[] = {
	{ { 3, 4 }, { 1, 4 }, 0.4857142857 },   { { 2, 17 }, { 10, 13 }, 0.0005367241191 },
	{ { 8, 10 }, { 1, 6 }, 0.03496503497 }, { { 0, 480 }, { 5, 480 }, 0.06184930096 },
	{ { 0, 500 }, { 0, 500 }, 1 },          { { 10, 1000 }, { 12, 20 }, 3.049408057e-17 },
};

Test(significance, p_of_two_shares_is_fishers)
{
	for (size_t i = 0; i < COUNTOF(exact); i++) {
		struct share_test test = significance_shares(exact[i].first, exact[i].second, 0.95);
		near("p", i, test.p, exact[i].p, exact[i].p * 1e-7);
	}
}

/* The eight examples of Newcombe's paper are of the first less the second: here it is the second
 * less the first. The last row is a day of rounds without a fault. */
static const struct {
	struct share first, second;
	double low, high;
} intervals[] = {
	{ { 48, 80 }, { 56, 70 }, 0.0524, 0.3339 },   { { 3, 10 }, { 9, 10 }, 0.1705, 0.8090 },
	{ { 2, 7 }, { 6, 7 }, 0.0582, 0.8062 },       { { 0, 29 }, { 5, 56 }, -0.0381, 0.1926 },
	{ { 0, 20 }, { 0, 10 }, -0.1611, 0.2775 },    { { 0, 20 }, { 10, 10 }, 0.6791, 1 },
	{ { 0, 480 }, { 0, 480 }, -0.00794, 0.00794 }
};

Test(significance, the_interval_of_two_shares_is_newcombes)
{
	for (size_t i = 0; i < COUNTOF(intervals); i++) {
		struct share_test test =
			significance_shares(intervals[i].first, intervals[i].second, 0.95);
		near("low", i, test.low, intervals[i].low, 0.00005);
		near("high", i, test.high, intervals[i].high, 0.00005);
	}
}

Test(significance, shares_of_nothing_leave_everything_open)
{
	struct share_test test =
		significance_shares((struct share){ 0, 0 }, (struct share){ 1, 10 }, 0.95);

	near("low", 0, test.low, -1, 0);
	near("high", 0, test.high, 1, 0);
	near("p", 0, test.p, 1, 0);
}

/* Row 0: permeability of the human chorioamnion, Hollander and Wolfe (1973), the example of R's
 * wilcox.test, times 100; the others by scipy.stats.mannwhitneyu and sorted differences. */
static const struct {
	size_t n, m;
	int64_t first[12], second[12];
	double u, p, shift, low, high;
	bool exact;
} shifts[] = {
	{ 10,
	  5,
	  { 73, 80, 83, 104, 138, 145, 146, 164, 189, 191 },
	  { 74, 88, 90, 115, 121 },
	  15,
	  0.25441225441,
	  -30.5,
	  -76,
	  15,
	  true },
	{ 4, 4, { 1, 2, 3, 4 }, { 5, 6, 7, 8 }, 16, 0.02857142857, 4, 1, 7, true },
	/* Of three and three no interval is 95 % sure. */
	{ 3, 3, { 1, 2, 3 }, { 4, 5, 6 }, 9, 0.1, 3, -INFINITY, INFINITY, true },
	{ 10,
	  10,
	  { 10, 10, 11, 12, 12, 12, 13, 15, 15, 20 },
	  { 11, 12, 12, 13, 13, 14, 15, 16, 18, 22 },
	  67.5,
	  0.19366182124,
	  1,
	  -1,
	  4,
	  false },
	{ 2, 3, { 7, 7 }, { 7, 7, 7 }, 3, 1, 0, 0, 0, false },
};

Test(significance, a_shift_has_the_reference_values)
{
	for (size_t i = 0; i < COUNTOF(shifts); i++) {
		struct shift_test test =
			significance_shift((struct sample){ shifts[i].first, shifts[i].n },
					   (struct sample){ shifts[i].second, shifts[i].m }, 0.95);

		near("u", i, test.u, shifts[i].u, 0);
		near("p", i, test.p, shifts[i].p, 1e-9);
		near("shift", i, test.shift, shifts[i].shift, 0);
		near("low", i, test.low, shifts[i].low, 0);
		near("high", i, test.high, shifts[i].high, 0);
		cr_expect_eq(test.exact, shifts[i].exact, "row %zu", i);
	}
}

/* Sixty of each with ties: U 2430, p 0.00081988 (scipy), interval by rank 1427 of 3600. */
Test(significance, large_samples_with_ties_go_by_the_normal_approximation)
{
	const int64_t first[] = { 10, 10, 11, 12, 12, 12, 13, 15, 15, 20 };
	const int64_t second[] = { 11, 12, 12, 13, 13, 14, 15, 16, 18, 22 };
	int64_t a[60], b[60];

	for (size_t i = 0; i < 60; i++) {
		a[i] = first[i / 6];
		b[i] = second[i / 6];
	}
	struct shift_test test =
		significance_shift((struct sample){ a, 60 }, (struct sample){ b, 60 }, 0.95);
	near("u", 0, test.u, 2430, 0);
	near("p", 0, test.p, 0.00081988452225, 1e-12);
	near("low", 0, test.low, 1, 0);
	near("high", 0, test.high, 2, 0);
	cr_expect_not(test.exact);
}

Test(significance, more_sureness_is_a_wider_interval)
{
	struct share_test some =
		significance_shares((struct share){ 1, 50 }, (struct share){ 5, 50 }, 0.8);
	struct share_test much =
		significance_shares((struct share){ 1, 50 }, (struct share){ 5, 50 }, 0.99);

	cr_expect(much.low < some.low && much.high > some.high);
}
