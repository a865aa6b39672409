#include "rls/matrix_html_grid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "report/html_text.h"
#include "report/html_walls.h"

/* What is needed to write a cell: all borrowed but `found`. */
struct drawing {
	struct buf *out;
	const struct matrix *matrix;
	const struct judgements *judgements;
	const struct grid *grid;
	size_t *found; /* of each cell: 1 + the number of its finding; 0: none */
};

/* The place of a letter among all of them: names a class, as "." and "?" cannot. */
static size_t
place_of(char letter)
{
	const char *at = strchr(matrix_letters, letter);

	return at && letter ? (size_t)(at - matrix_letters) : strlen(matrix_letters);
}

/* ---- filters ---- */

static void
rule(struct buf *out, const char *what, size_t value, const char *hidden)
{
	buf_printf(out, "body:has(#%s>[value=\"%zu\"]:checked) %s{display:none}\n", what, value,
		   hidden);
}

/* Which columns an actor is not in; with a letter, which lines do not have it for this actor. */
static void
actor_rules(struct buf *out, const struct grid *grid, size_t actor, size_t c)
{
	char hidden[64];

	(void)snprintf(hidden, sizeof(hidden), ".c:not(.c%zu)", c);
	rule(out, "actor", actor, hidden);
	for (size_t k = 0; matrix_letters[k]; k++) {
		bool any = false;

		for (size_t b = 0; b < grid->block_count; b++)
			for (size_t i = 0; i < grid->blocks[b].line_count; i++)
				any |= grid->blocks[b].lines[i].letters[c] == matrix_letters[k];
		/* A letter that this actor never has leaves no line of any relation. */
		buf_printf(out,
			   "body:has(#actor>[value=\"%zu\"]:checked):has(#letter>[value=\"%zu\"]:"
			   "checked) ",
			   actor, k);
		if (any)
			buf_printf(out,
				   ":is(.relation,.line):not(:has(td.c%zu.l%zu)){display:none}\n",
				   c, k);
		else
			buf_printf(out, ".relation{display:none}\n");
	}
}

void
matrix_html_rules(struct buf *out, const struct matrix *matrix, const struct grid *grid)
{
	char hidden[64];

	for (size_t r = 0; r < matrix->relation_count; r++) {
		(void)snprintf(hidden, sizeof(hidden), ".relation:not(#r%zu)", r);
		rule(out, "relation", r, hidden);
	}
	for (size_t k = 0; matrix_letters[k]; k++) {
		(void)snprintf(hidden, sizeof(hidden), ":is(.relation,.line):not(:has(td.l%zu))",
			       k);
		rule(out, "letter", k, hidden);
		buf_printf(out,
			   "body:has(#letter>[value=\"%zu\"]:checked) "
			   "td.c:not(.l%zu){color:var(--dim);"
			   "background:none;box-shadow:none;font-weight:400}\n",
			   k, k);
	}
	for (size_t c = 0; c < grid->column_count; c++)
		for (size_t i = 0; i < grid->columns[c].actor_count; i++)
			actor_rules(out, grid, grid->columns[c].actors[i], c);
}

static void
choice(struct buf *out, size_t value, const char *text)
{
	buf_printf(out, "<option value=\"%zu\">", value);
	html_line(out, text);
	buf_printf(out, "</option>\n");
}

static void
begin_choice(struct buf *out, const char *id, const char *label)
{
	buf_printf(out,
		   "<label for=\"%s\">%s</label> <select id=\"%s\"><option value=\"all\">all"
		   "</option>\n",
		   id, label, id);
}

static void
filters(const struct drawing *drawing)
{
	struct buf *out = drawing->out;
	const struct matrix *matrix = drawing->matrix;

	buf_printf(out, "<form class=\"filter\" aria-label=\"Which cells\">\n<span>");
	begin_choice(out, "relation", "relation");
	for (size_t r = 0; r < matrix->relation_count; r++)
		choice(out, r, matrix->relations[r].name);
	buf_printf(out, "</select></span>\n<span>");
	begin_choice(out, "actor", "persona");
	for (size_t a = 0; a < matrix->actor_count; a++)
		choice(out, a, matrix->actors[a].name);
	buf_printf(out, "</select></span>\n<span>");
	begin_choice(out, "letter", "letter");
	for (size_t k = 0; matrix_letters[k]; k++)
		if (matrix_count(matrix, matrix_letters[k]))
			buf_printf(out, "<option value=\"%zu\">%c  %s</option>\n", k,
				   matrix_letters[k], matrix_letter_meaning(matrix_letters[k]));
	buf_printf(out, "</select></span>\n</form>\n");
}

/* ---- the cells ---- */

/* The first of the findings that are the same but for the actor: that one is in the list. */
static size_t
first_twin(const struct judgements *judgements, size_t index)
{
	size_t i = 0;

	while (i < index && !judgement_is_twin(&judgements->items[i], &judgements->items[index]))
		i++;
	return i;
}

