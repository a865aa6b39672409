/* histogram.h - how long things took: counts by value, percentiles within 0.8 %.
 *
 * The buckets of an HDR histogram: 128 to each power of two. A value below 128 has a bucket of its
 * own. Memory is fixed, whatever is recorded. Values are not negative; the unit is the caller's.
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS 4352 /* 128 * 34, up to 2^40: twelve days of microseconds */

struct histogram {
	int64_t counts[HISTOGRAM_BUCKETS];
	int64_t count, sum, min, max; /* exact */
};

/* Zeroed storage is an empty histogram. */
void histogram_add(struct histogram *histogram, int64_t value);
void histogram_merge(struct histogram *histogram, const struct histogram *other);

/* The value that `percent` (0 to 100] of all values do not exceed: the highest of its bucket, and
 * never more than the maximum. 0 when there are none. */
int64_t histogram_percentile(const struct histogram *histogram, double percent);

#endif
