#include "suite/promise.h"

#include "check/pattern.h"
#include "suite/reading.h"
#include "suite/reference.h"

#define MAX_ROWS 1000000

static void
plain_name(void *arg, const struct node *node, const char *name)
{
	(void)arg;
	node_fail(node, "nothing is called `%s` here: use payload.*, reply.* or persona.*", name);
}

/* What the request sent is known once it is refused; the reply of a success too. */
static void
names_check(const struct node *object, const char *key, bool has_reply)
{
	struct references references = { .has_lens = true,
					 .has_persona = true,
					 .has_payload = true,
					 .has_reply = has_reply,
					 .plain = plain_name };
	struct node member;

	if (node_member(object, key, &member))
		references_check(&references, &member);
}

/* A table the lens lists; a lens that lists none leaves them open. */
static bool
table_read(struct lens *lens, const struct node *node, const char **table)
{
	struct node member;

	if (!reading_table(node, "table", table) || !node_member(node, "table", &member))
		return false;
	if (lens->table_count == 0)
		return true;
	const char **names = ARENA_ARRAY(&lens->arena, lens->table_count, const char *);
	for (size_t i = 0; i < lens->table_count; i++)
		names[i] = lens->tables[i].name;
	return reading_known(&member, "table", *table, names, lens->table_count);
}

static bool
promise_read(struct lens *lens, const struct node *node, struct promise *promise)
{
	static const char *const keys[] = { "table", "where", "row", "rows" };
	int64_t rows = 1;
	struct node row;

	promise->place = node_place(node);
	if (!node_is_object(node))
		return false;
	bool ok = node_keys(node, keys, COUNTOF(keys));
	ok &= table_read(lens, node, &promise->table);
	ok &= reading_where(node, "where", &promise->where);
	ok &= node_integer(node, "rows", OPTIONAL, 0, MAX_ROWS, &rows);
	promise->rows = (long)rows;
	names_check(node, "where", true);
	if (!node_member(node, "row", &row))
		return ok;
	reading_template(node, "row", &promise->row);
	names_check(node, "row", true);
	return pattern_valid(&row) && ok;
}

static bool
creation_read(struct lens *lens, const struct node *node, struct creation *creation)
{
	static const char *const keys[] = { "table", "where" };

	if (!node_is_object(node))
		return false;
	bool ok = node_keys(node, keys, COUNTOF(keys));
	ok &= table_read(lens, node, &creation->table);
	names_check(node, "where", true);
	return reading_where(node, "where", &creation->where) && ok;
}

static bool
absence_read(struct lens *lens, const struct node *node, struct absence *absence)
{
	static const char *const keys[] = { "table", "where" };

	if (!node_is_object(node))
		return false;
	bool ok = node_keys(node, keys, COUNTOF(keys));
	ok &= table_read(lens, node, &absence->table);
	names_check(node, "where", false);
	return reading_where(node, "where", &absence->where) && ok;
}

static bool
writes_read(struct lens *lens, const struct node *node, struct action *action)
{
	struct node list, item;
	bool ok = true;

	if (!node_member(node, "writes", &list))
		return true;
	if (reading_is(&list, LENS_FILL_IN)) {
		action->unfilled = true;
		return true;
	}
	if (!node_is_array(&list))
		return false;
	action->write_count = reading_count(&list);
	struct promise *writes = ARENA_ARRAY(&lens->arena, action->write_count, struct promise);
	for (size_t i = 0; reading_each(&list, i, &item); i++)
		ok &= promise_read(lens, &item, &writes[i]);
	action->writes = writes;
	return ok;
}

static bool
creates_read(struct lens *lens, const struct node *node, struct action *action)
{
	struct node list, item;
	bool ok = true;

	if (!node_member(node, "creates", &list))
		return true;
	if (!node_is_array(&list))
		return false;
	action->create_count = reading_count(&list);
	struct creation *creates = ARENA_ARRAY(&lens->arena, action->create_count, struct creation);
	for (size_t i = 0; reading_each(&list, i, &item); i++)
		ok &= creation_read(lens, &item, &creates[i]);
	action->creates = creates;
	return ok;
}

static bool
absent_read(struct lens *lens, const struct node *node, struct action *action)
{
	struct node list, item;
	bool ok = true;

	if (!node_member(node, "absent", &list))
		return true;
	action->absent_count = reading_count(&list);
	struct absence *absent = ARENA_ARRAY(&lens->arena, action->absent_count, struct absence);
	for (size_t i = 0; reading_each(&list, i, &item); i++)
		ok &= absence_read(lens, &item, &absent[i]);
	action->absent = absent;
	return ok;
}

bool
promise_read_all(struct lens *lens, const struct node *node, struct action *action)
{
	bool ok = writes_read(lens, node, action);

	ok &= creates_read(lens, node, action);
	return absent_read(lens, node, action) && ok;
}
