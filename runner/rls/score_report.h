/* score_report.h - a score, written down: each kind a pure function of it. */
#ifndef RLS_SCORE_REPORT_H
#define RLS_SCORE_REPORT_H

#include <stdbool.h>

#include "base/error.h"
#include "report/report.h"
#include "rls/score.h"
#include "run/mask.h"
#include "run/sink.h"

struct score_report {
	const struct score *score;
	const char *title; /* heading; NULL: the standard one */
	const char *tests; /* which tests were asked: "gate pre-deploy" or the suites' files */
	size_t case_count; /* in them */
	const char *place; /* environment, as people name it */
	bool matrix;       /* the matrix was asked too */
	int exit_status;
	int64_t elapsed_us;
	bool color, verbose, quiet; /* terminal only; verbose: the killed ones too */
};

const struct report_kind *score_report_kinds(size_t *count);

/* Write report `kind` to `path` ("-": standard output), through the masker, replacing the file by
 * rename. ERROR_USAGE when there is no such kind. */
bool score_report_write(const char *kind, const struct score_report *report, const char *path,
			const struct mask *mask, struct error *err) MUST_USE;

/* The heading. */
const char *score_title(const struct score_report *report);

/* The kinds. */
void score_html(const struct score_report *report, struct sink *sink);
void score_json(const struct score_report *report, struct sink *sink);
void score_junit(const struct score_report *report, struct sink *sink);
void score_markdown(const struct score_report *report, struct sink *sink);
void score_terminal(const struct score_report *report, struct sink *sink);

#endif
