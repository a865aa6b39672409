/* matrix_report.h - a matrix and what is wrong with it, written down: each kind a pure function. */
#ifndef RLS_MATRIX_REPORT_H
#define RLS_MATRIX_REPORT_H

#include "base/error.h"
#include "report/report.h"
#include "rls/judgement.h"
#include "rls/layers.h"
#include "rls/snapshot.h"
#include "run/mask.h"
#include "run/sink.h"

struct matrix_report {
	const struct matrix *matrix;
	const struct judgements *judgements;
	const struct changes *changes; /* since the snapshot; NULL: none was given */
	const struct layers *layers;   /* the application beside it; NULL: no run was named */
	const char *place;             /* environment or database, as people name it */
	const char *subject;           /* lens or schema */
	const char *title;             /* heading; NULL: the standard one */
	const char *started;           /* UTC time */
	bool color, quiet, verbose;    /* terminal only */
};

/* What the whole comes to: "PASSED", "FAILED" or "INCONCLUSIVE". */
enum matrix_result { MATRIX_PASSED, MATRIX_FAILED, MATRIX_INCONCLUSIVE };
enum matrix_result matrix_result(const struct matrix_report *report);
const char *matrix_result_word(enum matrix_result result);

const struct report_kind *matrix_report_kinds(size_t *count);

/* Write report `kind` to `path` ("-": standard output), through the masker, replacing the file by
 * rename. ERROR_USAGE when there is no such kind. */
bool matrix_report_write(const char *kind, const struct matrix_report *report, const char *path,
			 const struct mask *mask, struct error *err) MUST_USE;

/* The kinds, one file each. */
void matrix_html(const struct matrix_report *report, struct sink *sink);
void matrix_json(const struct matrix_report *report, struct sink *sink);
void matrix_junit(const struct matrix_report *report, struct sink *sink);
void matrix_markdown(const struct matrix_report *report, struct sink *sink);
void matrix_terminal(const struct matrix_report *report, struct sink *sink);

#endif
