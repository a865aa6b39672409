/* tool.h - another program, run to its end: its answer and its exit status. */
#ifndef EVIDENCE_TOOL_H
#define EVIDENCE_TOOL_H

#include "base/buf.h"
#include "base/error.h"

/* Run argv[0], found on PATH, with the file `input` (NULL: nothing) as its standard input. What it
 * writes to either output is appended to `out`. No shell is involved, and nothing limits its time:
 * it may ask at the terminal for a passphrase. Returns its exit status; -1 with ERROR_ENVIRONMENT
 * when it cannot be started or was killed. */
int tool_run(const char *const *argv, const char *input, struct buf *out, struct error *err);

#endif
