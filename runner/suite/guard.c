#include "suite/guard.h"

#include <string.h>

#include "check/pattern.h"
#include "suite/reading.h"

static bool
table_read(const struct node *node, struct suite *suite, const char **table)
{
	const struct lens *lens = suite->lens;
	struct node member;

	if (!reading_table(node, "table", table) || !node_member(node, "table", &member))
		return false;
	if (!lens || lens->table_count == 0)
		return true;
	for (size_t i = 0; i < lens->table_count; i++) {
		if (strcmp(lens->tables[i].name, *table) == 0)
			return true;
	}
	const char **names = ARENA_ARRAY(&suite->arena, lens->table_count, const char *);
	for (size_t i = 0; i < lens->table_count; i++)
		names[i] = lens->tables[i].name;
	return reading_unknown(&member, "table", *table, names, lens->table_count);
}

/* `id: X` is short for `where: {id: X}`. */
static bool
rows_read(const struct node *node, struct suite *suite, struct guard *guard)
{
	struct node id, where;
	bool by_id = node_member(node, "id", &id), by_where = node_member(node, "where", &where);

	if (by_id == by_where)
		return node_fail(node, "needs one of `id` and `where`");
	if (by_where)
		return reading_where(node, "where", &guard->where);
	if (json_is_object(id.value) || json_is_array(id.value))
		return node_fail(&id, "must be one value, not a list or a mapping");
	json_t *made = json_pack("{s:o}", "id", node_share(id.value));
	json_array_append_new(suite->expanded, made);
	guard->where = (struct template){ made, template_is_constant(made) };
	return true;
}

/* Table and rows; `own` are the keys it has beside these. */
static bool
place_read(const struct node *node, struct suite *suite, const char *own, struct guard *guard)
{
	const char *const keys[] = { "table", "id", "where", own };

	guard->place = node_place(node);
	if (!node_is_object(node))
		return false;
	bool ok = node_keys(node, keys, own ? COUNTOF(keys) : COUNTOF(keys) - 1);
	ok &= table_read(node, suite, &guard->table);
	return rows_read(node, suite, guard) && ok;
}

static bool
guard_read(const struct node *node, struct suite *suite, struct guard *guard)
{
	bool ok = !json_is_object(node->value) ||
		  node_boolean(node, "empty", OPTIONAL, &guard->empty);

	return place_read(node, suite, "empty", guard) && ok;
}

bool
guard_read_all(const struct node *node, struct suite *suite, struct step *step)
{
	struct node item;
	bool ok = true;

	step->unchanged_count = reading_count(node);
	if (step->unchanged_count == 0)
		return node_fail(node, "must not be empty");
	struct guard *guards = ARENA_ARRAY(&suite->arena, step->unchanged_count, struct guard);
	for (size_t i = 0; reading_each(node, i, &item); i++)
		ok &= guard_read(&item, suite, &guards[i]);
	step->unchanged = guards;
	return ok;
}

bool
guard_read_row(const struct node *node, struct suite *suite, const struct guard **row)
{
	struct guard *guard = ARENA_NEW(&suite->arena, struct guard);

	*row = guard;
	return place_read(node, suite, NULL, guard);
}

bool
guard_read_stored(const struct node *node, struct suite *suite, struct step *step)
{
	struct guard *guard = ARENA_NEW(&suite->arena, struct guard);
	struct node row;

	step->stored = guard;
	if (!place_read(node, suite, "row", guard))
		return false;
	if (!node_member(node, "row", &row))
		return node_fail(node, "missing key `row`");
	reading_template(node, "row", &guard->row);
	return node_is_object(&row) && pattern_valid(&row);
}
