/* audit_report.h - an audit, written down: each kind a pure function of it. */
#ifndef RLS_AUDIT_REPORT_H
#define RLS_AUDIT_REPORT_H

#include <stdbool.h>

#include "base/error.h"
#include "report/report.h"
#include "rls/audit_baseline.h"
#include "rls/audit_source.h"
#include "rls/audit_threshold.h"
#include "run/mask.h"
#include "run/sink.h"

struct audit_report {
	const struct audit *audit;
	const struct audit_threshold *threshold;
	const struct audit_baseline *baseline; /* NULL: none */
	const struct audit_sources *sources;   /* NULL: where things are made is not known */
	const char *place;                     /* environment or database, as people name it */
	const char *artifact;                  /* a path that stands for the database (SARIF) */
	const char *title;                     /* heading; NULL: the standard one */
	const char *today;                     /* "2026-11-23" */
	bool color, verbose, quiet;            /* terminal only */
};

const struct report_kind *audit_report_kinds(size_t *count);

/* Write report `kind` to `path` ("-": standard output), through the masker, replacing the file by
 * rename. ERROR_USAGE when there is no such kind. */
bool audit_report_write(const char *kind, const struct audit_report *report, const char *path,
			const struct mask *mask, struct error *err) MUST_USE;

/* The kinds, one file each. */
void audit_html(const struct audit_report *report, struct sink *sink);
void audit_json(const struct audit_report *report, struct sink *sink);
void audit_junit(const struct audit_report *report, struct sink *sink);
void audit_markdown(const struct audit_report *report, struct sink *sink);
/* SARIF 2.1.0 (OASIS), as GitHub's code scanning reads it. */
void audit_sarif(const struct audit_report *report, struct sink *sink);
void audit_terminal(const struct audit_report *report, struct sink *sink);

#endif
