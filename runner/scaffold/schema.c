#include "scaffold/schema.h"

#include <string.h>

#include "base/base.h"
#include "check/pattern.h"
#include "document/node.h"
#include "suite/lens.h"

#define MAX_DEPTH 32

const json_t *
schema_resolve(const json_t *root, const json_t *schema, struct error *err)
{
	for (int depth = 0; depth < MAX_DEPTH; depth++) {
		const char *ref = json_string_value(json_object_get(schema, "$ref"));

		if (!ref)
			return schema;
		schema = ref[0] == '#' ? pointer_get(root, ref + 1) : NULL;
		if (!schema) {
			error_set(err, ERROR_SUITE,
				  "the reference %s leads to nothing in this document", ref);
			return NULL;
		}
	}
	error_set(err, ERROR_SUITE, "a reference goes round in a circle");
	return NULL;
}

static bool
fields(const json_t *root, const json_t *schema, int depth, json_t *required, json_t *properties,
       struct error *err)
{
	const json_t *part;
	size_t i;

	if (depth == MAX_DEPTH)
		return error_set(err, ERROR_SUITE,
				 "a schema is nested too deep, or contains itself");
	schema = schema_resolve(root, schema, err);
	if (!schema)
		return false;
	json_array_extend(required, json_object_get(schema, "required"));
	json_object_update(properties, json_object_get(schema, "properties"));
	json_array_foreach(json_object_get(schema, "allOf"), i, part)
	{
		if (!fields(root, part, depth + 1, required, properties, err))
			return false;
	}
	return true;
}

bool
schema_fields(const json_t *root, const json_t *schema, json_t *required, json_t *properties,
	      struct error *err)
{
	return fields(root, schema, 0, required, properties, err);
}

/* 3.1 has a list of types, one of which may be null. */
static const char *
type_of(const json_t *schema)
{
	const json_t *type = json_object_get(schema, "type"), *item;
	size_t i;

	json_array_foreach(type, i, item)
	{
		if (json_is_string(item) && strcmp(json_string_value(item), "null") != 0)
			return json_string_value(item);
	}
	return json_is_string(type) ? json_string_value(type) : "";
}

static json_t *
number_value(const json_t *schema)
{
	const json_t *minimum = json_object_get(schema, "minimum");
	const json_t *above = json_object_get(schema, "exclusiveMinimum");

	if (json_is_number(above))
		return json_integer((json_int_t)json_number_value(above) + 1);
	if (json_is_number(minimum) && json_is_true(above)) /* 3.0 */
		return json_integer((json_int_t)json_number_value(minimum) + 1);
	return json_is_number(minimum) ? node_share(minimum) : json_integer(1);
}

static bool
names_id(const char *name)
{
	size_t len = strlen(name);

	return strcmp(name, "id") == 0 || (len > 3 && strcmp(name + len - 3, "_id") == 0);
}

static json_t *
text_value(const char *name, const json_t *schema)
{
	const char *format = json_string_value(json_object_get(schema, "format"));

	if (format && strcmp(format, "date-time") == 0)
		return json_string("${now}");
	if (format || names_id(name) || json_object_get(schema, "pattern"))
		return json_string(LENS_FILL_IN);
	return json_sprintf("%s ${unique}", name);
}

static json_t *
typed_value(const char *name, const json_t *schema)
{
	const char *type = type_of(schema);

	if (strcmp(type, "boolean") == 0)
		return json_true();
	if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
		return number_value(schema);
	if (strcmp(type, "string") == 0)
		return text_value(name, schema);
	return json_string(LENS_FILL_IN);
}

json_t *
schema_value(const json_t *root, const char *name, const json_t *schema, struct error *err)
{
	static const char *const given[] = { "example", "const", "default" };
	static const char *const lists[] = { "examples", "enum" };

	schema = schema_resolve(root, schema, err);
	if (!schema)
		return NULL;
	for (size_t i = 0; i < COUNTOF(given); i++) {
		json_t *value = json_object_get(schema, given[i]);
		if (value && !json_is_null(value))
			return json_incref(value);
	}
	for (size_t i = 0; i < COUNTOF(lists); i++) {
		json_t *value = json_array_get(json_object_get(schema, lists[i]), 0);
		if (value)
			return json_incref(value);
	}
	return typed_value(name, schema);
}
