#include "report/report.h"

#include <string.h>

#include "report/annotations.h"
#include "report/consolidated.h"
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
	{ "summary", "several runs on one page: verdicts, failures, what none of them tested" },
	{ "tap", "TAP 14: one test point per case" },
	{ "terminal", "failures in full and the totals, as at the end of a run" },
};

static write_fn *const writers[] = {
	annotations_write, ctrf_write,  github_write,   html_write,
	result_write,      junit_write, markdown_write, pr_comment_write,
	consolidated_one,  tap_write,   terminal_write,
};
_Static_assert(COUNTOF(writers) == COUNTOF(kinds), "every report needs a writer");

const struct report_kind *
report_kinds(size_t *count)
{
	*count = COUNTOF(kinds);
	return kinds;
}

bool
report_kind_find(const struct report_kind *some, size_t count, const char *name, size_t len,
		 size_t *at)
{
	for (*at = 0; *at < count; ++*at) {
		if (strlen(some[*at].name) == len && strncmp(some[*at].name, name, len) == 0)
			return true;
	}
	return false;
}

static write_fn *
find(const char *kind)
{
	size_t at;

	return report_kind_find(kinds, COUNTOF(kinds), kind, strlen(kind), &at) ? writers[at]
										: NULL;
}

/* Close what was written to, or leave nothing when writing failed. */
static bool
finish(struct sink *sink, bool ok, struct error *err)
{
	if (ok)
		return sink_close(sink, err);
	sink_drop(sink);
	return false;
}

bool
report_write(const char *kind, const struct run *run, const char *path, const struct mask *mask,
	     const struct report_options *options, struct error *err)
{
	write_fn *write = find(kind);

	if (!write)
		return error_set(err, ERROR_USAGE, "no report is called %s", kind);

	struct sink *sink = sink_open(path, mask, err);
	return sink && finish(sink, write(run, options, sink, err), err);
}

bool
report_text(const char *kind, const struct run *run, const struct mask *mask,
	    const struct report_options *options, struct buf *out, struct error *err)
{
	write_fn *write = find(kind);

	if (!write)
		return error_set(err, ERROR_USAGE, "no report is called %s", kind);

	struct sink *sink = sink_memory(mask, out);
	return finish(sink, write(run, options, sink, err), err);
}

bool
report_consolidate(const struct run *const *runs, size_t count, const char *path,
		   const struct mask *mask, const struct report_options *options, struct error *err)
{
	struct sink *sink = sink_open(path, mask, err);

	return sink && finish(sink, consolidated_write(runs, count, options, sink, err), err);
}
