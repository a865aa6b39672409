/* progress.h - the terminal while a run goes on: one live line on a TTY, one line per case
 * elsewhere.
 *
 * Failures are printed as they happen; the summary at the end is made by the terminal report.
 */
#ifndef REPORT_PROGRESS_H
#define REPORT_PROGRESS_H

#include <stdio.h>

#include "run/mask.h"
#include "run/run.h"

struct progress;

struct progress_options {
	bool tty, color, quiet, verbose;
	int columns; /* of the terminal; 0: unknown */
};

struct progress *progress_new(FILE *out, const struct mask *mask,
			      const struct progress_options *options);
void progress_free(struct progress *progress);

/* `planned_count` cases will run in `suite_count` suites. */
void progress_begin(struct progress *progress, const char *title, size_t planned_count);
void progress_started(struct progress *progress, const struct planned_case *planned);
void progress_settled(struct progress *progress, const struct planned_case *planned,
		      const struct run_case *run_case);
/* A sentence worth knowing between cases: "starting the embedded target". */
void progress_note(struct progress *progress, const char *fmt, ...) PRINTF_LIKE(2, 3);
void progress_end(struct progress *progress);

#endif
