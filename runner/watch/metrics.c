#include "watch/metrics.h"

void
metrics_round(struct metrics *metrics, const struct health_round *round)
{
	metrics->any = true;
	metrics->status = round->status;
	metrics->observed_us = round->observed_us;
	metrics->p95_ms = health_p95_ms(round);
	metrics->error_rate_percent = health_error_rate_percent(round);
	metrics->checks = round->checks;
	metrics->wrong = round->wrong;
	metrics->rounds[round->status]++;
	metrics->replies += round->replies;
	metrics->replies_5xx += round->replies_5xx;
}

static void
family(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# TYPE lensgate_%s %s\n# HELP lensgate_%s %s\n", name, type, name, help);
}

static void
gauge(struct buf *out, const struct metrics *metrics, const char *name, const char *help,
      double value)
{
	family(out, name, "gauge", help);
	buf_printf(out, "lensgate_%s{lens=\"%s\",yacht=\"%s\"} %.10g\n", name, metrics->lens,
		   metrics->yacht, value);
}

static void
counter(struct buf *out, const struct metrics *metrics, const char *name, const char *help,
	long value)
{
	family(out, name, "counter", help);
	buf_printf(out, "lensgate_%s_total{lens=\"%s\",yacht=\"%s\"} %ld\n", name, metrics->lens,
		   metrics->yacht, value);
}

static void
by_status(struct buf *out, const struct metrics *metrics)
{
	family(out, "health_status", "stateset", "How the last round found the lens.");
	for (int i = HEALTH_HEALTHY; i <= HEALTH_UNHEALTHY; i++)
		buf_printf(out,
			   "lensgate_health_status{lens=\"%s\",yacht=\"%s\","
			   "lensgate_health_status=\"%s\"} %d\n",
			   metrics->lens, metrics->yacht, health_status_name((enum health_status)i),
			   metrics->any && metrics->status == (enum health_status)i);
	family(out, "rounds", "counter", "Rounds made since the worker started.");
	for (int i = HEALTH_HEALTHY; i <= HEALTH_UNHEALTHY; i++)
		buf_printf(out,
			   "lensgate_rounds_total{lens=\"%s\",yacht=\"%s\",status=\"%s\"} %ld\n",
			   metrics->lens, metrics->yacht, health_status_name((enum health_status)i),
			   metrics->rounds[i]);
}

void
metrics_text(const struct metrics *metrics, struct buf *out)
{
	by_status(out, metrics);
	counter(out, metrics, "replies", "Replies received since the worker started.",
		metrics->replies);
	counter(out, metrics, "replies_5xx", "Replies of these that were a 5xx.",
		metrics->replies_5xx);
	if (metrics->any) {
		int64_t observed_s = metrics->observed_us / 1000000;

		gauge(out, metrics, "last_round_timestamp_seconds", "When the last round was due.",
		      (double)observed_s);
		gauge(out, metrics, "p95_latency_seconds", "P95 of the last round's replies.",
		      (double)metrics->p95_ms / 1000.0);
		gauge(out, metrics, "error_ratio", "Share of its checks that were wrong.",
		      metrics->error_rate_percent / 100.0);
		gauge(out, metrics, "checks", "Checks of the last round.", (double)metrics->checks);
	}
	gauge(out, metrics, "leader", "1: this worker is the one that checks.", metrics->leader);
	gauge(out, metrics, "rounds_waiting", "Rounds on disk that the database does not have.",
	      (double)metrics->waiting);
	gauge(out, metrics, "rounds_skipped", "Rounds that were due while another took too long.",
	      (double)metrics->skipped);
	buf_printf(out, "# EOF\n");
}

bool
metrics_alive(const struct metrics *metrics, int64_t now_us)
{
	return !metrics->any || !metrics->leader ||
	       now_us - metrics->observed_us <= 2 * metrics->every_us;
}
