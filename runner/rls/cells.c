#include "rls/cells.h"

#include <stdio.h>
#include <string.h>

#include "document/node.h"

json_t *
cells_of(const json_t *rows)
{
	json_t *cells = json_object();
	size_t i;
	json_t *row;
	char name[200];

	json_array_foreach(rows, i, row)
	{
		const char *group = json_string_value(json_object_get(row, "grp"));
		(void)snprintf(name, sizeof(name), "%s%s%s %s",
			       json_string_value(json_object_get(row, "command")),
			       group && *group ? " " : "", group ? group : "",
			       json_string_value(json_object_get(row, "class")));
		json_object_set(cells, name, json_object_get(row, "letter"));
	}
	return cells;
}

const char *
cells_letter(const json_t *cells, const char *name)
{
	const char *letter = json_string_value(json_object_get(cells, name));

	return letter ? letter : "none";
}

static bool
is_unknown(const json_t *letter)
{
	const char *text = json_string_value(letter);

	return text && strcmp(text, "?") == 0;
}

bool
cells_tell(const json_t *cells)
{
	const char *name;
	json_t *letter;

	json_object_foreach(node_writable(cells), name, letter)
	{
		const char *text = json_string_value(letter);
		if (text && !strchr("?-G", *text))
			return true;
	}
	return false;
}

/* The first cell of `before` that is another one in `after`. */
static const char *
first_difference(const json_t *before, const json_t *after, bool *unclear)
{
	const char *name;
	json_t *letter;

	json_object_foreach(node_writable(before), name, letter)
	{
		const json_t *other = json_object_get(after, name);
		if (json_equal(letter, other))
			continue;
		if (!is_unknown(letter) && !is_unknown(other))
			return name;
		*unclear = true;
	}
	return NULL;
}

const char *
cells_difference(const json_t *before, const json_t *after, bool *unclear)
{
	const char *name = first_difference(before, after, unclear);

	return name ? name : first_difference(after, before, unclear);
}
