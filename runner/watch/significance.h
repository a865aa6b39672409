/* significance.h - how sure a difference between two samples is: tests of statistics, as functions
 * of numbers.
 *
 * `sure` is the confidence of an interval, above 0 and below 1: 0.95 leaves the true difference
 * outside of it once in twenty times. A `p` is two-sided: how often a difference at least this
 * large comes of chance alone.
 */
#ifndef WATCH_SIGNIFICANCE_H
#define WATCH_SIGNIFICANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `hits` of `count`. */
struct share {
	long hits, count;
};

/* Two shares. Differences are of the second from the first. */
struct share_test {
	double difference, low, high; /* -1 to 1; the interval holds it */
	double p;                     /* Fisher's exact test */
};

/* Interval: Newcombe's hybrid score, method 10, sound for few hits and for none. Source: R. G.
 * Newcombe, "Interval estimation for the difference between independent proportions", 1998. Shares
 * of nothing leave everything open: -1 to 1, p 1. */
struct share_test significance_shares(struct share first, struct share second, double sure);

struct sample {
	const int64_t *values; /* in ascending order, of any unit */
	size_t count;
};

/* How far the second sample lies above the first. */
struct shift_test {
	double shift;     /* Hodges-Lehmann: the median of all pairwise differences */
	double low, high; /* the interval that holds it; infinite when there are too few values */
	double u;         /* Mann-Whitney: pairs in which the second is larger, ties half */
	double p;
	bool exact; /* small samples without ties; else the normal approximation, ties corrected */
};

/* Either sample may have up to 2^31 values, and must have one. O((n + m) log range), and n^2 m for
 * the exact distribution of fewer than 50 each. */
struct shift_test significance_shift(struct sample first, struct sample second, double sure);

#endif
