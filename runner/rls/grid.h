/* grid.h - a matrix laid out for people: one block per relation, a line per command and class of
 * row, a column per actor. Actors of whom every cell is the same share a column; so do lines.
 */
#ifndef RLS_GRID_H
#define RLS_GRID_H

#include "rls/matrix.h"

/* What stands for rows is at most so wide, unless one class alone is wider. */
#define GRID_ROWS_WIDTH 27

struct grid_column {
	const char *name; /* "hod", or "hod +2" when it stands for three */
	size_t *actors;
	size_t actor_count;
};

struct grid_line {
	const char *command;             /* "UPDATE approval"; NULL: as the line above */
	const char *rows;                /* "mine, colleague's" */
	const char *letters;             /* one per column */
	const struct matrix_cell *cells; /* of the first actor: what the line stands for */
	size_t cell_count;
};

struct grid_block {
	const struct matrix_relation *relation;
	const char *heading; /* what decides tenant and owner, in words */
	struct grid_line *lines;
	size_t line_count;
};

struct grid {
	struct arena arena;
	struct grid_column *columns;
	size_t column_count;
	struct grid_block *blocks;
	size_t block_count;
};

/* Lay out; the matrix is borrowed. */
void grid_make(struct grid *grid, const struct matrix *matrix);
void grid_release(struct grid *grid);

#endif
