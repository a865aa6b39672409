#include <string.h>

#include "base/buf.h"
#include "report/prose.h"
#include "rls/grid.h"
#include "rls/matrix_report.h"

#define OUT_BYTES ((size_t)64 * 1024 * 1024)

static void
summary(struct buf *out, const struct matrix_report *report)
{
	const struct matrix *matrix = report->matrix;

	buf_printf(out, "**%s** on ", matrix_result_word(matrix_result(report)));
	prose_inline(out, report->place);
	buf_printf(out, ", %s: %zu cells of %zu actors on %zu relations, %zu findings, %zu unknown",
		   report->started, matrix->cell_count, matrix->actor_count, matrix->relation_count,
		   report->judgements->count - report->judgements->counts[JUDGED_UNKNOWN],
		   report->judgements->counts[JUDGED_UNKNOWN]);
	if (report->changes)
		buf_printf(out, ", %zu changed since the snapshot", report->changes->count);
	buf_printf(out, ".\n\n| letter | cells | meaning |\n|---|---:|---|\n");
	for (const char *which = matrix_letters; *which; which++)
		buf_printf(out, "| `%c` | %zu | %s |\n", *which, matrix_count(matrix, *which),
			   matrix_letter_meaning(*which));
	buf_printf(out,
		   "\nWhat got through is proved: a statement did. A refusal means that none of "
		   "the rows and values tried got through.\n\n");
}

static void
findings(struct buf *out, const struct judgements *found)
{
	if (!found->count)
		return;
	buf_printf(out, "## Findings\n\n| | cell | relation | measured, and why it is wrong |\n"
			"|---|---|---|---|\n");
	for (size_t i = 0; i < found->count; i++) {
		const struct judgement *item = &found->items[i];

		buf_printf(out, "| %s | ", judgement_word(item->kind));
		prose_inline(out, item->cell_name);
		buf_printf(out, " | ");
		prose_code(out, item->relation->name);
		buf_printf(out, " | ");
		prose_inline(out, item->sentence);
		buf_printf(out, " |\n");
	}
	buf_printf(out, "\n");
}

static void
changed(struct buf *out, const struct changes *changes)
{
	if (!changes || !changes->count)
		return;
	buf_printf(out, "## Changed since the snapshot\n\n| | relation | actor | cell | before | "
			"after |\n|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];

		buf_printf(out, "| %s | ", change_word(change->kind));
		prose_code(out, change->relation);
		buf_printf(out, " | ");
		prose_inline(out, change->actor);
		buf_printf(out, " | ");
		prose_inline(out, change->cell);
		buf_printf(out, " | `%c` | `%c` |\n", change->before, change->after);
	}
	buf_printf(out, "\n");
}

static void
block(struct buf *out, const struct grid *grid, const struct grid_block *block)
{
	buf_printf(out, "### ");
	prose_code(out, block->relation->name);
	buf_printf(out, "\n\n");
	prose_inline(out, block->heading);
	buf_printf(out, "\n\n| command | rows |");
	for (size_t c = 0; c < grid->column_count; c++) {
		buf_printf(out, " ");
		prose_inline(out, grid->columns[c].name);
		buf_printf(out, " |");
	}
	buf_printf(out, "\n|---|---|");
	for (size_t c = 0; c < grid->column_count; c++)
		buf_printf(out, ":-:|");
	for (size_t i = 0; i < block->line_count; i++) {
		const struct grid_line *line = &block->lines[i];

		buf_printf(out, "\n| %s | %s |", line->command ? line->command : "", line->rows);
		for (size_t c = 0; c < grid->column_count; c++)
			buf_printf(out, " `%c` |", line->letters[c]);
	}
	buf_printf(out, "\n\n");
}

/* The application beside the database, and which layer is wrong. */
static void
layers(struct buf *out, const struct layers *layers)
{
	const struct lens_coverage *lens = layers->lens;

	buf_printf(out,
		   "## Actions, by layer\n\nList, execute, SQL: `+` allowed, `-` refused, `?` not "
		   "judged, `.` nothing to try, `!` not as the lens says, `*` a case failed "
		   "otherwise.\n\n| action |");
	for (size_t role = 0; role < lens->role_count; role++) {
		buf_printf(out, " ");
		prose_inline(out, lens->roles[role]);
		buf_printf(out, " |");
	}
	buf_printf(out, "\n|---|");
	for (size_t role = 0; role < lens->role_count; role++)
		buf_printf(out, ":-:|");
	for (size_t action = 0; action < lens->action_count; action++) {
		buf_printf(out, "\n| ");
		prose_inline(out, lens->actions[action]);
		for (size_t role = 0; role < lens->role_count; role++) {
			char text[8];

			layers_cell(layers, action, role, text);
			buf_printf(out, " | `%s`", text);
		}
		buf_printf(out, " |");
	}
	buf_printf(out, "\n\n");
	for (size_t i = 0; i < layers->count; i++) {
		const struct layer_finding *finding = &layers->findings[i];

		buf_printf(out, "- **%s %s**, ", layer_name(finding->layer),
			   layer_fault_words(finding->fault));
		prose_inline(out, finding->role);
		buf_printf(out, ", ");
		prose_inline(out, finding->action);
		buf_printf(out, ": ");
		prose_inline(out, finding->sentence);
		buf_printf(out, "\n");
	}
	buf_printf(out, "%s", layers->count ? "\n" : "");
}

static void
actors(struct buf *out, const struct matrix *matrix)
{
	buf_printf(out, "## Actors\n\n| actor | role | database role | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < matrix->actor_count; i++) {
		const struct actor *actor = &matrix->actors[i];

		buf_printf(out, "| ");
		prose_inline(out, actor->name);
		buf_printf(out, " | ");
		prose_inline(out, actor->role);
		buf_printf(out, " | ");
		prose_inline(out, actor->database_role);
		buf_printf(out, " | %s |\n", actor_kind_meaning(actor->kind));
	}
	buf_printf(out, "\n");
}

void
matrix_markdown(const struct matrix_report *report, struct sink *sink)
{
	struct grid grid;
	struct buf out;

	buf_init(&out, OUT_BYTES);
	grid_make(&grid, report->matrix);
	buf_printf(&out, "# ");
	if (report->title) {
		prose_inline(&out, report->title);
	} else {
		buf_printf(&out, "Who can do what in ");
		prose_inline(&out, report->subject);
	}
	buf_printf(&out, "\n\n");
	summary(&out, report);
	findings(&out, report->judgements);
	changed(&out, report->changes);
	if (report->layers)
		layers(&out, report->layers);
	actors(&out, report->matrix);
	buf_printf(&out, "## The matrix\n\n");
	for (size_t i = 0; i < grid.block_count; i++)
		block(&out, &grid, &grid.blocks[i]);
	sink_add(sink, out.text, out.len);
	grid_release(&grid);
	buf_release(&out);
}
