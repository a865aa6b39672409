#include "report/result.h"

#include <stdlib.h>

#include "report/cases.h"
#include "report/summary.h"
#include "run/line.h"

/* One case without its exchanges. */
#define CASE_BYTES ((size_t)16 * 1024 * 1024)

struct result {
	struct sink *sink;
	struct buf out;
	struct line line;
	bool too_large;
};

/* Each case on a line of its own: a diff of two results shows which cases changed. */
static void
flush(struct result *result)
{
	result->too_large |= result->out.truncated;
	sink_add(result->sink, result->out.text, result->out.len);
	result->out.len = 0;
	result->out.truncated = false;
}

/* Always a member; null where there is nothing to say. */
static void
write_text(struct line *line, const char *key, const char *text)
{
	json_t *null = json_null();

	if (text)
		line_text(line, key, text);
	else
		line_json(line, key, null);
}

static void
write_totals(struct line *line, const struct totals *totals)
{
	line_object(line, "totals");
	line_int(line, "planned", totals->planned);
	line_int(line, "executed", totals->executed);
	line_int(line, "passed", totals->passed);
	line_int(line, "failed", totals->failed);
	line_int(line, "errors", totals->errors);
	line_int(line, "skipped", totals->skipped);
	line_int(line, "flaky", totals->flaky);
	line_object_end(line);
}

static void
write_invariants(struct line *line, const struct invariants *invariants)
{
	line_object(line, "invariants");
	line_int(line, "replies", invariants->replies);
	line_int(line, "replies_5xx", invariants->replies_5xx);
	line_int(line, "transport_errors", invariants->transport_errors);
	line_int(line, "late", invariants->late);
	line_int(line, "statements", invariants->statements);
	line_int(line, "retried", invariants->retried);
	line_object_end(line);
}

static void
write_findings(struct line *line, const struct findings *findings)
{
	line_array(line, "findings");
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		line_object(line, NULL);
		line_word(line, "type", finding_type_name(finding->type));
		line_text(line, "pointer", finding->pointer);
		line_text(line, "expected", finding->expected);
		line_text(line, "actual", finding->actual);
		line_text(line, "message", finding->message);
		line_object_end(line);
	}
	line_array_end(line);
}

/* Of a load only. */
static void
write_measured(struct line *line, const char *text)
{
	json_t *measured = text ? json_loads(text, 0, NULL) : NULL;

	if (measured)
		line_json(line, "measured", measured);
	json_decref(measured);
}

static void
write_case(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct result *result = arg;
	struct line *line = &result->line;
	bool troubled = run_case->trouble != TROUBLE_NONE;

	line_break(line);
	line_object(line, NULL);
	line_text(line, "suite", planned->suite);
	line_text(line, "id", planned->id);
	write_text(line, "title", planned->title);
	write_text(line, "persona", planned->persona);
	write_text(line, "file", planned->file);
	line_int(line, "line", planned->line);
	line_word(line, "verdict", verdict_name(run_case->verdict));
	write_text(line, "trouble", troubled ? trouble_name(run_case->trouble) : NULL);
	write_text(line, "reason", run_case->reason);
	write_text(line, "expected", run_case->expected);
	write_text(line, "actual", run_case->actual);
	write_text(line, "proof", run_case->proof);
	write_text(line, "note", run_case->note);
	write_measured(line, run_case->measured);
	line_bool(line, "flaky", run_case->flaky);
	line_int(line, "attempts", run_case->attempts);
	line_int(line, "elapsed_us", run_case->elapsed_us);
	line_int(line, "assertions", run_case->assertions);
	write_findings(line, &run_case->findings);
	line_object_end(line);
	flush(result);
}

static void
write_reports(struct line *line, const struct run *run)
{
	json_t *reports = json_object_get(json_object_get(run->header, "run"), "reports");

	if (json_is_array(reports)) {
		line_json(line, "reports", reports);
		return;
	}
	line_array(line, "reports");
	line_array_end(line);
}

static void
write_head(struct line *line, const struct run *run, const struct report_options *options)
{
	struct buf reason;

	buf_init(&reason, 1000);
	summary_reason(run, &reason);
	line_object(line, NULL);
	line_int(line, "format", 1);
	line_word(line, "verdict", summary_verdict(run));
	line_int(line, "exit_status", run_exit_status(run));
	line_text(line, "reason", reason.text);
	line_bool(line, "complete", run->complete);
	line_text(line, "run_id", summary_text(run, "run", "id"));
	line_text(line, "title", summary_title(run, options->title));
	line_text(line, "started", summary_text(run, "run", "started"));
	line_int(line, "elapsed_us", summary_elapsed_us(run));
	line_text(line, "environment", summary_text(run, "environment", "name"));
	line_text(line, "target_commit", summary_text(run, "target", "commit"));
	line_text(line, "digest", run->digest);
	write_totals(line, &run->totals);
	write_invariants(line, &run->invariants);
	write_reports(line, run);
	line_array(line, "cases");
	buf_release(&reason);
}

bool
result_write(const struct run *run, const struct report_options *options, struct sink *sink,
	     struct error *err)
{
	struct result result = { .sink = sink };

	buf_init(&result.out, CASE_BYTES);
	result.line.out = &result.out;
	write_head(&result.line, run, options);
	bool ok = cases_each_brief(run, NULL, write_case, &result, err);
	line_break(&result.line);
	line_array_end(&result.line);
	line_object_end(&result.line);
	buf_add(&result.out, "\n", 1);
	flush(&result);
	if (ok && result.too_large)
		ok = error_set(err, ERROR_ENVIRONMENT, "a case is too large for the JSON result");
	buf_release(&result.out);
	return ok;
}
