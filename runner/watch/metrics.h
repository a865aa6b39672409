/* metrics.h - what a worker tells those who scrape or probe it. */
#ifndef WATCH_METRICS_H
#define WATCH_METRICS_H

#include "base/buf.h"
#include "watch/health.h"

/* The worker's state, as of the last round. */
struct metrics {
	const char *lens, *yacht;
	bool any; /* a round was made; what follows is its */
	enum health_status status;
	int64_t observed_us;
	int64_t p95_ms;
	double error_rate_percent;
	long checks, wrong;
	/* since the start */
	long rounds[3]; /* by status */
	long replies, replies_5xx;
	long skipped, written, waiting;
	bool leader;
	int64_t every_us;
};

/* Take a round over. */
void metrics_round(struct metrics *metrics, const struct health_round *round);

/* OpenMetrics text, to its end mark. Source: the OpenMetrics specification, 1.0. */
void metrics_text(const struct metrics *metrics, struct buf *out);

/* False when a round is more than two intervals late: then somebody has to restart the worker. */
bool metrics_alive(const struct metrics *metrics, int64_t now_us);

#endif
