#include "report/markdown.h"

#include <stdlib.h>
#include <string.h>

#include "report/cases.h"
#include "report/causes.h"
#include "report/failure.h"
#include "report/markdown_parts.h"
#include "report/prose.h"
#include "report/rerun.h"
#include "report/summary.h"

/* One case with its transcript. Bodies are cut far below. */
#define PART_BYTES    ((size_t)16 * 1024 * 1024)
#define SECTION_BYTES ((size_t)1024 * 1024 * 1024)

static const char cut[] = "\n\n[cut here; the whole is in the run record]\n\n";

static void
out_clear(struct document *document)
{
	document->out.len = 0;
	document->out.truncated = false;
}

void
part_flush(struct document *document)
{
	sink_add(document->sink, document->out.text, document->out.len);
	if (document->out.truncated)
		sink_printf(document->sink, "%s", cut);
	out_clear(document);
}

void
part_put(struct document *document, enum section section)
{
	struct buf *aside = &document->sections[section];

	buf_add(aside, document->out.text, document->out.len);
	if (document->out.truncated)
		buf_printf(aside, "%s", cut);
	out_clear(document);
}

void
part_play(struct document *document, enum section section)
{
	struct buf *aside = &document->sections[section];

	part_flush(document);
	sink_add(document->sink, aside->text, aside->len);
	if (aside->truncated)
		sink_printf(document->sink, "%s", cut);
	buf_release(aside);
}

struct buf *
part_scratch(struct document *document)
{
	document->text.len = 0;
	document->text.text[0] = '\0';
	document->text.truncated = false;
	return &document->text;
}

void
part_row(struct document *document, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(&document->out, "| ");
	prose_inline(&document->out, name);
	buf_printf(&document->out, " | ");
	prose_code(&document->out, value);
	buf_printf(&document->out, " |\n");
}

static void
scalar_row(struct document *document, const char *name, const json_t *value)
{
	char *text;

	if (json_is_string(value)) {
		part_row(document, name, json_string_value(value));
		return;
	}
	text = json_dumps(value, JSON_ENCODE_ANY);
	part_row(document, name, text);
	free(text);
}

void
part_json_rows(struct document *document, const char *name, json_t *value)
{
	struct arena arena = { 0 };
	const char *key;
	json_t *member;

	if (!value || json_is_null(value))
		return;
	if (json_is_object(value)) {
		json_object_foreach(value, key, member)
			part_json_rows(document, arena_printf(&arena, "%s %s", name, key), member);
	} else {
		scalar_row(document, name, value);
	}
	arena_release(&arena);
}

/* A document about some cases of a run says of how many, and how all of it ended. */
static void
add_whole(struct document *document)
{
	const struct run *run = document->run;
	const json_t *whole = json_object_get(json_object_get(run->header, "run"), "part_of");
	long planned = (long)json_integer_value(json_object_get(whole, "planned"));
	json_int_t status = json_integer_value(json_object_get(whole, "exit_status"));

	if (!whole || planned == run->totals.planned)
		return;
	buf_printf(&document->out,
		   "This is about %ld of the %ld cases of run `%s`, which as a whole %s.\n\n",
		   run->totals.planned, planned, summary_text(run, "run", "id"),
		   status == 0   ? "passed"
		   : status == 1 ? "failed"
		   : status == 3 ? "could not be judged"
				 : "is incomplete");
}

bool
part_head(struct document *document)
{
	const struct run *run = document->run;
	const char *verdict = summary_verdict(run);
	struct buf *text = part_scratch(document);

	buf_printf(text, "%s", summary_title(run, document->options->title));
	buf_printf(&document->out, "# ");
	/* Whoever reads one line only must not take half a run for a whole one. */
	if (strcmp(verdict, "INCOMPLETE") == 0)
		buf_printf(&document->out, "INCOMPLETE: ");
	prose_inline(&document->out, text->text);
	buf_printf(&document->out, "\n\n**%s**: ", verdict);
	text = part_scratch(document);
	summary_reason(run, text);
	prose_inline(&document->out, text->text);
	buf_printf(&document->out, ".\n\n");
	add_whole(document);
	if (run->broken[0])
		buf_printf(&document->out,
			   "**This record was changed after it was written**: %s.\n\n",
			   run->broken);
	return true;
}

