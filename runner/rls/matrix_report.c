#include "rls/matrix_report.h"

#include <string.h>

static const struct report_kind kinds[] = {
	{ "html", "people: one page without any outside resource: findings, the grid, filters" },
	{ "json", "every cell and finding, for scripts" },
	{ "junit", "JUnit XML: one testcase per relation and actor" },
	{ "markdown", "for a reviewer: findings, changes, the grid" },
	{ "terminal", "as printed" },
};

static void (*const writers[])(const struct matrix_report *, struct sink *) = {
	matrix_html, matrix_json, matrix_junit, matrix_markdown, matrix_terminal,
};
_Static_assert(COUNTOF(writers) == COUNTOF(kinds), "every report needs a writer");

const struct report_kind *
matrix_report_kinds(size_t *count)
{
	*count = COUNTOF(kinds);
	return kinds;
}

enum matrix_result
matrix_result(const struct matrix_report *report)
{
	const struct judgements *found = report->judgements;
	size_t unknown = found->counts[JUDGED_UNKNOWN];

	if (found->count > unknown || (report->changes && report->changes->count) ||
	    (report->layers && report->layers->wrong + report->layers->failed > 0))
		return MATRIX_FAILED;
	if (report->layers)
		unknown += report->layers->count;
	return unknown ? MATRIX_INCONCLUSIVE : MATRIX_PASSED;
}

const char *
matrix_result_word(enum matrix_result result)
{
	static const char *const words[] = { [MATRIX_PASSED] = "PASSED",
					     [MATRIX_FAILED] = "FAILED",
					     [MATRIX_INCONCLUSIVE] = "INCONCLUSIVE" };

	return words[result];
}

bool
matrix_report_write(const char *kind, const struct matrix_report *report, const char *path,
		    const struct mask *mask, struct error *err)
{
	size_t at;

	if (!report_kind_find(kinds, COUNTOF(kinds), kind, strlen(kind), &at))
		return error_set(err, ERROR_USAGE, "no report of the matrix is called %s", kind);
	struct sink *sink = sink_open(path, mask, err);
	if (!sink)
		return false;
	writers[at](report, sink);
	return sink_close(sink, err);
}
