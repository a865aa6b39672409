#include "suite/cast.h"

#include <string.h>

#include "suite/reading.h"

#define MAX_NAMES 512

bool
cast_unknown(const struct node *node, const struct suite *suite,
	     const struct environment *environment, const char *name)
{
	const char *names[MAX_NAMES];
	size_t count = 0;

	for (size_t i = 0; i < environment->persona_count && count < MAX_NAMES; i++)
		names[count++] = environment->personas[i].name;
	for (size_t i = 0; suite && i < suite->derived_count && count < MAX_NAMES; i++)
		names[count++] = suite->derived[i].name;
	return reading_unknown(node, "persona", name, names, count);
}

void
cast_as(const struct loading *loading, const struct node *object, const char **as)
{
	const char *name = NULL;
	struct node member;

	if (!node_member(object, "as", &member))
		return;
	*as = LOADING_NOBODY;
	if (!node_text(object, "as", REQUIRED, &name))
		return;
	if (strcmp(name, "witness") == 0 || strcmp(name, "none") == 0 ||
	    suite_persona(loading->suite, loading->environment, name))
		*as = name;
	else
		cast_unknown(&member, loading->suite, loading->environment, name);
}

/* Append what a `derived` mapping makes to the suite's personas. */
static void
derive(struct loading *loading, const struct node *map)
{
	struct suite *suite = loading->suite;
	const struct persona_range known = { suite->derived, suite->derived_count };
	struct persona_range made = { .items = NULL };

	if (!personas_derive(map, loading->environment, &known, &suite->arena, &made))
		return;
	struct persona *all = ARENA_ARRAY(&suite->arena, known.count + made.count, struct persona);
	for (size_t i = 0; i < known.count; i++)
		all[i] = known.items[i];
	for (size_t i = 0; i < made.count; i++)
		all[known.count + i] = made.items[i];
	suite->derived = all;
	suite->derived_count = known.count + made.count;
}

void
cast_read(struct loading *loading, const struct node *root)
{
	const struct lens *lens = loading->suite->lens;
	struct node map;

	if (lens) {
		struct node lens_root = node_root(lens->document, loading->errors);
		if (node_member(&lens_root, "derived", &map))
			derive(loading, &map);
	}
	if (node_member(root, "derived", &map))
		derive(loading, &map);
}
