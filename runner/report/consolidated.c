#include "report/consolidated.h"

#include <string.h>

#include "report/cases.h"
#include "report/failure.h"
#include "report/markdown_parts.h"
#include "report/prose.h"
#include "report/summary.h"

#define PAGE_BYTES ((size_t)64 * 1024 * 1024)

/* So many failures of one run are listed; the rest are counted. */
#define LISTED 100

struct page {
	const struct run *const *runs;
	size_t count;
	struct document document; /* its parts work on the coverage of all runs */
	size_t run;               /* whose cases are looked at */
	long listed;
};

static struct buf *
out_of(struct page *page)
{
	return &page->document.out;
}

static void
text_cell(struct page *page, const char *text)
{
	buf_printf(out_of(page), " ");
	prose_inline(out_of(page), text && *text ? text : NULL);
	buf_printf(out_of(page), " |");
}

/* ---- the verdict over all ---- */

/* The first of these that some run ended with. */
static const struct run *
worst(const struct page *page)
{
	static const int order[] = { 6, 130, 143, 4, 3, 1, 7, 8, 5 };

	for (size_t k = 0; k < COUNTOF(order); k++) {
		for (size_t i = 0; i < page->count; i++) {
			if (run_exit_status(page->runs[i]) == order[k])
				return page->runs[i];
		}
	}
	return NULL;
}

static struct totals
sum_of_totals(const struct page *page)
{
	struct totals sum = { 0 };

	for (size_t i = 0; i < page->count; i++) {
		const struct totals *one = &page->runs[i]->totals;
		sum.planned += one->planned;
		sum.executed += one->executed;
		sum.passed += one->passed;
		sum.failed += one->failed;
		sum.errors += one->errors;
		sum.skipped += one->skipped;
		sum.flaky += one->flaky;
		sum.blocked += one->blocked;
	}
	return sum;
}

static struct invariants
sum_of_invariants(const struct page *page)
{
	struct invariants sum = { 0 };

	for (size_t i = 0; i < page->count; i++) {
		const struct invariants *one = &page->runs[i]->invariants;
		sum.replies += one->replies;
		sum.replies_5xx += one->replies_5xx;
		sum.transport_errors += one->transport_errors;
		sum.late += one->late;
		sum.statements += one->statements;
		sum.retried += one->retried;
	}
	return sum;
}

static void
add_head(struct page *page)
{
	const struct run *bad = worst(page);
	const struct totals totals = sum_of_totals(page);
	const char *title = page->document.options->title;
	size_t passed = 0;

	for (size_t i = 0; i < page->count; i++)
		passed += run_exit_status(page->runs[i]) == 0;
	buf_printf(out_of(page), "# ");
	prose_inline(out_of(page), title ? title : "Consolidated summary");
	buf_printf(out_of(page),
		   "\n\n**%s**: %zu of %zu run%s passed; %ld of %ld planned cases did.\n\n",
		   bad ? summary_verdict(bad) : "PASSED", passed, page->count,
		   page->count == 1 ? "" : "s", totals.passed, totals.planned);
}

/* What all runs should share: where they do not, their sum says nothing of one state. */
static void
add_differences(struct page *page)
{
	static const struct {
		const char *group, *key, *what;
	} facts[] = {
		{ "target", "commit", "commits of the target" },
		{ "environment", "name", "environments" },
		{ "environment", "yacht", "yachts" },
		{ "suites_commit", "commit", "commits of the suites" },
		{ "program", "version", "versions of the program" },
	};
	size_t before = out_of(page)->len;

	for (size_t f = 0; f < COUNTOF(facts); f++) {
		const char *first = summary_text(page->runs[0], facts[f].group, facts[f].key);

		for (size_t i = 1; i < page->count; i++) {
			const char *other =
				summary_text(page->runs[i], facts[f].group, facts[f].key);
			if (strcmp(first, other) == 0)
				continue;
			buf_printf(out_of(page),
				   "- **These runs saw different %s**: ", facts[f].what);
			prose_code(out_of(page), first);
			buf_printf(out_of(page), " and ");
			prose_code(out_of(page), other);
			buf_printf(out_of(page), "\n");
			break;
		}
	}
	if (out_of(page)->len > before)
		buf_printf(out_of(page), "\n");
}

static void
add_run_row(struct page *page, const struct run *run)
{
	struct buf *out = out_of(page);
	const struct totals *totals = &run->totals;
	const char *verdict = summary_verdict(run);
	struct buf *text;

	buf_printf(out, "|");
	text_cell(page, summary_title(run, NULL));
	buf_printf(out, strcmp(verdict, "PASSED") == 0 ? " %s |" : " **%s** |", verdict);
	buf_printf(out, " %ld | %ld | %ld | %ld | %ld | %ld |", totals->planned, totals->passed,
		   totals->failed, totals->errors, totals->skipped, totals->flaky);
	text_cell(page, summary_text(run, "environment", "name"));
	text = part_scratch(&page->document);
	buf_printf(text, "%.12s", summary_text(run, "target", "commit"));
	text_cell(page, text->text);
	text_cell(page, summary_text(run, "run", "started"));
	buf_printf(out, " ");
	summary_time(summary_elapsed_us(run), out);
	buf_printf(out, " |\n");
}

