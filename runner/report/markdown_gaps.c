/* What was not tested, and the note: both computed from the run, never filled in before. */
#include <string.h>

#include "report/cases.h"
#include "report/markdown_parts.h"
#include "report/prose.h"
#include "report/summary.h"

/* The combinations of one action and layer that no case judged. Returns how many. */
static long
add_untested_roles(struct document *document, const struct lens_coverage *lens, size_t action,
		   enum layer layer)
{
	struct buf *out = &document->out;
	long count = 0;

	for (size_t role = 0; role < lens->role_count; role++) {
		const struct cell *cell = coverage_cell(lens, action, role, layer);

		if (cell->judged || cell->asked || !cell->applies)
			continue;
		if (count++ == 0) {
			buf_printf(out, "- ");
			prose_inline(out, lens->actions[action]);
			buf_printf(out, ", layer %s: ", layer_name(layer));
		} else {
			buf_printf(out, ", ");
		}
		prose_inline(out, lens->roles[role]);
		if (cell->cases)
			buf_printf(out, " (tried, not judged)");
	}
	if (count)
		buf_printf(out, "\n");
	return count;
}

static void
add_untouched(struct document *document, const char *what, const struct touched *items,
	      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].seen)
			continue;
		buf_printf(&document->out, "- %s ", what);
		prose_inline(&document->out, items[i].name);
		buf_printf(&document->out, "\n");
	}
}

/* How many combinations there are, and who looked at them. */
struct tally {
	long all;
	long judged; /* by a case made for it */
	long asked;  /* of the rest: by some other case */
};

static void
count_cells(const struct lens_coverage *lens, struct tally *tally)
{
	for (size_t i = 0; i < lens->action_count * lens->role_count * LAYERS; i++) {
		const struct cell *cell = &lens->cells[i];

		if (!cell->applies)
			continue;
		tally->all++;
		tally->judged += cell->judged > 0;
		tally->asked += !cell->judged && cell->asked;
	}
}

static void
add_tables(struct document *document, const struct lens_coverage *lens)
{
	for (size_t i = 0; i < lens->table_count; i++) {
		const struct touched *table = &lens->tables[i];

		if (table->by_persona)
			continue;
		buf_printf(&document->out, table->seen ? "- only the witness looked at the table "
						       : "- no statement touched the table ");
		prose_inline(&document->out, table->name);
		buf_printf(&document->out, "\n");
	}
}

static void
add_ways(struct document *document, const struct lens_coverage *lens)
{
	for (long i = 0; i < lens->transitions; i++) {
		const struct transition *way = &lens->ways[i];

		if (way->seen)
			continue;
		buf_printf(&document->out, "- no row was seen to go from ");
		prose_inline(&document->out, way->from);
		buf_printf(&document->out, " to ");
		prose_inline(&document->out, way->to);
		buf_printf(&document->out, " (");
		prose_inline(&document->out, way->column);
		buf_printf(&document->out, ")\n");
	}
}

static void
add_lens_gaps(struct document *document, const struct lens_coverage *lens)
{
	struct tally tally = { 0 };

	count_cells(lens, &tally);
	buf_printf(&document->out, "### ");
	prose_inline(&document->out, lens->name);
	buf_printf(
		&document->out,
		"\n\nOf %ld combinations of action, role and layer %ld were judged by a case made "
		"for it, and %ld more were asked for by other cases",
		tally.all, tally.judged, tally.asked);
	bool gaps = tally.judged + tally.asked < tally.all;
	buf_printf(&document->out, "%s\n\n", gaps ? ". No case touched:" : ".");
	for (size_t action = 0; action < lens->action_count; action++) {
		for (int layer = 0; layer < LAYERS; layer++)
			(void)add_untested_roles(document, lens, action, (enum layer)layer);
	}
	buf_printf(&document->out, gaps ? "\n" : "");

	size_t before = document->out.len;
	add_tables(document, lens);
	add_untouched(document, "no judged case got the error", lens->errors, lens->error_count);
	add_ways(document, lens);
	if (document->out.len > before)
		buf_printf(&document->out, "\n");
	part_flush(document);
}

bool
part_not_tested(struct document *document)
{
	const struct coverage *coverage = &document->coverage;

	buf_printf(&document->out, "## What was not tested\n\n");
	if (coverage->lens_count == 0)
		buf_printf(&document->out, "No lens is on record, so nothing declares what there "
					   "would be to test.\n\n");
	for (size_t i = 0; i < coverage->lens_count; i++)
		add_lens_gaps(document, &coverage->lenses[i]);
	return true;
}

