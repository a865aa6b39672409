#include "watch/significance.h"

#include <math.h>
#include <stdlib.h>

#define EXACT_BELOW 50 /* as R's wilcox.test */

/* How many standard deviations to either side hold the share `sure` of a normal distribution. */
static double
deviations(double sure)
{
	double low = 0, high = 40;

	for (int i = 0; i < 100; i++) {
		double middle = (low + high) / 2;

		if (erf(middle / sqrt(2)) < sure)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* ---- shares ---- */

static double
log_choose(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* All tables with these sums that are no more likely than the one seen. */
static double
fisher(struct share a, struct share b)
{
	long hits = a.hits + b.hits;
	long from = hits > b.count ? hits - b.count : 0;
	long to = hits < a.count ? hits : a.count;
	double all = log_choose((double)(a.count + b.count), (double)hits), p = 0;
	double seen = log_choose((double)a.count, (double)a.hits) +
		      log_choose((double)b.count, (double)b.hits) - all;

	for (long k = from; k <= to; k++) {
		double one = log_choose((double)a.count, (double)k) +
			     log_choose((double)b.count, (double)(hits - k)) - all;

		/* The rounding of lgamma must not tell equally likely tables apart. */
		if (one <= seen + 1e-7)
			p += exp(one);
	}
	return p < 1 ? p : 1;
}

struct interval {
	double at, low, high;
};

/* Wilson's score interval of one share. */
static struct interval
wilson(struct share share, double z)
{
	double n = (double)share.count, p = (double)share.hits / n;
	double middle = p + z * z / (2 * n);
	double width = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

	return (struct interval){ p, (middle - width) / (1 + z * z / n),
				  (middle + width) / (1 + z * z / n) };
}

struct share_test
significance_shares(struct share first, struct share second, double sure)
{
	struct share_test test = { .low = -1, .high = 1, .p = 1 };

	if (first.count == 0 || second.count == 0)
		return test;
	double z = deviations(sure);
	struct interval a = wilson(first, z), b = wilson(second, z);
	test.difference = b.at - a.at;
	test.low = test.difference - hypot(b.at - b.low, a.high - a.at);
	test.high = test.difference + hypot(b.high - b.at, a.at - a.low);
	test.p = fisher(first, second);
	return test;
}

/* ---- shift ---- */

/* Pairs whose difference, second less first, is at most `limit`. */
static int64_t
pairs_within(struct sample first, struct sample second, int64_t limit)
{
	int64_t pairs = 0;
	size_t k = 0;

	for (size_t i = 0; i < first.count; i++) {
		while (k < second.count && second.values[k] - first.values[i] <= limit)
			k++;
		pairs += (int64_t)k;
	}
	return pairs;
}

/* The difference of rank `rank`, from 1, of all pairs. They are never written down: there may be
 * hundreds of millions. */
static int64_t
pair_of_rank(struct sample first, struct sample second, int64_t rank)
{
	int64_t low = second.values[0] - first.values[first.count - 1];
	int64_t high = second.values[second.count - 1] - first.values[0];

	while (low < high) {
		int64_t middle = low + (high - low) / 2;

		if (pairs_within(first, second, middle) >= rank)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Sum of t^3 - t over the ties of both samples together. */
static double
ties(struct sample a, struct sample b)
{
	double sum = 0;
	size_t i = 0, k = 0;

	while (i < a.count || k < b.count) {
		int64_t value = k == b.count || (i < a.count && a.values[i] < b.values[k])
					? a.values[i]
					: b.values[k];
		double tied = 0;

		for (; i < a.count && a.values[i] == value; i++)
			tied++;
		for (; k < b.count && b.values[k] == value; k++)
			tied++;
		sum += tied * tied * tied - tied;
	}
	return sum;
}

/* P(U <= u) for each u from 0 to n m: in how many ways can n of n + m ranks have that sum? The
 * caller frees it. */
static double *
distribution(size_t n, size_t m)
{
	size_t width = n * m + 1;
	double *ways = calloc((n + 1) * width, sizeof(*ways)), all = 0;

	if (!ways)
		abort();
	ways[0] = 1;
	/* ways[k * width + u]: k of the ranks so far were taken, which lie above u of the others */
	for (size_t rank = 0; rank < n + m; rank++) {
		for (size_t k = rank < n ? rank + 1 : n; k > 0; k--) {
			size_t above = rank - (k - 1);

			for (size_t u = above; u < width; u++)
				ways[k * width + u] += ways[(k - 1) * width + u - above];
		}
	}
	double *last = &ways[n * width];
	for (size_t u = 0; u < width; u++)
		all += last[u];
	for (size_t u = 0; u < width; u++)
		ways[u] = last[u] / all + (u ? ways[u - 1] : 0);
	return ways;
}

/* Which pairs, by rank from 1, bound the interval from below; p of `u` goes to *p. */
static int64_t
rank_exact(size_t n, size_t m, double u, double sure, double *p)
{
	double *below = distribution(n, m);
	double pairs = (double)(n * m), extreme = u < pairs - u ? u : pairs - u;
	int64_t rank = 0;

	*p = fmin(1, 2 * below[(size_t)extreme]);
	while (below[rank] < (1 - sure) / 2)
		rank++;
	free(below);
	return rank;
}

static int64_t
rank_normal(struct sample a, struct sample b, double u, double sure, double *p)
{
	double n = (double)a.count, m = (double)b.count, all = n + m;
	double spread = sqrt(n * m / 12 * (all + 1 - ties(a, b) / (all * (all - 1))));
	/* Half a pair for continuity; without any spread everything is the same. */
	double off = fmax(0, fabs(u - n * m / 2) - 0.5);

	*p = spread > 0 ? erfc(off / spread / sqrt(2)) : 1;
	return (int64_t)floor(n * m / 2 - deviations(sure) * spread);
}

struct shift_test
significance_shift(struct sample first, struct sample second, double sure)
{
	int64_t pairs = (int64_t)first.count * (int64_t)second.count, rank;
	int64_t at_most = pairs_within(first, second, 0);
	int64_t below = pairs_within(first, second, -1);
	struct shift_test test = { .u = (double)(pairs - at_most) + (double)(at_most - below) / 2 };

	test.exact =
		first.count < EXACT_BELOW && second.count < EXACT_BELOW && ties(first, second) < 1;
	rank = test.exact ? rank_exact(first.count, second.count, test.u, sure, &test.p)
			  : rank_normal(first, second, test.u, sure, &test.p);
	/* Rank 0: so few that not even the widest interval of pairs is as sure as was asked. */
	test.low = rank < 1 ? -HUGE_VAL : (double)pair_of_rank(first, second, rank);
	test.high = rank < 1 ? HUGE_VAL : (double)pair_of_rank(first, second, pairs + 1 - rank);
	test.shift = ((double)pair_of_rank(first, second, (pairs + 1) / 2) +
		      (double)pair_of_rank(first, second, pairs / 2 + 1)) /
		     2;
	return test;
}