static void
find_findings(struct drawing *drawing)
{
	const struct judgements *judgements = drawing->judgements;

	drawing->found = must(calloc(drawing->matrix->cell_count + 1, sizeof(*drawing->found)));
	for (size_t i = 0; i < judgements->count; i++)
		drawing->found[judgements->items[i].cell - drawing->matrix->cells] =
			1 + first_twin(judgements, i);
}

/* The worst finding about any cell that the letter stands for: they are sorted. 0: none. */
static size_t
finding_of(const struct drawing *drawing, const struct grid_line *line,
	   const struct grid_column *column)
{
	size_t worst = 0;

	for (size_t a = 0; a < column->actor_count; a++) {
		for (size_t i = 0; i < line->cell_count; i++) {
			const struct matrix_cell *cell =
				matrix_cell_of(drawing->matrix, &line->cells[i], column->actors[a]);
			size_t found = cell ? drawing->found[cell - drawing->matrix->cells] : 0;

			if (found && (!worst || found < worst))
				worst = found;
		}
	}
	return worst;
}

static const char *
tone_of(char letter)
{
	if (matrix_is_open(letter))
		return "open";
	return letter == '?' || letter == 'E' ? "unsure" : "shut";
}

static void
cell(const struct drawing *drawing, const struct grid_line *line, size_t c)
{
	char letter = line->letters[c];
	size_t found = finding_of(drawing, line, &drawing->grid->columns[c]);
	struct buf *out = drawing->out;

	buf_printf(out, "<td class=\"c c%zu l%zu %s", c, place_of(letter), tone_of(letter));
	if (!found) {
		buf_printf(out, "\">%c</td>", letter);
		return;
	}
	const struct judgement *item = &drawing->judgements->items[found - 1];
	buf_printf(out, " %s\"><a href=\"#f%zu\" title=\"%s: ",
		   item->kind == JUDGED_UNKNOWN ? "asks" : "wrong", found - 1,
		   judgement_word(item->kind));
	html_line(out, item->sentence);
	buf_printf(out, "\">%c%s</a></td>", letter, item->kind == JUDGED_UNKNOWN ? "" : "!");
}

static void
line(const struct drawing *drawing, const struct grid_line *line, const char *command)
{
	struct buf *out = drawing->out;

	buf_printf(out, "<tr class=\"line\"><th scope=\"row\"><span class=\"%s\">",
		   line->command ? "does" : "does again");
	html_line(out, command);
	buf_printf(out, "</span> <span>");
	html_line(out, line->rows);
	buf_printf(out, "</span></th>");
	for (size_t c = 0; c < drawing->grid->column_count; c++)
		cell(drawing, line, c);
	buf_printf(out, "</tr>\n");
}

/* The first of those who are alike, and in small the others. */
static void
heading(const struct drawing *drawing, size_t c)
{
	const struct grid_column *column = &drawing->grid->columns[c];
	const struct actor *actors = drawing->matrix->actors;
	struct buf *out = drawing->out;

	buf_printf(out, "<th scope=\"col\" class=\"c c%zu\">", c);
	for (size_t i = 0; i < column->actor_count; i++) {
		buf_printf(out, "%s", i == 1 ? "<small>" : i ? "<br>" : "");
		html_line(out, actors[column->actors[i]].name);
	}
	buf_printf(out, "%s</th>", column->actor_count > 1 ? "</small>" : "");
}

static void
block(const struct drawing *drawing, const struct grid_block *block)
{
	struct buf *out = drawing->out;
	const char *command = "";

	buf_printf(out, "<article class=\"relation\" id=\"r%zu\">\n<h3><code>",
		   (size_t)(block->relation - drawing->matrix->relations));
	html_line(out, block->relation->name);
	buf_printf(out, "</code> <small>");
	html_line(out, block->heading);
	buf_printf(out, "</small></h3>\n");
	walls_table(out, block->relation->name, "letters");
	buf_printf(out, "<thead><tr><th scope=\"col\">command, rows</th>");
	for (size_t c = 0; c < drawing->grid->column_count; c++)
		heading(drawing, c);
	buf_printf(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < block->line_count; i++) {
		if (block->lines[i].command)
			command = block->lines[i].command;
		line(drawing, &block->lines[i], command);
	}
	buf_printf(out, "</tbody></table></div>\n</article>\n");
}

void
matrix_html_grid(struct buf *out, const struct matrix_report *report, const struct grid *grid)
{
	struct drawing drawing = { out, report->matrix, report->judgements, grid, NULL };

	find_findings(&drawing);
	filters(&drawing);
	for (size_t i = 0; i < grid->block_count; i++)
		block(&drawing, &grid->blocks[i]);
	free(drawing.found);
}
