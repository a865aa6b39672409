#include "suite/matrix.h"

#include <string.h>

#include "base/buf.h"
#include "suite/reading.h"
#include "suite/spelling.h"

#define MAX_CASES 10000

/* What stands for an item in ids and in `exclude`: itself, or the `name` of a mapping. */
static const json_t *
label(const json_t *item)
{
	return json_is_object(item) ? json_object_get(item, "name") : item;
}

static bool
same(const json_t *item, const struct node *wanted)
{
	const json_t *value = label(item);

	return value && (json_equal(value, wanted->value) || json_equal(item, wanted->value));
}

static bool
item_check(const struct node *item)
{
	const json_t *name = label(item->value);
	const char *text = json_string_value(name);

	if (!name || json_is_array(name) || json_is_object(name))
		return node_fail(item, "needs a `name`, which becomes part of the case's id");
	return !text || spelling_is_id(text) ||
	       node_fail(item,
			 "`%s` cannot be part of an id: use { name: ..., value: ... } and letters, "
			 "digits, `.`, `_` and `-` in the name",
			 text);
}

static bool
axis_read(const char *name, const struct node *node, struct axis *axis)
{
	bool ok = true;

	*axis = (struct axis){ .name = name, .items = *node };
	if (!spelling_is_word(name))
		ok = node_fail_key(node, "`%s` cannot name an axis: use letters, digits and `_`",
				   name);
	if (!node_is_array(node))
		return false;
	axis->count = json_array_size(node->value);
	for (size_t i = 0; i < axis->count; i++) {
		struct node item = node_item(node, i);
		ok &= item_check(&item);
	}
	return ok;
}

static const struct axis *
axis_find(const struct matrix *matrix, const char *name)
{
	for (size_t i = 0; i < matrix->axis_count; i++) {
		if (strcmp(matrix->axes[i].name, name) == 0)
			return &matrix->axes[i];
	}
	return NULL;
}

static bool
unknown_axis(const struct matrix *matrix, const struct node *member, const char *name)
{
	const char *names[MATRIX_AXES];

	for (size_t i = 0; i < matrix->axis_count; i++)
		names[i] = matrix->axes[i].name;
	return reading_unknown_key(member, "axis", name, names, matrix->axis_count);
}

static bool
on_axis(const struct axis *axis, const struct node *wanted)
{
	for (size_t i = 0; i < axis->count; i++) {
		if (same(json_array_get(axis->items.value, i), wanted))
			return true;
	}
	return node_fail(wanted, "axis `%s` has no such value", axis->name);
}

static bool
rule_check(const struct matrix *matrix, const struct node *rule)
{
	struct node wanted;
	bool ok = true;

	if (!node_is_object(rule))
		return false;
	if (json_object_size(rule->value) == 0)
		return node_fail(rule, "excludes everything");
	for (const char *name = NULL; node_next(rule, &name, &wanted);) {
		const struct axis *axis = axis_find(matrix, name);
		ok &= axis ? on_axis(axis, &wanted) : unknown_axis(matrix, &wanted, name);
	}
	return ok;
}

static bool
exclude_read(const struct node *node, struct matrix *matrix)
{
	bool ok = true;

	if (!node_member(node, "exclude", &matrix->exclude))
		return true;
	if (!node_is_array(&matrix->exclude))
		return false;
	for (size_t i = 0; i < json_array_size(matrix->exclude.value); i++) {
		struct node rule = node_item(&matrix->exclude, i);
		ok &= rule_check(matrix, &rule);
	}
	return ok;
}

static bool
size_check(const struct node *node, const struct matrix *matrix)
{
	size_t product = 1;

	if (matrix->axis_count == 0)
		return node_fail(node, "has no axis");
	for (size_t i = 0; i < matrix->axis_count; i++) {
		product *= matrix->axes[i].count;
		if (product > MAX_CASES)
			return node_fail(node, "makes more than %d cases", MAX_CASES);
	}
	return true;
}

bool
matrix_read(const struct node *node, struct matrix *matrix)
{
	struct node member;
	bool ok = true;

	*matrix = (struct matrix){ .axis_count = 0 };
	if (!node_is_object(node))
		return false;
	for (const char *name = NULL; node_next(node, &name, &member);) {
		if (strcmp(name, "exclude") == 0)
			continue;
		if (matrix->axis_count == MATRIX_AXES)
			return node_fail_key(&member, "a matrix has at most %d axes", MATRIX_AXES);
		ok &= axis_read(name, &member, &matrix->axes[matrix->axis_count++]);
	}
	if (!ok || !size_check(node, matrix) || !exclude_read(node, matrix))
		return false;

	struct matrix probe = *matrix;
	return matrix_next(&probe) || node_fail(&matrix->exclude, "excludes every combination");
}

static const json_t *
current(const struct axis *axis)
{
	return json_array_get(axis->items.value, axis->at);
}

static bool
excluded(const struct matrix *matrix)
{
	for (size_t i = 0; i < json_array_size(matrix->exclude.value); i++) {
		struct node rule = node_item(&matrix->exclude, i), wanted;
		bool all = true;

		for (const char *name = NULL; all && node_next(&rule, &name, &wanted);) {
			const struct axis *axis = axis_find(matrix, name);
			all = axis && same(current(axis), &wanted);
		}
		if (all)
			return true;
	}
	return false;
}

/* The last axis turns fastest, as the digits of a number do. */
static bool
advance(struct matrix *matrix)
{
	if (!matrix->started) {
		matrix->started = true;
		return true;
	}
	for (size_t i = matrix->axis_count; i-- > 0;) {
		if (++matrix->axes[i].at < matrix->axes[i].count)
			return true;
		matrix->axes[i].at = 0;
	}
	return false;
}

bool
matrix_next(struct matrix *matrix)
{
	while (advance(matrix)) {
		if (!excluded(matrix))
			return true;
	}
	return false;
}

json_t *
matrix_values(const struct matrix *matrix)
{
	json_t *values = json_object();

	for (size_t i = 0; i < matrix->axis_count; i++)
		json_object_set_new(values, matrix->axes[i].name,
				    node_share(current(&matrix->axes[i])));
	return values;
}

void
matrix_suffix(const struct matrix *matrix, struct buf *id)
{
	for (size_t i = 0; i < matrix->axis_count; i++) {
		const json_t *name = label(current(&matrix->axes[i]));
		char number[64];

		if (json_is_string(name)) {
			buf_printf(id, ".%s", json_string_value(name));
			continue;
		}
		size_t len = json_dumpb(name, number, sizeof(number), JSON_ENCODE_ANY);
		buf_printf(id, ".%.*s", (int)len, number);
	}
}
