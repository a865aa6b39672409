/* rerun.h - the command that runs again only what did not pass. */
#ifndef REPORT_RERUN_H
#define REPORT_RERUN_H

#include "base/buf.h"
#include "run/run.h"

/* "lensgate run --last-failed --env staging": with what the run was told of where it happens, each
 * word fit for a shell. */
void rerun_command(const struct run *run, struct buf *out);

/* The same for one case, and what it needs: "lensgate run suite/id --env staging". */
void rerun_case(const struct run *run, const struct planned_case *planned, struct buf *out);

#endif
