/* journal.h - the log of a command that goes on and on: a line for each thing that happens. */
#ifndef CLI_JOURNAL_H
#define CLI_JOURNAL_H

#include "base/base.h"

/* One line on standard output, with its moment, at once. */
void journal_say(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
