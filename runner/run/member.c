#include "run/member.h"

/* The member when it is there and `fits`; NULL otherwise. */
static const json_t *
take(struct members *members, const json_t *object, const char *key, json_type type)
{
	const json_t *value = json_object_get(object, key);

	if (!value)
		return NULL;
	if (json_typeof(value) == type)
		return value;
	if (!members->bad)
		members->bad = key;
	return NULL;
}

const char *
member_bytes(struct members *members, const json_t *object, const char *key, size_t *len)
{
	const json_t *value = take(members, object, key, JSON_STRING);

	*len = json_string_length(value);
	return value ? arena_text(members->arena, json_string_value(value), *len) : NULL;
}

const char *
member_text(struct members *members, const json_t *object, const char *key)
{
	size_t len;

	return member_bytes(members, object, key, &len);
}

int64_t
member_int(struct members *members, const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = take(members, object, key, JSON_INTEGER);

	return value ? json_integer_value(value) : otherwise;
}

bool
member_bool(struct members *members, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (value && !json_is_boolean(value) && !members->bad)
		members->bad = key;
	return json_is_true(value);
}

const json_t *
member_array(struct members *members, const json_t *object, const char *key)
{
	return take(members, object, key, JSON_ARRAY);
}
