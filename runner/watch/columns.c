#include "watch/columns.h"

#include <stdint.h>
#include <string.h>

#include "base/base.h"

static void
put(struct arena *arena, char *item, const struct column *column, const json_t *value)
{
	void *place = item + column->offset;

	switch (column->kind) {
	case COLUMN_MOMENT:
		memcpy(place, &(int64_t){ json_integer_value(value) }, sizeof(int64_t));
		break;
	case COLUMN_COUNT:
		memcpy(place, &(long){ (long)json_integer_value(value) }, sizeof(long));
		break;
	case COLUMN_NUMBER:
		memcpy(place, &(double){ json_is_number(value) ? json_number_value(value) : -1 },
		       sizeof(double));
		break;
	case COLUMN_TEXT: {
		const char *text = json_is_string(value) ? json_string_value(value) : "";
		const char *kept = arena_text(arena, text, strlen(text));
		memcpy(place, &kept, sizeof(kept));
		break;
	}
	}
}

void *
columns_take(struct arena *arena, const json_t *rows, const struct column *columns,
	     size_t column_count, size_t bytes, size_t *count)
{
	*count = json_array_size(rows);
	char *items = arena_array(arena, *count + 1, bytes);

	for (size_t i = 0; i < *count; i++) {
		const json_t *row = json_array_get(rows, i);
		for (size_t k = 0; k < column_count; k++)
			put(arena, items + i * bytes, &columns[k],
			    json_object_get(row, columns[k].name));
	}
	return items;
}
