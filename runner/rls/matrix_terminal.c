#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "report/plain.h"
#include "rls/grid.h"
#include "rls/matrix_report.h"

#define OUT_BYTES ((size_t)64 * 1024 * 1024)
#define LEFT      (2 + 17 + 1 + GRID_ROWS_WIDTH) /* columns before the letters */

/* ---- the grid ---- */

/* A letter in the middle of its column; what got through, and what is unknown, stands out. */
static void
letter(struct buf *out, char which, int width, bool color)
{
	char text[2] = { which, '\0' };
	int before = (width - 1) / 2;

	buf_printf(out, "%*s", before, "");
	if (matrix_is_open(which))
		plain_word(out, text, PLAIN_GREEN, color);
	else if (which == '?' || which == 'E')
		plain_word(out, text, PLAIN_YELLOW, color);
	else
		plain_word(out, text, PLAIN_DIM, color);
	buf_printf(out, "%*s", width - 1 - before, "");
}

static int
column_width(const struct grid_column *column)
{
	int width = (int)strlen(column->name);

	return (width < 3 ? 3 : width) + 2;
}

static void
header(struct buf *out, const struct grid *grid)
{
	buf_printf(out, "%*s", LEFT, "");
	for (size_t c = 0; c < grid->column_count; c++)
		buf_printf(out, " %-*s", column_width(&grid->columns[c]) - 1,
			   grid->columns[c].name);
	buf_printf(out, "\n");
}

static void
line(struct buf *out, const struct grid *grid, const struct grid_line *line, bool color)
{
	char left[160];

	(void)snprintf(left, sizeof(left), "  %-17s %s", line->command ? line->command : "",
		       line->rows);
	buf_printf(out, "%-*s", LEFT, left);
	/* What is too long gets a line of its own. */
	if (strlen(left) >= LEFT)
		buf_printf(out, "\n%*s", LEFT, "");
	for (size_t c = 0; c < grid->column_count; c++)
		letter(out, line->letters[c], column_width(&grid->columns[c]), color);
	buf_printf(out, "\n");
}

static void
legend(struct buf *out, const struct grid *grid, const struct matrix *matrix)
{
	for (size_t c = 0; c < grid->column_count; c++) {
		const struct grid_column *column = &grid->columns[c];

		if (column->actor_count == 1)
			continue;
		buf_printf(out, "%s:", column->name);
		for (size_t i = 0; i < column->actor_count; i++)
			buf_printf(out, "%s %s", i ? "," : "",
				   matrix->actors[column->actors[i]].name);
		buf_printf(out, "\n");
	}
}

static void
grid_lines(struct buf *out, const struct matrix_report *report)
{
	struct grid grid;

	grid_make(&grid, report->matrix);
	for (size_t i = 0; i < grid.block_count; i++) {
		const struct grid_block *block = &grid.blocks[i];

		buf_printf(out, "\n");
		plain_line(out, block->relation->name);
		buf_printf(out, "  (");
		plain_line(out, block->heading);
		buf_printf(out, ")\n");
		header(out, &grid);
		for (size_t k = 0; k < block->line_count; k++)
			line(out, &grid, &block->lines[k], report->color);
	}
	buf_printf(out, "\n");
	legend(out, &grid, report->matrix);
	grid_release(&grid);
}

/* ---- what is wrong, what changed ---- */

static void
others(struct buf *out, const struct matrix_report *report, size_t index)
{
	const struct judgements *found = report->judgements;
	bool any = false;

	for (size_t i = index + 1; i < found->count; i++) {
		if (!judgement_is_twin(&found->items[i], &found->items[index]))
			continue;
		buf_printf(out, "%s", any ? ", " : "         the same: ");
		plain_line(out, report->matrix->actors[found->items[i].cell->actor].name);
		any = true;
	}
	if (any)
		buf_printf(out, "\n");
}

