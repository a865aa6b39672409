#include "check/operand.h"

#include <string.h>

#include "check/matching.h"
#include "check/regex.h"
#include "check/type.h"
#include "check/value.h"

static bool
is_template(const json_t *value)
{
	return json_is_string(value) && strstr(json_string_value(value), "${") != NULL;
}

bool
operand_any(const struct node *operand)
{
	return operand->value != NULL;
}

bool
operand_pattern(const struct node *operand)
{
	return pattern_valid(operand);
}

bool
operand_sought(const struct node *operand)
{
	if (json_is_string(operand->value) && json_string_length(operand->value) == 0)
		return node_fail(operand, "every text holds the empty text; name what is sought");
	return pattern_valid(operand);
}

static bool
items_valid(const struct node *array)
{
	bool ok = true;

	for (size_t i = 0; i < json_array_size(array->value); i++) {
		struct node item = node_item(array, i);

		ok = pattern_valid(&item) && ok;
	}
	return ok;
}

bool
operand_patterns(const struct node *operand)
{
	if (is_template(operand->value))
		return true;
	if (!json_is_array(operand->value))
		return node_fail(operand, "must be an array of patterns, not %s",
				 value_kind(operand->value));
	return items_valid(operand);
}

bool
operand_alternatives(const struct node *operand)
{
	if (!json_is_array(operand->value) || json_array_size(operand->value) < 2)
		return node_fail(operand, "must be an array of two or more alternatives");
	return items_valid(operand);
}

bool
operand_true(const struct node *operand)
{
	return json_is_true(operand->value) || node_fail(operand, "takes `true` and nothing else");
}

bool
operand_type(const struct node *operand)
{
	size_t count;
	const char *const *names = type_names(&count);

	if (is_template(operand->value))
		return true;
	if (!json_is_string(operand->value))
		return node_fail(operand, "must be the name of a type, not %s",
				 value_kind(operand->value));

	const char *name = json_string_value(operand->value);
	if (type_find(name))
		return true;
	const char *nearest = nearest_name(name, names, count);
	if (nearest)
		return node_fail(operand, "unknown type `%s`; did you mean `%s`?", name, nearest);
	return node_fail(operand,
			 "unknown type `%s`; types are uuid, string, number, integer, "
			 "boolean, timestamp, null, array and object",
			 name);
}

bool
operand_regex(const struct node *operand)
{
	char why[128];

	if (is_template(operand->value))
		return true;
	if (!json_is_string(operand->value) || json_string_length(operand->value) == 0)
		return node_fail(operand, "must be a PCRE2 pattern, not %s",
				 json_is_string(operand->value) ? "an empty text"
								: value_kind(operand->value));
	return regex_valid(json_string_value(operand->value), why) ||
	       node_fail(operand, "the pattern does not compile: %s", why);
}

bool
operand_ordered(const struct node *operand)
{
	const json_t *value = operand->value;
	struct instant instant;

	if (json_is_number(value) || is_template(value) ||
	    (json_is_string(value) && instant_parse(json_string_value(value), &instant)))
		return true;
	if (json_is_string(value))
		return node_fail(operand, "must be a number or a timestamp with its offset "
					  "(2026-11-22T21:35:00Z)");
	return node_fail(operand, "must be a number or a timestamp, not %s", value_kind(value));
}

bool
operand_length(const struct node *operand)
{
	if (is_template(operand->value))
		return true;
	if (json_is_object(operand->value) && pattern_is_operators(operand->value))
		return pattern_valid(operand);
	if (!value_is_integer(operand->value) || json_number_value(operand->value) < 0)
		return node_fail(operand, "must be a whole number from 0 on, or operators such as "
					  "{ $ge: 1 }");
	return true;
}

static bool
unknown_operator(const struct node *member, const char *name)
{
	const char *names[64];
	size_t count;
	const struct operator_help *rows = pattern_operators(&count);

	for (size_t i = 0; i < count && i < COUNTOF(names); i++)
		names[i] = rows[i].name;
	const char *nearest = nearest_name(name, names, count);
	if (nearest)
		return node_fail_key(member, "unknown operator `%s`; did you mean `%s`?", name,
				     nearest);
	return node_fail_key(member, "unknown operator `%s`; `lensgate help operators` lists them",
			     name);
}

static bool
because_valid(const struct node *pattern, const struct node *because)
{
	if (!json_object_get(pattern->value, "$one_of"))
		return node_fail_key(because, "`because` may stand only beside `$one_of`");
	return (json_is_string(because->value) && json_string_length(because->value) > 0) ||
	       node_fail(because, "must say in words why either is right");
}

static bool
operator_valid(const struct node *pattern, const char *name)
{
	const struct operator_help *row = operator_find(name);
	struct node member;

	if (!node_member(pattern, name, &member))
		return true;
	if (row)
		return row->operand_valid(&member);
	if (strcmp(name, "because") == 0)
		return because_valid(pattern, &member);
	if (name[0] == '$')
		return unknown_operator(&member, name);
	return node_fail_key(
		&member, "`%s` is a key among operators: a mapping holds one or the other", name);
}

static bool
operators_valid(const struct node *pattern)
{
	bool ok = true;
	const char *name;
	json_t *operand;

	json_object_foreach(value_iterable(pattern->value), name, operand)
	{
		ok = operator_valid(pattern, name) && ok;
	}
	if (json_object_get(pattern->value, "$one_of") &&
	    !json_object_get(pattern->value, "because"))
		ok = node_fail(pattern, "`$one_of` needs `because`: why are these all right?");
	if (json_object_get(pattern->value, "$absent") && json_object_size(pattern->value) > 1)
		ok = node_fail(pattern, "`$absent` stands alone: what is absent has no other "
					"property");
	return ok;
}

static bool
has_operator(const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(value_iterable(object), key, value)
	{
		if (key[0] == '$')
			return true;
	}
	return false;
}

static bool
members_valid(const struct node *pattern)
{
	bool ok = true;
	const char *key;
	json_t *value;

	json_object_foreach(value_iterable(pattern->value), key, value)
	{
		struct node member;

		if (node_member(pattern, key, &member))
			ok = pattern_valid(&member) && ok;
	}
	return ok;
}

bool
pattern_valid(const struct node *pattern)
{
	if (json_is_array(pattern->value))
		return items_valid(pattern);
	if (!json_is_object(pattern->value))
		return true;
	if (json_object_size(pattern->value) == 0)
		return node_fail(pattern, "`{}` matches every object; write `$type: object`, or "
					  "`$eq: {}` for the empty one");
	return has_operator(pattern->value) ? operators_valid(pattern) : members_valid(pattern);
}