bool
part_totals(struct document *document)
{
	buf_printf(&document->out, "## Totals\n\n**");
	summary_totals(&document->run->totals, &document->out);
	buf_printf(&document->out, "**\n\n");

	struct buf *text = part_scratch(document);
	summary_invariants(&document->run->invariants, "\n", text);
	for (char *line = text->text; *line;) {
		size_t len = strcspn(line, "\n");

		buf_printf(&document->out, "- %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
	buf_printf(&document->out, "\n");
	return true;
}

void
part_case_result(struct document *document, const struct planned_case *planned,
		 const struct run_case *run_case)
{
	struct buf *out = &document->out;
	bool good = run_case->verdict == VERDICT_PASS || run_case->verdict == VERDICT_SKIP;

	buf_printf(out, "| ");
	prose_inline(out, planned->id);
	buf_printf(out, good ? " | %s%s | " : " | **%s**%s | ", verdict_name(run_case->verdict),
		   run_case->flaky ? " (flaky)" : "");
	prose_inline(out, planned->title);
	buf_printf(out, " | ");
	prose_inline(out, planned->persona);
	buf_printf(out, " | ");
	prose_inline(out, run_case->expected);
	buf_printf(out, " | ");
	prose_inline(out, run_case->actual ? run_case->actual : run_case->reason);
	if (run_case->verdict == VERDICT_FAIL && run_case->findings.count && run_case->expected &&
	    run_case->actual && strcmp(run_case->expected, run_case->actual) == 0) {
		/* The reply was as wanted; what was not is elsewhere. */
		buf_printf(out, ", but ");
		prose_inline(out, run_case->findings.items[0].message);
	}
	buf_printf(out, " | ");
	prose_inline(out, run_case->proof);
	if (run_case->note) {
		buf_printf(out, "; ");
		prose_inline(out, run_case->note);
	}
	buf_printf(out, " | ");
	summary_time(run_case->elapsed_us, out);
	buf_printf(out, " |\n");
	part_put(document, SECTION_RESULTS);
}

bool
part_results(struct document *document)
{
	buf_printf(&document->out,
		   "## Results\n\n"
		   "| id | verdict | what | persona | expected | actual | proof | time |\n"
		   "|---|---|---|---|---|---|---|---|\n");
	part_play(document, SECTION_RESULTS);
	buf_printf(&document->out, "\n");
	return true;
}

/* One line for what was never asked because of something told elsewhere. */
static void
add_consequence(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct document *document = arg;
	struct buf *text = part_scratch(document);

	if (!failure_is_consequence(run_case))
		return;
	if (!document->consequences++)
		buf_printf(&document->out, "### Not asked because of something else\n\n"
					   "| id | why |\n|---|---|\n");
	buf_printf(&document->out, "| ");
	prose_inline(&document->out, planned->id);
	buf_printf(&document->out, " | ");
	failure_line(run_case, text);
	prose_inline(&document->out, text->text);
	buf_printf(&document->out, " |\n");
	part_flush(document);
}

/* How to ask again: the step by itself, and the case with what it needs. */
static void
add_repeat(struct document *document, const struct planned_case *planned,
	   const struct run_case *run_case)
{
	struct buf *text = part_scratch(document);

	failure_repeat(run_case, text);
	if (text->len) {
		buf_printf(&document->out, "\nTo repeat the step:\n\n");
		prose_block(&document->out, "sh", text->text, text->len);
	}
	text = part_scratch(document);
	rerun_case(document->run, planned, text);
	buf_printf(&document->out, "\nTo run the case again, with what it needs:\n\n");
	prose_block(&document->out, "sh", text->text, text->len);
}

static void
add_failure(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct document *document = arg;
	struct buf *text = part_scratch(document);

	if (failure_is_consequence(run_case))
		return;
	buf_printf(&document->out, "### %s ", verdict_name(run_case->verdict));
	prose_inline(&document->out, planned->id);
	buf_printf(&document->out, "\n\n");
	if (planned->title) {
		prose_inline(&document->out, planned->title);
		buf_printf(&document->out, "\n\n");
	}
	buf_printf(text, "%s:%d", planned->file ? planned->file : planned->suite, planned->line);
	prose_code(&document->out, text->text);
	buf_printf(&document->out, "\n\n");
	text = part_scratch(document);
	failure_text(planned, run_case, text);
	prose_block(&document->out, "text", text->text, text->len);
	add_repeat(document, planned, run_case);
	buf_printf(&document->out, "\n");
	part_flush(document);
}

/* What failed stands before what could not be judged. */
bool
part_failures(struct document *document)
{
	const struct totals *totals = &document->run->totals;

	buf_printf(&document->out, "## Failures\n\n");
	if (totals->failed + totals->errors == 0)
		buf_printf(&document->out, "None.\n\n");
	if (!causes_markdown(document->run, &document->out, document->err))
		return false;
	part_flush(document);
	if (!cases_each(document->run, case_has_failed, add_failure, document, document->err) ||
	    !cases_each(document->run, case_has_erred, add_failure, document, document->err) ||
	    !cases_each(document->run, case_has_erred, add_consequence, document, document->err))
		return false;
	if (document->consequences)
		buf_printf(&document->out, "\n");
	return true;
}

static bool (*const parts[])(struct document *document) = {
	part_head,        part_what_was_run, part_totals,      part_results,    part_matrix,
	part_failures,    part_state_proof,  part_transcripts, part_not_tested, part_cleanup,
	part_fingerprint, part_digest,       part_note,
};

static void
add_case(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct document *document = arg;

	coverage_case(&document->coverage, planned, run_case);
	part_case_result(document, planned, run_case);
	part_case_proof(document, planned, run_case);
	part_case_transcript(document, planned, run_case);
	part_case_leftovers(document, planned, run_case);
}

bool
markdown_write(const struct run *run, const struct report_options *options, struct sink *sink,
	       struct error *err)
{
	struct document document = { .run = run, .options = options, .sink = sink, .err = err };

	buf_init(&document.out, PART_BYTES);
	buf_init(&document.text, PART_BYTES);
	buf_init(&document.claims, PART_BYTES);
	buf_init(&document.short_claims, PART_BYTES);
	for (size_t i = 0; i < SECTIONS; i++)
		buf_init(&document.sections[i], SECTION_BYTES);
	coverage_declare(&document.coverage, run);
	/* Most of the time goes into reading the record: each case is read once for all sections.
	 */
	bool ok = cases_each(run, NULL, add_case, &document, err);
	for (size_t i = 0; ok && i < COUNTOF(parts); i++) {
		ok = parts[i](&document);
		part_flush(&document);
	}
	coverage_release(&document.coverage);
	for (size_t i = 0; i < SECTIONS; i++)
		buf_release(&document.sections[i]);
	buf_release(&document.text);
	buf_release(&document.claims);
	buf_release(&document.short_claims);
	buf_release(&document.out);
	return ok;
}