static void
add_runs(struct page *page)
{
	const struct totals totals = sum_of_totals(page);
	const struct invariants invariants = sum_of_invariants(page);
	struct buf *text = part_scratch(&page->document);

	buf_printf(out_of(page),
		   "## Runs\n\n"
		   "| run | verdict | planned | passed | failed | errors | skipped | flaky | "
		   "environment | target commit | start | took |\n"
		   "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < page->count; i++)
		add_run_row(page, page->runs[i]);
	buf_printf(out_of(page), "\n## Totals\n\n**");
	summary_totals(&totals, out_of(page));
	buf_printf(out_of(page), "**\n\n");
	summary_invariants(&invariants, "\n", text);
	for (const char *line = text->text; *line;) {
		size_t len = strcspn(line, "\n");

		buf_printf(out_of(page), "- %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
	buf_printf(out_of(page), "\n");
}

/* ---- failures, and what all runs touched ---- */

static void
look_at(void *arg, const struct planned_case *planned, const struct run_case *run_case)
{
	struct page *page = arg;
	struct buf *text;

	coverage_case(&page->document.coverage, planned, run_case);
	if (run_case->verdict != VERDICT_FAIL && run_case->verdict != VERDICT_ERROR)
		return;
	if (page->listed++ >= LISTED)
		return;
	if (page->listed == 1) {
		buf_printf(out_of(page), "### ");
		prose_inline(out_of(page), summary_title(page->runs[page->run], NULL));
		buf_printf(out_of(page), "\n\n");
	}
	text = part_scratch(&page->document);
	failure_line(run_case, text);
	buf_printf(out_of(page), "- **%s** ", verdict_name(run_case->verdict));
	prose_inline(out_of(page), planned->id);
	if (planned->title) {
		buf_printf(out_of(page), " (");
		prose_inline(out_of(page), planned->title);
		buf_printf(out_of(page), ")");
	}
	buf_printf(out_of(page), ": ");
	prose_inline(out_of(page), text->text);
	buf_printf(out_of(page), "\n");
}

static bool
add_failures(struct page *page)
{
	long all = 0;

	buf_printf(out_of(page), "## Failures\n\n");
	for (size_t i = 0; i < page->count; i++) {
		page->run = i;
		page->listed = 0;
		if (!cases_each(page->runs[i], NULL, look_at, page, page->document.err))
			return false;
		if (page->listed > LISTED)
			buf_printf(out_of(page), "- and %ld more\n", page->listed - LISTED);
		if (page->listed)
			buf_printf(out_of(page), "\n");
		all += page->listed;
	}
	if (!all)
		buf_printf(out_of(page), "None.\n\n");
	part_flush(&page->document);
	return true;
}

/* ---- evidence and note ---- */

static void
add_evidence(struct page *page)
{
	buf_printf(out_of(page),
		   "## Evidence\n\n"
		   "Each run's record, by its id and the SHA-256 of its last line, which stands "
		   "for all lines before it.\n\n"
		   "| run | id | digest |\n|---|---|---|\n");
	for (size_t i = 0; i < page->count; i++) {
		buf_printf(out_of(page), "|");
		text_cell(page, summary_title(page->runs[i], NULL));
		buf_printf(out_of(page), " ");
		prose_code(out_of(page), summary_text(page->runs[i], "run", "id"));
		buf_printf(out_of(page), " | `%s` |\n", page->runs[i]->digest);
	}
	buf_printf(out_of(page), "\n");
}

static void
add_note(struct page *page)
{
	bool any = false;

	buf_printf(out_of(page), "## Note\n\n**Done**\n\n");
	for (size_t i = 0; i < page->count; i++) {
		buf_printf(out_of(page), "- ");
		prose_inline(out_of(page), summary_title(page->runs[i], NULL));
		buf_printf(out_of(page), ": %ld of %ld cases passed\n",
			   page->runs[i]->totals.passed, page->runs[i]->totals.planned);
	}
	buf_printf(out_of(page), "\n**Next**\n\n");
	for (size_t i = 0; i < page->count; i++) {
		struct buf *text = part_scratch(&page->document);

		if (run_exit_status(page->runs[i]) == 0)
			continue;
		any = true;
		summary_reason(page->runs[i], text);
		buf_printf(out_of(page), "- ");
		prose_inline(out_of(page), summary_title(page->runs[i], NULL));
		buf_printf(out_of(page), ": ");
		prose_inline(out_of(page), text->text);
		buf_printf(out_of(page), "; correct it and run again\n");
	}
	if (!any)
		buf_printf(out_of(page), "- nothing is left to do for these runs\n");
}

bool
consolidated_write(const struct run *const *runs, size_t count,
		   const struct report_options *options, struct sink *sink, struct error *err)
{
	struct page page = { .runs = runs, .count = count };

	page.document =
		(struct document){ .run = runs[0], .options = options, .sink = sink, .err = err };
	buf_init(&page.document.out, PAGE_BYTES);
	buf_init(&page.document.text, PAGE_BYTES);
	coverage_declare_all(&page.document.coverage, runs, count);
	add_head(&page);
	add_differences(&page);
	add_runs(&page);
	bool ok = add_failures(&page) && part_matrix(&page.document) &&
		  part_not_tested(&page.document);
	if (ok) {
		add_evidence(&page);
		add_note(&page);
		part_flush(&page.document);
	}
	coverage_release(&page.document.coverage);
	buf_release(&page.document.text);
	buf_release(&page.document.out);
	return ok;
}

bool
consolidated_one(const struct run *run, const struct report_options *options, struct sink *sink,
		 struct error *err)
{
	return consolidated_write(&run, 1, options, sink, err);
}
