/* matrix.h - the product of a case's axes, less what it excludes. */
#ifndef SUITE_MATRIX_H
#define SUITE_MATRIX_H

#include <jansson.h>
#include <stdbool.h>

#include "document/node.h"

#define MATRIX_AXES 8

struct axis {
	const char *name;
	struct node items;
	size_t count, at; /* `at`: of the current combination */
};

struct matrix {
	struct axis axes[MATRIX_AXES];
	size_t axis_count;
	struct node exclude; /* value NULL: nothing */
	bool started;
};

/* Read the mapping at `node`. At most 10 000 combinations. */
bool matrix_read(const struct node *node, struct matrix *matrix);

/* Go to the next combination that is not excluded; false after the last one. */
bool matrix_next(struct matrix *matrix);

/* {axis: value} of the current combination; a new reference. */
json_t *matrix_values(const struct matrix *matrix);

/* Append ".VALUE" per axis of the current combination: what makes its id unique. */
struct buf;
void matrix_suffix(const struct matrix *matrix, struct buf *id);

#endif
