#include "rls/grid.h"

#include <string.h>

#include "base/buf.h"

static bool
same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The cells of a relation that belong to actor `actor`, in the order they were measured: all actors
 * have the same ones, unless something was unknown for one. */
static size_t
cells_of(const struct matrix *matrix, const struct matrix_relation *relation, size_t actor,
	 const struct matrix_cell **first)
{
	size_t count = 0;

	*first = NULL;
	for (size_t i = relation->first; i < relation->first + relation->count; i++) {
		if (matrix->cells[i].actor != actor)
			continue;
		if (!count++)
			*first = &matrix->cells[i];
	}
	return count;
}

static bool
alike(const struct matrix *matrix, size_t a, size_t b)
{
	for (size_t r = 0; r < matrix->relation_count; r++) {
		const struct matrix_cell *x, *y;
		size_t count = cells_of(matrix, &matrix->relations[r], a, &x);

		if (cells_of(matrix, &matrix->relations[r], b, &y) != count)
			return false;
		for (size_t i = 0; i < count; i++)
			if (x[i].letter != y[i].letter || !same(x[i].class, y[i].class) ||
			    !same(x[i].command, y[i].command) || !same(x[i].group, y[i].group))
				return false;
	}
	return true;
}

static void
make_columns(struct grid *grid, const struct matrix *matrix)
{
	grid->columns = ARENA_ARRAY(&grid->arena, matrix->actor_count + 1, struct grid_column);
	for (size_t actor = 0; actor < matrix->actor_count; actor++) {
		size_t c = 0;

		while (c < grid->column_count && !alike(matrix, grid->columns[c].actors[0], actor))
			c++;
		struct grid_column *column = &grid->columns[c];
		if (c == grid->column_count) {
			grid->column_count++;
			column->actors = ARENA_ARRAY(&grid->arena, matrix->actor_count, size_t);
		}
		column->actors[column->actor_count++] = actor;
	}
	for (size_t c = 0; c < grid->column_count; c++) {
		struct grid_column *column = &grid->columns[c];
		const char *name = matrix->actors[column->actors[0]].name;

		column->name = column->actor_count == 1
				       ? name
				       : arena_printf(&grid->arena, "%s +%zu", name,
						      column->actor_count - 1);
	}
}

/* ---- lines ---- */

static const char *
rows_in_words(struct arena *arena, const char *class)
{
	static const struct {
		const char *class, *words;
	} words[] = {
		{ "own", "tenant's" },  { "mine", "mine" },     { "colleague", "colleague's" },
		{ "other", "foreign" }, { "null", "nobody's" }, { "any", "any" },
		{ "all", "" },
	};
	size_t from = strcspn(class, ">");
	const char *texts[2] = { class, class[from] ? class + from + 1 : NULL };
	size_t lens[2] = { from, texts[1] ? strlen(texts[1]) : 0 };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; texts[k] && i < COUNTOF(words); i++)
			if (strlen(words[i].class) == lens[k] &&
			    strncmp(words[i].class, texts[k], lens[k]) == 0) {
				texts[k] = words[i].words;
				break;
			}
	return texts[1] ? arena_printf(arena, "%s > %s", texts[0], texts[1]) : texts[0];
}

static char
letter_of(const struct matrix *matrix, const struct matrix_cell *cell, size_t actor)
{
	const struct matrix_cell *other = matrix_cell_of(matrix, cell, actor);

	return (char)(other ? other->letter : ' ');
}

static bool
is_privilege(const struct matrix_cell *cell)
{
	return same(cell->class, "all");
}

/* TRUNCATE, REFERENCES and TRIGGER, when nobody has any of them, are one line. */
static const char *
command_in_words(struct arena *arena, const struct matrix_cell *cell)
{
	if (cell->group)
		return arena_printf(arena, "%s %s", cell->command, cell->group);
	return cell->command;
}

static void
add_line(struct grid *grid, struct grid_block *block, const struct matrix *matrix,
	 const struct matrix_cell *cell)
{
	char *letters = ARENA_ARRAY(&grid->arena, grid->column_count + 1, char);
	const char *command = command_in_words(&grid->arena, cell);
	const char *rows = rows_in_words(&grid->arena, cell->class);
	struct grid_line *last = block->line_count ? &block->lines[block->line_count - 1] : NULL;
	const struct grid_line *head = last;

	for (size_t c = 0; c < grid->column_count; c++)
		letters[c] = letter_of(matrix, cell, grid->columns[c].actors[0]);
	while (head && !head->command)
		head--;
	bool again = head && same(head->command, command);
	if (last && strcmp(last->letters, letters) == 0 && again &&
	    strlen(last->rows) + strlen(rows) < GRID_ROWS_WIDTH - 1) {
		last->rows = arena_printf(&grid->arena, "%s, %s", last->rows, rows);
		last->cell_count++;
		return;
	}
	if (last && strcmp(last->letters, letters) == 0 && is_privilege(cell) && last->command &&
	    !*last->rows) {
		last->command = arena_printf(&grid->arena, "%s, %s", last->command, command);
		last->cell_count++;
		return;
	}
	block->lines[block->line_count++] =
		(struct grid_line){ again ? NULL : command, rows, letters, cell, 1 };
}

static const char *
kind_in_words(char kind)
{
	switch (kind) {
	case 'c':
		return "partition, ";
	case 'p':
		return "partitioned, ";
	case 'v':
		return "view, ";
	case 'm':
		return "materialized view, ";
	case 'f':
		return "foreign table, ";
	case 'x':
		return "function, ";
	default:
		return "";
	}
}

static void
make_block(struct grid *grid, const struct matrix *matrix, const struct matrix_relation *relation)
{
	struct grid_block *block = &grid->blocks[grid->block_count++];
	const struct matrix_cell *first;
	size_t count = cells_of(matrix, relation, 0, &first);

	block->relation = relation;
	block->heading = arena_printf(
		&grid->arena, "%s%s%s%s%s%s", kind_in_words(relation->kind),
		relation->tenant ? "tenant by " : "tenant unknown",
		relation->tenant ? relation->tenant : "",
		relation->tenant && relation->by_key ? " (a foreign key)" : "",
		relation->owner ? ", owner by " : "", relation->owner ? relation->owner : "");
	block->lines = ARENA_ARRAY(&grid->arena, count + 1, struct grid_line);
	for (size_t i = 0; i < count; i++)
		add_line(grid, block, matrix, &first[i]);
}

void
grid_make(struct grid *grid, const struct matrix *matrix)
{
	*grid = (struct grid){ 0 };
	make_columns(grid, matrix);
	grid->blocks = ARENA_ARRAY(&grid->arena, matrix->relation_count + 1, struct grid_block);
	for (size_t i = 0; i < matrix->relation_count; i++)
		make_block(grid, matrix, &matrix->relations[i]);
}

void
grid_release(struct grid *grid)
{
	arena_release(&grid->arena);
	*grid = (struct grid){ 0 };
}
