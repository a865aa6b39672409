#include "check/type.h"

#include <string.h>

#include "base/base.h"
#include "check/value.h"

static bool
is_array(const json_t *value)
{
	return json_is_array(value);
}

static bool
is_boolean(const json_t *value)
{
	return json_is_boolean(value);
}

/* As it is written: 5.0 is another text than 5, and many a typed reader refuses it. */
static bool
is_integer(const json_t *value)
{
	return json_is_integer(value);
}

static bool
is_null(const json_t *value)
{
	return json_is_null(value);
}

static bool
is_number(const json_t *value)
{
	return json_is_number(value);
}

static bool
is_object(const json_t *value)
{
	return json_is_object(value);
}

static bool
is_string(const json_t *value)
{
	return json_is_string(value);
}

static bool
is_timestamp(const json_t *value)
{
	struct instant instant;

	return json_is_string(value) && instant_parse(json_string_value(value), &instant);
}

static bool
is_uuid(const json_t *value)
{
	return json_is_string(value) && text_is_uuid(json_string_value(value));
}

static const struct type types[] = {
	{ "array", "an array", is_array },       { "boolean", "a boolean", is_boolean },
	{ "integer", "an integer", is_integer }, { "null", "null", is_null },
	{ "number", "a number", is_number },     { "object", "an object", is_object },
	{ "string", "a string", is_string },     { "timestamp", "a timestamp", is_timestamp },
	{ "uuid", "a uuid", is_uuid },
};

/* The same names once more, as lists of known names are handed to node_keys and its like. */
static const char *const names[] = {
	"array", "boolean", "integer", "null", "number", "object", "string", "timestamp", "uuid",
};
_Static_assert(COUNTOF(types) == COUNTOF(names), "every type needs a name");

const struct type *
type_find(const char *name)
{
	for (size_t i = 0; i < COUNTOF(types); i++) {
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	}
	return NULL;
}

const char *const *
type_names(size_t *count)
{
	*count = COUNTOF(names);
	return names;
}
