/* alert_series.h - a made-up series of rounds: what `lensgate alerts --simulate` looks at.
 *
 * A list of rounds in a file, in order, each with `at` (a time since the beginning) and what is not
 * as it should be: status, p95_ms, error_rate_percent, status_code, flag ("on", "off"), started.
 */
#ifndef WATCH_ALERT_SERIES_H
#define WATCH_ALERT_SERIES_H

#include "watch/alert.h"

/* Read `path`. *items (freed by the caller) are `*count` rounds, oldest first. False with all
 * mistakes in `errors`. */
bool alert_series_load(const char *path, struct observation **items, size_t *count,
		       struct errors *errors) MUST_USE;

#endif
