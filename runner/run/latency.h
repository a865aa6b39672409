/* latency.h - many durations in little memory: counts in buckets that grow with their values.
 *
 * Each power of two of microseconds has LATENCY_STEPS buckets, so that a percentile is at most
 * one step, 3.2 %, above the true value. Least, greatest and sum are exact.
 */
#ifndef RUN_LATENCY_H
#define RUN_LATENCY_H

#include <stdint.h>

#define LATENCY_STEPS   32
#define LATENCY_BUCKETS (LATENCY_STEPS * 40)

/* Zeroed: empty. */
struct latency {
	long counts[LATENCY_BUCKETS];
	long count;
	int64_t least_us, greatest_us, sum_us;
};

void latency_add(struct latency *latency, int64_t us);

/* The duration that `percent` (1 to 100) of all do not exceed; 0 when there are none. */
int64_t latency_percentile(const struct latency *latency, int percent);

/* The bucket of a duration, and the first duration of a bucket. */
int latency_bucket(int64_t us);
int64_t latency_bucket_us(int bucket);

#endif