/* One line per suite: "shopping_list.smoke: 8 of 8 cases passed". */
static void
add_done(struct document *document)
{
	const struct run *run = document->run;

	for (size_t i = 0; i < run->entry_count; i++) {
		const char *suite = run->entries[i].planned.suite;
		long planned = 0;
		long passed = 0;

		if (i && strcmp(run->entries[i - 1].planned.suite, suite) == 0)
			continue;
		for (size_t j = i;
		     j < run->entry_count && strcmp(run->entries[j].planned.suite, suite) == 0;
		     j++) {
			planned++;
			passed += run->entries[j].verdict == VERDICT_PASS;
		}
		buf_printf(&document->out, "- ");
		prose_inline(&document->out, suite);
		buf_printf(&document->out, ": %ld of %ld cases passed\n", passed, planned);
	}
	if (run->entry_count == 0)
		buf_printf(&document->out, "- nothing\n");
}

/* The ids of the entries that are `wanted`, after `what`. */
static void
add_ids(struct document *document, case_wanted_fn *wanted, const char *what)
{
	const struct run *run = document->run;
	long count = 0;

	for (size_t i = 0; i < run->entry_count; i++) {
		if (!wanted(&run->entries[i], NULL))
			continue;
		buf_printf(&document->out, count++ ? ", " : "- %s: ", what);
		prose_inline(&document->out, run->entries[i].planned.id);
	}
	if (count)
		buf_printf(&document->out, "\n");
}

static bool
has_failed(const struct run_entry *entry, const void *arg)
{
	(void)arg;
	return entry->verdict == VERDICT_FAIL;
}

static bool
has_erred(const struct run_entry *entry, const void *arg)
{
	(void)arg;
	return entry->verdict == VERDICT_ERROR;
}

static bool
is_unsettled(const struct run_entry *entry, const void *arg)
{
	(void)arg;
	return entry->verdict == VERDICT_NONE;
}

static bool
is_skipped(const struct run_entry *entry, const void *arg)
{
	(void)arg;
	return entry->verdict == VERDICT_SKIP;
}

static bool
is_flaky(const struct run_entry *entry, const void *arg)
{
	(void)arg;
	return entry->flaky;
}

static void
add_next(struct document *document)
{
	size_t before = document->out.len;

	add_ids(document, has_failed, "the target answers wrongly; correct it and run again");
	add_ids(document, has_erred, "could not be judged; remove the cause and run again");
	add_ids(document, is_unsettled, "never ran; run again");
	if (run_exit_status(document->run) != 0 && document->out.len == before)
		buf_printf(&document->out, "- see the verdict above, and run again\n");
	if (document->out.len == before)
		buf_printf(&document->out, "- nothing is left to do for this run\n");
}

static void
add_coverage_risk(struct document *document)
{
	const struct coverage *coverage = &document->coverage;
	struct tally tally = { 0 };

	for (size_t i = 0; i < coverage->lens_count; i++)
		count_cells(&coverage->lenses[i], &tally);
	if (tally.judged + tally.asked < tally.all)
		buf_printf(&document->out,
			   "- no case touched %ld of %ld combinations of action, role and layer\n",
			   tally.all - tally.judged - tally.asked, tally.all);
}

static void
add_header_risks(struct document *document)
{
	const struct run *run = document->run;
	const json_t *dirty =
		json_object_get(json_object_get(run->header, "suites_commit"), "dirty");
	const json_t *cleanup = json_object_get(run->footer, "cleanup");
	size_t left = json_array_size(json_object_get(cleanup, "leftovers"));

	if (json_is_true(dirty))
		buf_printf(&document->out, "- the suites had changes that no commit holds\n");
	if (!*summary_text(run, "target", "commit"))
		buf_printf(&document->out, "- the target does not say which commit it is\n");
	if (!json_is_object(json_object_get(run->header, "database")))
		buf_printf(&document->out, "- there was no database: no state was proved\n");
	if (!cleanup)
		buf_printf(&document->out, "- no clean-up is on record: rows may be left behind\n");
	if (left)
		buf_printf(&document->out, "- left behind by the clean-up: %zu\n", left);
	if (run->invariants.transport_errors)
		buf_printf(&document->out, "- %ld requests had no whole reply\n",
			   run->invariants.transport_errors);
}

bool
part_note(struct document *document)
{
	size_t before;

	buf_printf(&document->out, "## Note\n\n**Done**\n\n");
	add_done(document);
	buf_printf(&document->out, "\n**Next**\n\n");
	add_next(document);
	buf_printf(&document->out, "\n**Risks**\n\n");
	before = document->out.len;
	add_ids(document, is_skipped, "skipped by the suite");
	add_ids(document, is_flaky, "passed only on a retry");
	add_coverage_risk(document);
	add_header_risks(document);
	if (document->out.len == before)
		buf_printf(&document->out, "- none that the run shows\n");
	return true;
}
