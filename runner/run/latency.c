#include "run/latency.h"

/* Below this every microsecond has a bucket of its own. */
#define LINEAR ((int64_t)LATENCY_STEPS)

int
latency_bucket(int64_t us)
{
	int shift = 0;

	if (us < 0)
		us = 0;
	while ((us >> shift) >= 2 * LINEAR)
		shift++;
	int bucket = shift * LATENCY_STEPS + (int)(us >> shift);
	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

int64_t
latency_bucket_us(int bucket)
{
	int shift = bucket < 2 * LATENCY_STEPS ? 0 : bucket / LATENCY_STEPS - 1;

	return (int64_t)(bucket - shift * LATENCY_STEPS) << shift;
}

void
latency_add(struct latency *latency, int64_t us)
{
	latency->counts[latency_bucket(us)]++;
	if (latency->count == 0 || us < latency->least_us)
		latency->least_us = us;
	if (us > latency->greatest_us)
		latency->greatest_us = us;
	latency->sum_us += us;
	latency->count++;
}

int64_t
latency_percentile(const struct latency *latency, int percent)
{
	/* The rank of the value, from 1: the nearest-rank definition. */
	long rank = (latency->count * percent + 99) / 100;
	long seen = 0;

	for (int i = 0; i < LATENCY_BUCKETS; i++) {
		seen += latency->counts[i];
		if (seen && seen >= rank) {
			int64_t us = latency_bucket_us(i + 1) - 1;

			return us < latency->greatest_us ? us : latency->greatest_us;
		}
	}
	return 0;
}
