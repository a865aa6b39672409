/* rows.h - rows of a table as two looks saw them, and what is different in the second. */
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include "base/buf.h"
#include "run/run.h"

/* The table a witness's statement looks at: what follows its first "from", without quotes. In
 * `name`; "" when there is none. */
void rows_table(const char *statement, char *name, size_t size);

/* "status: candidate -> approved; approved_by: null -> 9531...", "2 more", "unchanged": what
 * `after` has that `before` had not, both JSON arrays of rows. Rows are told apart by their "id",
 * without one by their place. Long values are cut, and of many columns the rest counted. True when
 * something is different. */
bool rows_difference(const char *before, const char *after, struct buf *out);

#endif
