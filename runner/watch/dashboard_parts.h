/* dashboard_parts.h - the pictures of the dashboard, each with the table that says the same. */
#ifndef WATCH_DASHBOARD_PARTS_H
#define WATCH_DASHBOARD_PARTS_H

#include "base/buf.h"
#include "watch/chronicle.h"

/* Rounds and latencies of 7 days, by hour. */
void dashboard_trend(const struct chronicle *chronicle, struct buf *out);
/* Uptime of 30 days, by day. */
void dashboard_uptime(const struct chronicle *chronicle, struct buf *out);

/* "<td>" with milliseconds or a share; a dash for what is not known. */
void dashboard_ms(struct buf *out, double ms);
void dashboard_percent(struct buf *out, double percent);
/* "<td>" with a moment, to the minute. */
void dashboard_moment(struct buf *out, int64_t us);

#endif