static void
judgement_lines(struct buf *out, const struct matrix_report *report)
{
	static const enum plain_color hues[] = { [JUDGED_OPEN] = PLAIN_RED,
						 [JUDGED_LOST] = PLAIN_RED,
						 [JUDGED_BROKEN] = PLAIN_RED,
						 [JUDGED_UNKNOWN] = PLAIN_YELLOW };

	for (size_t i = 0; i < report->judgements->count; i++) {
		const struct judgement *item = &report->judgements->items[i];

		if (!judgements_first(report->judgements, i))
			continue;
		plain_word(out, judgement_word(item->kind), hues[item->kind], report->color);
		buf_printf(out, "%*s", (int)(9 - strlen(judgement_word(item->kind))), "");
		plain_line(out, item->cell_name);
		buf_printf(out, "  in ");
		plain_line(out, item->relation->name);
		buf_printf(out, "\n         ");
		plain_line(out, item->sentence);
		buf_printf(out, "\n");
		others(out, report, i);
	}
	if (report->judgements->count)
		buf_printf(out, "\n");
}

static void
change_lines(struct buf *out, const struct matrix_report *report)
{
	const struct changes *changes = report->changes;

	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];

		if (!i || changes->items[i - 1].kind != change->kind)
			buf_printf(out, "%s (%s): %zu\n", change_word(change->kind),
				   change_meaning(change->kind), changes->counts[change->kind]);
		buf_printf(out, "  %c -> %c  ", change->before, change->after);
		plain_line(out, change->actor);
		buf_printf(out, " x ");
		plain_line(out, change->cell);
		buf_printf(out, "  in ");
		plain_line(out, change->relation);
		buf_printf(out, "\n");
	}
	if (changes->count)
		buf_printf(out, "\n");
}

static void
letters(struct buf *out, const struct matrix *matrix)
{
	for (const char *which = matrix_letters; *which; which++) {
		size_t count = matrix_count(matrix, *which);

		if (count)
			buf_printf(out, "  %c %6zu  %s\n", *which, count,
				   matrix_letter_meaning(*which));
	}
}

static void
totals(struct buf *out, const struct matrix_report *report)
{
	static const enum plain_color hues[] = { [MATRIX_PASSED] = PLAIN_GREEN,
						 [MATRIX_FAILED] = PLAIN_RED,
						 [MATRIX_INCONCLUSIVE] = PLAIN_YELLOW };
	const struct judgements *found = report->judgements;
	size_t wrong = found->count - found->counts[JUDGED_UNKNOWN];
	enum matrix_result result = matrix_result(report);

	plain_word(out, matrix_result_word(result), hues[result], report->color);
	buf_printf(out, "  %zu cells of %zu actors on %zu relations: %zu finding%s, %zu unknown",
		   report->matrix->cell_count, report->matrix->actor_count,
		   report->matrix->relation_count, wrong, wrong == 1 ? "" : "s",
		   found->counts[JUDGED_UNKNOWN]);
	if (report->changes)
		buf_printf(out, ", %zu changed since the snapshot", report->changes->count);
	if (report->layers)
		buf_printf(out, ", %zu layers wrong", report->layers->wrong);
	if (report->layers && report->layers->failed)
		buf_printf(out, ", %zu cases of layers failed otherwise", report->layers->failed);
	buf_printf(out, "; %ld tries in %lld ms\n", report->matrix->tries,
		   (long long)report->matrix->elapsed_ms);
}

void
matrix_terminal(const struct matrix_report *report, struct sink *sink)
{
	struct buf out;

	buf_init(&out, OUT_BYTES);
	if (!report->quiet) {
		buf_printf(&out, "Matrix of ");
		plain_line(&out, report->subject);
		buf_printf(&out, " on ");
		plain_line(&out, report->place);
		buf_printf(&out, ": who can do what to whose rows, as measured in SQL\n");
		grid_lines(&out, report);
		letters(&out, report->matrix);
		buf_printf(
			&out,
			"  A refusal means: none of the rows and values tried got through.\n"
			"  mine: one's own row; colleague's: of the same tenant; foreign: another "
			"tenant's\n\n");
	}
	if (report->layers)
		layers_terminal(report->layers, report->color, report->quiet, &out);
	judgement_lines(&out, report);
	if (report->changes)
		change_lines(&out, report);
	totals(&out, report);
	sink_add(sink, out.text, out.len);
	buf_release(&out);
}
