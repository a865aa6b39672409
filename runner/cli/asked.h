/* asked.h - what --report asks for: KIND=PATH, as often as wanted. Shared by the commands that
 * measure something themselves and have no run to report: matrix, audit, prove. */
#ifndef CLI_ASKED_H
#define CLI_ASKED_H

#include "cli/options.h"
#include "report/report.h"

/* Is each of them one of `kinds`, and has it a path? ERROR_USAGE when not; `of` says what would be
 * reported, as in "a matrix". */
bool asked_check(const struct option_list *asked, const char *of, const struct report_kind *kinds,
		 size_t count, struct error *err) MUST_USE;

/* Write one report. `color` is for the terminal's. */
typedef bool asked_write_fn(void *arg, const char *kind, const char *path, bool color,
			    struct error *err);

/* Write each of them, and the terminal's unless one goes to standard output already. What cannot be
 * written is said on standard error, and the result is false. */
bool asked_write(const struct settings *settings, asked_write_fn *write, void *arg) MUST_USE;

#endif
