/* exit.h - exit statuses: one table, in --help, the manual and the JSON result. A number is never
 * reused. */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

#include "base/buf.h"

enum exit_status {
	EXIT_PASSED = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNJUDGED = 3,
	EXIT_INCOMPLETE = 4,
	EXIT_NOTHING = 5,
	EXIT_UNWRITTEN = 6,
	EXIT_THRESHOLD = 7,
	EXIT_INCONCLUSIVE = 8,
	EXIT_SIGINT = 130,
	EXIT_SIGTERM = 143
};

/* Write the table, one line per status. */
void exit_table(struct buf *out);

#endif
