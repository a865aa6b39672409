/* serve.h - /metrics, /healthz and /verdict of a worker, for those who scrape and probe.
 *
 *   GET /metrics  200, OpenMetrics
 *   GET /healthz  200 while rounds come, 503 when they are two intervals late
 *   GET /verdict  200 when the last round found the lens healthy, else 503; the body says why
 *
 * It has no thread of its own: requests are answered when the loop turns.
 */
#ifndef WATCH_SERVE_H
#define WATCH_SERVE_H

#include "exec/loop.h"
#include "watch/metrics.h"

struct serve;

/* Listen on "ADDRESS:PORT" (port 0: any free one). `metrics` is borrowed and read at each request.
 * NULL when the address is no address, or taken. */
struct serve *serve_new(struct loop *loop, const char *address, const struct metrics *metrics,
			struct error *err) MUST_USE;
void serve_free(struct serve *serve);

/* The port it listens on. */
int serve_port(const struct serve *serve);

#endif
