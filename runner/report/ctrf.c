#include "report/ctrf.h"

#include <string.h>

#include "base/clock.h"
#include "report/cases.h"
#include "report/failure.h"
#include "report/summary.h"
#include "run/line.h"

/* One case without its exchanges. */
#define CASE_BYTES ((size_t)16 * 1024 * 1024)
#define TEXT_BYTES ((size_t)64 * 1024)

struct ctrf {
	struct sink *sink;
	struct buf out;
	struct buf text;
	struct line line;
	int64_t started_us; /* wall clock; 0: not on record */
	bool too_large;
};

static void
flush(struct ctrf *ctrf)
{
	ctrf->too_large |= ctrf->out.truncated;
	sink_add(ctrf->sink, ctrf->out.text, ctrf->out.len);
	buf_clear(&ctrf->out);
}

static int64_t
epoch_ms(const struct ctrf *ctrf, int64_t since_us)
{
	return (ctrf->started_us + since_us) / 1000;
}

static const char *
status_of(enum verdict verdict)
{
	static const char *const words[] = {
		[VERDICT_NONE] = "failed",  [VERDICT_PASS] = "passed",  [VERDICT_FAIL] = "failed",
		[VERDICT_ERROR] = "failed", [VERDICT_SKIP] = "skipped",
	};

	return words[verdict];
}

static void
write_tags(struct line *line, const char *tags)
{
	if (!tags)
		return;
	line_array(line, "tags");
	while (*(tags += strspn(tags, " "))) {
		size_t len = strcspn(tags, " ");

		line_bytes(line, NULL, tags, len);
		tags += len;
	}
	line_array_end(line);
}

static void
write_failure(struct ctrf *ctrf, const struct planned_case *planned,
	      const struct run_case *run_case)
{
	buf_clear(&ctrf->text);
	failure_line(run_case, &ctrf->text);
	line_text(&ctrf->line, "message", ctrf->text.text);
	buf_clear(&ctrf->text);
	failure_text(planned, run_case, &ctrf->text);
	buf_printf(&ctrf->text, "\n");
	failure_repeat(run_case, &ctrf->text);
	line_text(&ctrf->line, "trace", ctrf->text.text);
}

static void
write_extra(struct line *line, const struct planned_case *planned, const struct run_case *run_case)
{
	line_object(line, "extra");
	line_text(line, "id", planned->id);
	line_text(line, "persona", planned->persona);
	line_text(line, "expected", run_case->expected);
	line_text(line, "actual", run_case->actual);
	line_text(line, "proof", run_case->proof);
	line_object_end(line);
}

/* "suite/id" is unique in a plan and the same in the next run. */
static void
write_name(struct ctrf *ctrf, const struct planned_case *planned)
{
	struct line *line = &ctrf->line;

	buf_clear(&ctrf->text);
	buf_printf(&ctrf->text, "%s/%s", planned->suite, planned->id);
	line_text(line, "testId", ctrf->text.text);
	buf_clear(&ctrf->text);
	buf_printf(&ctrf->text, "%s%s%s", planned->id, planned->title ? ": " : "",
		   planned->title ? planned->title : "");
	line_text(line, "name", ctrf->text.text);
}

static void
write_case(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct ctrf *ctrf = arg;
	struct line *line = &ctrf->line;
	bool good = run_case->verdict == VERDICT_PASS || run_case->verdict == VERDICT_SKIP;

	line_break(line);
	line_object(line, NULL);
	write_name(ctrf, planned);
	line_word(line, "status", status_of(run_case->verdict));
	line_word(line, "rawStatus", verdict_name(run_case->verdict));
	line_int(line, "duration", run_case->elapsed_us / 1000);
	line_int(line, "start", epoch_ms(ctrf, run_case->started_us));
	line_int(line, "stop", epoch_ms(ctrf, run_case->started_us + run_case->elapsed_us));
	line_array(line, "suite");
	line_text(line, NULL, planned->suite);
	line_text(line, NULL, planned->group);
	line_array_end(line);
	line_text(line, "filePath", planned->file);
	line_count(line, "line", planned->line);
	if (run_case->attempts > 1)
		line_int(line, "retries", run_case->attempts - 1);
	if (run_case->flaky)
		line_bool(line, "flaky", true);
	write_tags(line, planned->tags);
	if (!good)
		write_failure(ctrf, planned, run_case);
	else
		line_text(line, "message", run_case->reason);
	write_extra(line, planned, run_case);
	line_object_end(line);
	flush(ctrf);
}

