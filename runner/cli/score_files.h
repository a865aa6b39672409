/* score_files.h - the reports of a proof: the terminal's, and those of --report KIND=PATH. */
#ifndef CLI_SCORE_FILES_H
#define CLI_SCORE_FILES_H

#include "cli/options.h"
#include "rls/score_report.h"

/* Is every --report one there is? ERROR_USAGE when not. */
bool score_files_check(const struct settings *settings, struct error *err) MUST_USE;

/* Write them all; what cannot be written is said on standard error, and the result is false. */
bool score_files_write(const struct settings *settings, const struct score_report *report,
		       const struct mask *mask) MUST_USE;

#endif
