/* workflow_command.h - one line that GitHub Actions reads as a command: an annotation.
 *
 * Source: actions/toolkit, packages/core/src/command.ts (what is escaped), actions/runner,
 * ExecutionContext.cs (4096 characters of a message are kept).
 */
#ifndef REPORT_WORKFLOW_COMMAND_H
#define REPORT_WORKFLOW_COMMAND_H

#include "base/buf.h"

struct workflow_command {
	const char *name; /* "error", "warning", "notice" */
	const char *file; /* relative to the repository; NULL: none */
	int line;         /* 0: none */
	const char *title;
	const char *message;
};

/* Append the command and a line feed. A title is cut to 200 bytes and a message to 4000, in whole
 * characters and before they are escaped: the runner unescapes before it counts. */
void workflow_command_add(struct buf *out, const struct workflow_command *command);

#endif
