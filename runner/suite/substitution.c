#include "suite/substitution.h"

#include <stdio.h>
#include <string.h>

#include "suite/template.h"

#define NAME_BYTES 128

/* Note the first part of a dotted name. */
static void
note(json_t *set, const char *path)
{
	char head[NAME_BYTES];

	(void)snprintf(head, sizeof(head), "%.*s", (int)strcspn(path, "."), path);
	if (set)
		json_object_set_new(set, head, json_true());
}

static json_t *
find(void *arg, const char *name, struct error *err)
{
	const struct substitution *substitution = arg;
	const char *path = name;

	(void)err;
	if (substitution->space) {
		size_t len = strlen(substitution->space);
		if (strncmp(name, substitution->space, len) != 0 || name[len] != '.')
			return NULL;
		path = name + len + 1;
	}
	const json_t *value = *path ? template_walk(substitution->values, path) : NULL;
	note(value ? substitution->used : substitution->missing, path);
	return value ? node_share(value) : NULL;
}

json_t *
substitution_value(const struct substitution *substitution, const json_t *value, struct error *err)
{
	struct substitution copy = *substitution;

	return template_fill_with(value, TEMPLATE_PART, find, &copy, err);
}

bool
substitution_apply(const struct substitution *substitution, json_t *owner, struct node *node)
{
	struct error err = { 0 };
	json_t *filled = substitution_value(substitution, node->value, &err);

	if (filled) {
		json_array_append_new(owner, filled);
		node->value = filled;
		return true;
	}
	/* The error's pointer leads from this node to the text at fault. */
	struct node at = *node;
	size_t len = strlen(at.pointer);
	(void)snprintf(at.pointer + len, sizeof(at.pointer) - len, "%s", err.pointer);
	return node_fail_with(&at, &err);
}
