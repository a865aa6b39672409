/* type.h - the types `$type` knows, by name. */
#ifndef CHECK_TYPE_H
#define CHECK_TYPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct type {
	const char *name;   /* "uuid" */
	const char *phrase; /* "a uuid" */
	bool (*is)(const json_t *value);
};

/* NULL when `name` is no type. */
const struct type *type_find(const char *name);

/* Every name, in the order of the manual. */
const char *const *type_names(size_t *count);

#endif
