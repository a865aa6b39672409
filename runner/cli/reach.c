#include "cli/reach.h"

#include <stdlib.h>
#include <string.h>

#include "suite/lens.h"

static bool
names(const json_t *value, const char *text)
{
	char *all = json_dumps(value, JSON_COMPACT);
	bool found = all && strstr(all, text);

	free(all);
	return found;
}

/* What a lens says of its tables is no statement; what it says of its actions may hold one. */
static bool
lens_names(const struct lens *lens, const char *text)
{
	json_t *without = json_copy(lens->document->root);

	json_object_del(without, "tables");
	bool found = names(without, text);
	json_decref(without);
	return found;
}

static bool
suite_names(const struct suite *suite, const char *text)
{
	for (size_t i = 0; i < suite->document_count; i++) {
		if (names(suite->documents[i]->root, text))
			return true;
	}
	return suite->lens && lens_names(suite->lens, text);
}

/* Who asks the catalog asks about every table. Its relations and functions begin with pg_, but for
 * those of the standard and the questions after privileges. */
static bool
suite_asks_catalog(const struct suite *suite)
{
	return suite_names(suite, "pg_") || suite_names(suite, "information_schema") ||
	       suite_names(suite, "_privilege(");
}

bool
suites_reach(const struct workspace *workspace, const json_t *untouched, const char *table,
	     const char *relation)
{
	bool touched = true;
	size_t i;
	json_t *one;

	json_array_foreach(untouched, i, one) touched =
		touched && strcmp(json_string_value(one), table) != 0;
	for (size_t s = 0; !touched && s < workspace->suite_count; s++)
		touched = suite_names(workspace->suites[s], relation) ||
			  suite_asks_catalog(workspace->suites[s]);
	return touched;
}
