/* columns.h - the rows of a query into structs, by a table that says where each column goes. */
#ifndef WATCH_COLUMNS_H
#define WATCH_COLUMNS_H

#include <jansson.h>

#include "base/arena.h"

enum column_kind {
	COLUMN_MOMENT, /* int64_t; 0 for null */
	COLUMN_COUNT,  /* long; 0 for null */
	COLUMN_NUMBER, /* double; -1 for null */
	COLUMN_TEXT    /* const char *; "" for null */
};

struct column {
	const char *name;
	enum column_kind kind;
	size_t offset; /* in the struct */
};

/* A struct of `bytes` for each of `rows` (an array of objects), in their order; *count of them.
 * They and their texts live in `arena`. A column that is missing, or of another type, is null. */
void *columns_take(struct arena *arena, const json_t *rows, const struct column *columns,
		   size_t column_count, size_t bytes, size_t *count);

#endif
