#include "report/rows.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "run/decode.h"

/* What a reader takes in at a glance; all of it stands below. */
#define COLUMNS     8
#define VALUE_BYTES 60

struct telling {
	struct buf *out;
	long changes;
};

void
rows_table(const char *statement, char *name, size_t size)
{
	const char *at = statement ? strstr(statement, " from ") : NULL;
	size_t len = 0;

	for (at = at ? at + 6 : ""; *at && !strchr(" \n\t();,", *at) && len + 1 < size; at++) {
		if (*at != '"')
			name[len++] = *at;
	}
	name[len] = '\0';
}

/* The columns of a row: a witness asks for whole rows as one column called "row". */
static json_t *
columns_of(json_t *row)
{
	json_t *whole = json_object_get(row, "row");

	return json_is_object(whole) && json_object_size(row) == 1 ? whole : row;
}

static bool
same_row(json_t *left, json_t *right)
{
	const json_t *id = json_object_get(left, "id");

	return id && json_equal(id, json_object_get(right, "id"));
}

/* The row of `rows` that is `wanted`; the one at `place` when rows have no id; NULL: none. */
static json_t *
find_row(json_t *rows, json_t *wanted, size_t place)
{
	if (!json_object_get(wanted, "id"))
		return columns_of(json_array_get(rows, place));
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = columns_of(json_array_get(rows, i));
		if (same_row(row, wanted))
			return row;
	}
	return NULL;
}

static void
begin_change(struct telling *telling)
{
	if (telling->changes++)
		buf_printf(telling->out, "; ");
}

static void
add_value(struct buf *out, const json_t *value)
{
	char *text =
		json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *shown = json_is_string(value) ? json_string_value(value) : text;
	size_t len = shown ? strlen(shown) : 0;
	size_t kept = len;

	if (kept > VALUE_BYTES) {
		/* Not in the middle of a character. */
		kept = VALUE_BYTES;
		while (kept && ((unsigned char)shown[kept] & 0xc0) == 0x80)
			kept--;
	}
	if (!value)
		buf_printf(out, "absent");
	else
		buf_printf(out, "%.*s%s", (int)kept, shown, kept < len ? "..." : "");
	free(text);
}

static void
compare_column(struct telling *telling, const char *key, const json_t *before, const json_t *after)
{
	if (before && after && json_equal(before, after))
		return;
	if (telling->changes >= COLUMNS) {
		telling->changes++;
		return;
	}
	begin_change(telling);
	buf_printf(telling->out, "%s: ", key);
	add_value(telling->out, before);
	buf_printf(telling->out, " -> ");
	add_value(telling->out, after);
}

static void
compare_row(struct telling *telling, json_t *before, json_t *after)
{
	const char *key;
	json_t *value;

	json_object_foreach(before, key, value)
		compare_column(telling, key, value, json_object_get(after, key));
	json_object_foreach(after, key, value)
	{
		if (!json_object_get(before, key))
			compare_column(telling, key, NULL, value);
	}
}

/* Rows that only one of the two looks saw. */
static void
count_alone(struct telling *telling, json_t *rows, json_t *others, const char *word)
{
	long alone = 0;

	for (size_t i = 0; i < json_array_size(rows); i++)
		alone += !find_row(others, columns_of(json_array_get(rows, i)), i);
	if (!alone)
		return;
	begin_change(telling);
	buf_printf(telling->out, "%ld row%s %s", alone, alone == 1 ? "" : "s", word);
}

bool
rows_difference(const char *before, const char *after, struct buf *out)
{
	struct telling telling = { .out = out };

	/* Most looks see what was seen before. */
	if (before && after && strcmp(before, after) == 0) {
		buf_printf(out, "unchanged");
		return false;
	}
	json_t *left = before ? decode(before, strlen(before)) : NULL;
	json_t *right = after ? decode(after, strlen(after)) : NULL;

	for (size_t i = 0; i < json_array_size(left); i++) {
		json_t *row = columns_of(json_array_get(left, i));
		json_t *now = find_row(right, row, i);
		if (now)
			compare_row(&telling, row, now);
	}
	if (telling.changes > COLUMNS)
		buf_printf(out, "; and %ld more columns", telling.changes - COLUMNS);
	count_alone(&telling, right, left, "more");
	count_alone(&telling, left, right, "gone");
	if (!telling.changes)
		buf_printf(out, "unchanged");
	json_decref(left);
	json_decref(right);
	return telling.changes > 0;
}
