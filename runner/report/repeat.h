/* repeat.h - a request or statement of a run as a command a person can paste.
 *
 * What was masked is named as a shell variable: "<crew token>" becomes "$CREW_TOKEN".
 */
#ifndef REPORT_REPEAT_H
#define REPORT_REPEAT_H

#include "base/buf.h"
#include "run/run.h"

/* `curl ...` on one or more lines, without the last newline. */
void repeat_curl(const struct http_exchange *http, struct buf *out);

/* `psql ...` with the statement as the persona made it: role, claims, statement, rollback. */
void repeat_psql(const struct sql_exchange *sql, struct buf *out);

#endif
