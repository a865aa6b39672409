#include "suite/lens.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "check/pattern.h"
#include "suite/action.h"
#include "suite/environment.h"
#include "suite/reading.h"
#include "suite/reference.h"
#include "suite/roster.h"
#include "suite/spelling.h"

static const char *const keys[] = {
	"lens",    "domain",  "flags",   "roles",   "groups", "personas",    "without_role",
	"derived", "success", "refusal", "actions", "tables", "transitions",
};

static void
no_plain_name(void *arg, const struct node *node, const char *name)
{
	(void)arg;
	node_fail(node, "nothing is called `%s` here", name);
}

/* Who stands for each role: {role: persona}. */
static void
personas_read(struct lens *lens, const struct node *root, const struct roster *roster)
{
	struct role *roles = ARENA_ARRAY(&lens->arena, roster->role_count, struct role);
	struct node map, member;
	const char *name = NULL;

	lens->roles = roles;
	lens->role_count = roster->role_count;
	for (size_t i = 0; i < roster->role_count; i++)
		roles[i] = (struct role){ roster->roles[i], roster->roles[i] };
	if (!node_member(root, "personas", &map) || !node_is_object(&map))
		return;
	while (node_next(&map, &name, &member)) {
		size_t i = 0;

		while (i < lens->role_count && strcmp(roles[i].name, name) != 0)
			i++;
		if (i == lens->role_count)
			reading_unknown_key(&member, "role", name, roster->roles,
					    roster->role_count);
		else if (node_is_text(&member))
			roles[i].persona = json_string_value(member.value);
	}
}

static void
tables_read(struct lens *lens, const struct node *root, const struct roster *roster)
{
	struct node map, member;
	const char *name = NULL;

	if (!node_member(root, "tables", &map) || !node_is_object(&map))
		return;
	struct lens_table *tables =
		ARENA_ARRAY(&lens->arena, json_object_size(map.value), struct lens_table);
	while (node_next(&map, &name, &member))
		lens_table_read(roster, &member, name, &tables[lens->table_count++]);
	lens->tables = tables;
}

static void
actions_read(struct lens *lens, const struct node *root, const struct roster *roster)
{
	struct node map, member;
	const char *name = NULL;

	if (!node_member(root, "actions", &map) || !node_is_object(&map))
		return;
	struct action *actions =
		ARENA_ARRAY(&lens->arena, json_object_size(map.value), struct action);
	lens->actions = actions;
	/* All the names first: an action may need one that comes later. */
	while (node_next(&map, &name, &member)) {
		if (!spelling_is_id(name))
			node_fail_key(&member, "`%s` cannot name an action", name);
		actions[lens->action_count++].name = name;
	}
	for (size_t i = 0; i < lens->action_count; i++)
		(void)action_read(lens, roster, &map, &actions[i]);
	(void)action_link(lens, &map);
}

/* The shape of replies: `success` may use ${action}, `refusal` must use ${error}, or every error
 * code would do. */
static void
envelopes_read(struct lens *lens, const struct node *root)
{
	struct references references = {
		.has_lens = true, .has_persona = true, .word = "action", .plain = no_plain_name
	};
	struct node member;

	if (node_member(root, "success", &member)) {
		references_check(&references, &member);
		(void)pattern_valid(&member);
		reading_template(root, "success", &lens->success);
	}
	references.word = "error";
	if (node_member(root, "refusal", &member)) {
		references_check(&references, &member);
		(void)pattern_valid(&member);
		reading_template(root, "refusal", &lens->refusal);
		if (!reading_holds(&member, "${error}"))
			node_fail(&member, "must hold `${error}`, or any error code would match");
	}
}

static bool
states_read(const struct node *states)
{
	bool ok = true;

	if (!json_is_array(states->value))
		return node_fail(states, "must be the list of states that may follow");
	for (size_t i = 0; i < json_array_size(states->value); i++) {
		struct node state = node_item(states, i);
		ok &= node_is_text(&state);
	}
	return ok;
}

static void
column_read(const struct node *column, const char *name)
{
	struct node states;

	if (!spelling_is_word(name))
		node_fail_key(column, "`%s` is not the name of a column", name);
	if (!node_is_object(column))
		return;
	for (const char *from = NULL; node_next(column, &from, &states);)
		states_read(&states);
}

static void
transitions_read(struct lens *lens, const struct node *root)
{
	struct node map, column;

	if (!node_member(root, "transitions", &map) || !node_is_object(&map))
		return;
	for (const char *name = NULL; node_next(&map, &name, &column);)
		column_read(&column, name);
	lens->transitions = map.value;
}

/* Who they derive from is judged with an environment: a lens knows none. */
static void
derived_read(struct lens *lens, const struct node *root)
{
	struct node map;

	if (node_member(root, "derived", &map) && node_is_object(&map))
		lens->derived = map.value;
}

static void
read_all(struct lens *lens, const struct node *root)
{
	struct roster roster;

	node_keys(root, keys, COUNTOF(keys));
	reading_text(root, "lens", REQUIRED, spelling_is_id, "letters, digits, `.`, `_` and `-`",
		     &lens->name);
	lens->domain = lens->name;
	node_text(root, "domain", OPTIONAL, &lens->domain);
	node_texts(root, "flags", OPTIONAL, &lens->arena, &lens->flags, &lens->flag_count);
	node_texts(root, "without_role", OPTIONAL, &lens->arena, &lens->without_role,
		   &lens->without_role_count);
	/* What it could read of the roles is used either way: the mistakes are on the list. */
	(void)roster_read(root, &lens->arena, &roster);
	personas_read(lens, root, &roster);
	derived_read(lens, root);
	envelopes_read(lens, root);
	tables_read(lens, root, &roster);
	actions_read(lens, root, &roster);
	transitions_read(lens, root);
}

struct lens *
lens_load(const char *path, struct errors *errors)
{
	size_t before = errors->count;
	struct document *document = document_load(path, errors);

	if (!document)
		return NULL;
	struct lens *lens = must(calloc(1, sizeof(*lens)));
	lens->document = document;
	lens->expanded = json_array();

	struct node root = node_root(document, errors);
	if (node_is_object(&root))
		read_all(lens, &root);
	if (errors->count == before)
		return lens;
	lens_free(lens);
	return NULL;
}

void
lens_free(struct lens *lens)
{
	if (!lens)
		return;
	json_decref(lens->expanded);
	arena_release(&lens->arena);
	document_free(lens->document);
	free(lens);
}

const struct action *
lens_action(const struct lens *lens, const char *name)
{
	for (size_t i = 0; i < lens->action_count; i++) {
		if (strcmp(lens->actions[i].name, name) == 0)
			return &lens->actions[i];
	}
	return NULL;
}

bool
action_allows(const struct action *action, const char *role)
{
	for (size_t i = 0; i < action->allow_count; i++) {
		if (strcmp(action->allow[i], role) == 0)
			return true;
	}
	return false;
}