static void
write_summary(struct ctrf *ctrf, const struct run *run)
{
	const struct totals *totals = &run->totals;
	struct line *line = &ctrf->line;

	line_object(line, "summary");
	line_int(line, "tests", totals->planned);
	line_int(line, "passed", totals->passed);
	line_int(line, "failed", totals->failed + totals->errors);
	line_int(line, "skipped", totals->skipped);
	line_int(line, "pending", 0);
	line_int(line, "other", 0);
	line_int(line, "flaky", totals->flaky);
	line_int(line, "start", epoch_ms(ctrf, 0));
	line_int(line, "stop", epoch_ms(ctrf, summary_elapsed_us(run)));
	line_int(line, "duration", summary_elapsed_us(run) / 1000);
	line_object(line, "extra");
	line_int(line, "failed", totals->failed);
	line_int(line, "errors", totals->errors);
	line_word(line, "verdict", summary_verdict(run));
	line_int(line, "exitStatus", run_exit_status(run));
	line_object_end(line);
	line_object_end(line);
}

static void
write_environment(struct line *line, const struct run *run, const char *title)
{
	const char *commit = summary_text(run, "target", "commit");

	line_object(line, "environment");
	line_text(line, "reportName", title);
	line_text(line, "testEnvironment", summary_text(run, "environment", "name"));
	if (*commit)
		line_text(line, "commit", commit);
	line_object_end(line);
}

static void
write_head(struct ctrf *ctrf, const struct run *run, const char *title)
{
	const char *id = summary_text(run, "run", "id");
	const char *started = summary_text(run, "run", "started");
	struct line *line = &ctrf->line;

	line_object(line, NULL);
	line_word(line, "reportFormat", "CTRF");
	line_word(line, "specVersion", "0.1.0");
	if (*id)
		line_text(line, "runId", id);
	if (*started)
		line_text(line, "timestamp", started);
	line_word(line, "generatedBy", "lensgate");
	line_object(line, "results");
	line_object(line, "tool");
	line_word(line, "name", "lensgate");
	line_text(line, "version", summary_text(run, "program", "version"));
	line_object_end(line);
	write_summary(ctrf, run);
	write_environment(line, run, title);
	line_array(line, "tests");
}

bool
ctrf_write(const struct run *run, const struct report_options *options, struct sink *sink,
	   struct error *err)
{
	struct ctrf ctrf = { .sink = sink };

	buf_init(&ctrf.out, CASE_BYTES);
	buf_init(&ctrf.text, TEXT_BYTES);
	ctrf.line.out = &ctrf.out;
	(void)clock_parse(summary_text(run, "run", "started"), &ctrf.started_us);
	write_head(&ctrf, run, summary_title(run, options->title));
	bool ok = cases_each_brief(run, NULL, write_case, &ctrf, err);
	line_break(&ctrf.line);
	line_array_end(&ctrf.line);
	line_object_end(&ctrf.line);
	line_object_end(&ctrf.line);
	buf_add(&ctrf.out, "\n", 1);
	flush(&ctrf);
	if (ok && ctrf.too_large)
		ok = error_set(err, ERROR_ENVIRONMENT, "a case is too large for the CTRF report");
	buf_release(&ctrf.text);
	buf_release(&ctrf.out);
	return ok;
}
