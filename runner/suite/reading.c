#include "suite/reading.h"

#include <string.h>

#include "suite/spelling.h"
#include "suite/statement.h"

bool
reading_unknown(const struct node *node, const char *what, const char *name,
		const char *const *known, size_t count)
{
	const char *near = nearest_name(name, known, count);

	if (near)
		return node_fail(node, "unknown %s `%s`; did you mean `%s`?", what, name, near);
	return node_fail(node, "unknown %s `%s`", what, name);
}

bool
reading_unknown_key(const struct node *node, const char *what, const char *name,
		    const char *const *known, size_t count)
{
	const char *near = nearest_name(name, known, count);

	if (near)
		return node_fail_key(node, "unknown %s `%s`; did you mean `%s`?", what, name, near);
	return node_fail_key(node, "unknown %s `%s`", what, name);
}

bool
reading_known(const struct node *node, const char *what, const char *name, const char *const *known,
	      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(known[i], name) == 0)
			return true;
	}
	return reading_unknown(node, what, name, known, count);
}

bool
reading_is(const struct node *node, const char *text)
{
	const char *value = json_string_value(node->value);

	return value && strcmp(value, text) == 0;
}

static bool
holds(const json_t *value, const char *text)
{
	struct node map = { .value = value }, member;

	if (json_is_string(value))
		return strstr(json_string_value(value), text) != NULL;
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (holds(json_array_get(value, i), text))
			return true;
	}
	for (const char *key = NULL; node_next(&map, &key, &member);) {
		if (holds(member.value, text))
			return true;
	}
	return false;
}

bool
reading_holds(const struct node *node, const char *text)
{
	return holds(node->value, text);
}

bool
reading_text(const struct node *object, const char *key, enum need need, reading_spelling_fn *is,
	     const char *what, const char **out)
{
	struct node member;
	const char *text = NULL;

	if (!node_text(object, key, need, &text))
		return false;
	if (!text)
		return true;
	if (!is(text))
		return node_member(object, key, &member) && node_fail(&member, "must be %s", what);
	*out = text;
	return true;
}

/* "" is the pointer to the whole document, so node_text() would not do. */
bool
reading_pointer(const struct node *object, const char *key, enum need need, const char **out)
{
	struct node member;

	if (!node_member(object, key, &member))
		return need == OPTIONAL || node_fail(object, "missing key `%s`", key);
	const char *text = json_string_value(member.value);
	if (!text || !spelling_is_pointer(text))
		return node_fail(&member, "must be a JSON Pointer such as `/data/id`");
	*out = text;
	return true;
}

bool
reading_table(const struct node *object, const char *key, const char **out)
{
	return reading_text(object, key, REQUIRED, spelling_is_table,
			    "the name of a table, without quotes", out);
}

static bool
is_scalar(const struct node *node)
{
	return (!json_is_object(node->value) && !json_is_array(node->value)) ||
	       node_fail(node, "must be one value, not a list or a mapping");
}

void
reading_template(const struct node *object, const char *key, struct template *out)
{
	struct node member;

	if (node_member(object, key, &member))
		*out = (struct template){ member.value, template_is_constant(member.value) };
}

bool
reading_where(const struct node *object, const char *key, struct template *out)
{
	struct node where, member;
	const char *column = NULL;
	bool ok = true;

	if (!node_member(object, key, &where))
		return node_fail(object, "missing key `%s`", key);
	if (!node_is_object(&where))
		return false;
	if (json_object_size(where.value) == 0)
		return node_fail(&where, "must name at least one column");
	while (node_next(&where, &column, &member)) {
		if (!spelling_is_word(column))
			ok = node_fail_key(&member, "`%s` is not the name of a column", column);
		ok &= is_scalar(&member);
	}
	reading_template(object, key, out);
	return ok;
}

bool
reading_scalars(const struct node *object, const char *key, struct template *out)
{
	struct node map, member;
	const char *name = NULL;
	bool ok = true;

	if (!node_member(object, key, &map))
		return true;
	if (!node_is_object(&map))
		return false;
	while (node_next(&map, &name, &member))
		ok &= is_scalar(&member);
	reading_template(object, key, out);
	return ok;
}

size_t
reading_count(const struct node *list)
{
	return json_is_array(list->value) ? json_array_size(list->value) : 1;
}

bool
reading_each(const struct node *list, size_t i, struct node *item)
{
	if (i >= reading_count(list))
		return false;
	*item = json_is_array(list->value) ? node_item(list, i) : *list;
	return true;
}

bool
reading_word(const struct node *node, const char *what, const char *word)
{
	if (!spelling_is_word(word))
		return node_fail_key(node, "`%s` cannot name %s: use letters, digits and `_`", word,
				     what);
	if (spelling_is_reserved(word))
		return node_fail_key(node, "`%s` cannot name %s: ${%s} means something else", word,
				     what, word);
	return true;
}

bool
reading_sql(const struct node *object, const char *key, const struct template *params,
	    const char **out)
{
	struct node member;

	if (!node_text(object, key, REQUIRED, out) || !node_member(object, key, &member))
		return false;
	if (strstr(*out, "${"))
		return node_fail(&member, "`${` in SQL: nothing is spliced into it, use `params`");
	size_t highest = statement_parameters(*out), given = json_array_size(params->value);
	if (highest != given)
		return node_fail(&member, "the statement uses %zu parameter%s, `params` has %zu",
				 highest, highest == 1 ? "" : "s", given);
	return true;
}
