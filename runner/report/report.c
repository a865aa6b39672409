#include "report/report.h"

#include <string.h>

#include "report/annotations.h"
#include "report/ctrf.h"
#include "report/github.h"
#include "report/html.h"
#include "report/junit.h"
#include "report/markdown.h"
#include "report/result.h"
#include "report/tap.h"
#include "report/terminal.h"
#include "run/sink.h"

typedef bool write_fn(const struct run *run, const struct report_options *options,
		      struct sink *sink, struct error *err);

/* The same order in both tables: the first is what others see. */
static const struct report_kind kinds[] = {
	{ "annotations", "workflow commands: the ten failures GitHub shows beside a diff" },
	{ "ctrf", "Common Test Report Format, JSON" },
	{ "github", "for $GITHUB_STEP_SUMMARY: failures first, at most 1 MiB" },
	{ "html", "one page to look at: failures, roles as a grid, times; no outside resource" },
	{ "json", "the result for scripts: verdict, exit status, counts, one line per case" },
	{ "junit", "JUnit XML, flat: one testcase per case" },
	{ "markdown", "the evidence document, for a reviewer who was not there" },
	{ "pr-comment", "a comment for a pull request, at most 65 536 characters" },
	{ "tap", "TAP 14: one test point per case" },
	{ "terminal", "failures in full and the totals, as at the end of a run" },
};

static write_fn *const writers[] = {
	annotations_write, ctrf_write,     github_write,     html_write, result_write,
	junit_write,       markdown_write, pr_comment_write, tap_write,  terminal_write,
};
_Static_assert(COUNTOF(writers) == COUNTOF(kinds), "every report needs a writer");

const struct report_kind *
report_kinds(size_t *count)
{
	*count = COUNTOF(kinds);
	return kinds;
}

static write_fn *
find(const char *kind)
{
	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		if (strcmp(kinds[i].name, kind) == 0)
			return writers[i];
	}
	return NULL;
}

bool
report_write(const char *kind, const struct run *run, const char *path, const struct mask *mask,
	     const struct report_options *options, struct error *err)
{
	write_fn *write = find(kind);

	if (!write)
		return error_set(err, ERROR_USAGE, "no report is called %s", kind);

	struct sink *sink = sink_open(path, mask, err);
	if (!sink)
		return false;
	bool ok = write(run, options, sink, err);
	if (!ok) {
		sink_drop(sink);
		return false;
	}
	return sink_close(sink, err);
}
