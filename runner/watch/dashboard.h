/* dashboard.h - a chronicle as one page: trend, uptime, latency, errors, what changed.
 *
 * One file, without script, that names nothing outside of itself; what colours say is said by shape
 * and in words too, and every picture again in a table. It stands in the walls of the page of a run
 * (report/html_walls.h), and is here because what it shows is this layer's.
 */
#ifndef WATCH_DASHBOARD_H
#define WATCH_DASHBOARD_H

#include "base/buf.h"
#include "watch/chronicle.h"

/* Append the page to `out`. A pure function of the chronicle. */
void dashboard_html(const struct chronicle *chronicle, struct buf *out);

#endif
