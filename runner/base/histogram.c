#include "base/histogram.h"

#include <math.h>

#define SUB INT64_C(128) /* buckets to each power of two */

static int64_t
bucket_of(int64_t value)
{
	int64_t shift = 0;

	while ((value >> shift) >= 2 * SUB)
		shift++;
	int64_t bucket = shift * SUB + (value >> shift);
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The highest value that falls into `bucket`. */
static int64_t
top_of(int64_t bucket)
{
	int64_t shift = bucket < 2 * SUB ? 0 : bucket / SUB - 1;
	int64_t base = bucket - shift * SUB;

	return ((base + 1) << shift) - 1;
}

void
histogram_add(struct histogram *histogram, int64_t value)
{
	if (value < 0)
		value = 0;
	histogram->counts[bucket_of(value)]++;
	histogram->sum += value;
	if (histogram->count == 0 || value < histogram->min)
		histogram->min = value;
	if (value > histogram->max)
		histogram->max = value;
	histogram->count++;
}

void
histogram_merge(struct histogram *histogram, const struct histogram *other)
{
	if (other->count == 0)
		return;
	for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
		histogram->counts[i] += other->counts[i];
	if (histogram->count == 0 || other->min < histogram->min)
		histogram->min = other->min;
	if (other->max > histogram->max)
		histogram->max = other->max;
	histogram->sum += other->sum;
	histogram->count += other->count;
}

int64_t
histogram_percentile(const struct histogram *histogram, double percent)
{
	int64_t wanted = (int64_t)ceil((double)histogram->count * percent / 100.0), seen = 0;

	if (wanted < 1)
		wanted = 1;
	for (int64_t i = 0; i < HISTOGRAM_BUCKETS && histogram->count > 0; i++) {
		seen += histogram->counts[i];
		/* The last bucket holds whatever is beyond the range as well. */
		if (seen >= wanted && i < HISTOGRAM_BUCKETS - 1 && top_of(i) < histogram->max)
			return top_of(i);
		if (seen >= wanted)
			break;
	}
	return histogram->max;
}
