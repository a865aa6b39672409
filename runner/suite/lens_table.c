#include "suite/lens_table.h"

#include <string.h>

#include "suite/reading.h"
#include "suite/spelling.h"

static const char *const commands[] = { "select", "insert", "update", "delete" };

struct table_reading {
	const struct roster *roster;
	struct lens_table *table;
	struct lens_rule *rules;
	struct lens_group *groups;
};

/* {command: roles}, each one rule. `known` are the commands that make sense there. */
static void
rules_read(struct table_reading *reading, const struct node *map, const char *const *known,
	   size_t known_count, const char *group, bool others)
{
	struct lens_table *table = reading->table;
	const char *command = NULL;
	struct node roles;

	while (node_next(map, &command, &roles)) {
		struct lens_rule rule = { .command = command, .group = group, .others = others };
		size_t i = 0;

		while (i < known_count && strcmp(known[i], command) != 0)
			i++;
		if (i < known_count &&
		    roster_resolve(reading->roster, &roles, &rule.roles, &rule.role_count))
			reading->rules[table->rule_count++] = rule;
	}
}

static bool
is_guarded(const struct lens_table *table, const char *column)
{
	for (size_t i = 0; i < table->group_count; i++)
		for (size_t j = 0; j < table->groups[i].column_count; j++)
			if (strcmp(table->groups[i].columns[j], column) == 0)
				return true;
	return false;
}

static void
group_read(struct table_reading *reading, const struct node *node, const char *name)
{
	static const char *const group_keys[] = { "columns", "insert", "update" };
	struct lens_table *table = reading->table;
	struct lens_group group = { .name = name };
	struct node columns;

	if (!spelling_is_word(name))
		node_fail_key(node, "`%s` cannot name a group of columns", name);
	if (!node_is_object(node))
		return;
	node_keys(node, group_keys, COUNTOF(group_keys));
	if (!node_texts(node, "columns", REQUIRED, reading->roster->arena, &group.columns,
			&group.column_count))
		return;
	(void)node_member(node, "columns", &columns);
	for (size_t i = 0; i < group.column_count; i++) {
		if (!spelling_is_word(group.columns[i]))
			node_fail(&columns, "`%s` is not the name of a column", group.columns[i]);
		else if (is_guarded(table, group.columns[i]))
			node_fail(&columns, "`%s` is guarded by another group already",
				  group.columns[i]);
	}
	reading->groups[table->group_count++] = group;
	rules_read(reading, node, group_keys + 1, COUNTOF(group_keys) - 1, name, false);
}

static void
groups_read(struct table_reading *reading, const struct node *node)
{
	struct node map, member;
	const char *name = NULL;

	if (!node_member(node, "guarded_columns", &map) || !node_is_object(&map))
		return;
	reading->groups = ARENA_ARRAY(reading->roster->arena, json_object_size(map.value) + 1,
				      struct lens_group);
	reading->table->groups = reading->groups;
	while (node_next(&map, &name, &member))
		group_read(reading, &member, name);
}

static void
allow_read(struct table_reading *reading, const struct node *node)
{
	struct node map;

	if (node_member(node, "allow", &map) && node_is_object(&map)) {
		node_keys(&map, commands, COUNTOF(commands));
		rules_read(reading, &map, commands, COUNTOF(commands), NULL, false);
		reading->table->allow = map.value;
	}
	if (node_member(node, "others", &map) && node_is_object(&map)) {
		node_keys(&map, commands, COUNTOF(commands));
		rules_read(reading, &map, commands, COUNTOF(commands), NULL, true);
		if (!reading->table->owner)
			node_fail(&map, "`others` needs an `owner`: whose the rows are");
	}
}

static void
roleless_read(struct table_reading *reading, const struct node *node)
{
	struct lens_table *table = reading->table;
	struct node list;

	if (!node_texts(node, "roleless", OPTIONAL, reading->roster->arena, &table->roleless,
			&table->roleless_count) ||
	    !node_member(node, "roleless", &list))
		return;
	for (size_t i = 0; i < table->roleless_count; i++)
		(void)reading_known(&list, "command", table->roleless[i], commands,
				    COUNTOF(commands));
}

void
lens_table_read(const struct roster *roster, const struct node *node, const char *name,
		struct lens_table *table)
{
	static const char *const keys[] = { "tenant", "owner",    "state",    "allow",
					    "others", "roleless", "personal", "guarded_columns" };
	static const char column[] = "the name of a column";
	struct table_reading reading = { .roster = roster, .table = table };
	struct node guarded;
	size_t groups = 0;

	table->name = name;
	if (!spelling_is_table(name))
		node_fail_key(node, "`%s` is not the name of a table", name);
	if (!node_is_object(node))
		return;
	node_keys(node, keys, COUNTOF(keys));
	reading_text(node, "tenant", OPTIONAL, spelling_is_word, column, &table->tenant);
	reading_text(node, "owner", OPTIONAL, spelling_is_word, column, &table->owner);
	reading_text(node, "state", OPTIONAL, spelling_is_word, column, &table->state);
	node_boolean(node, "personal", OPTIONAL, &table->personal);
	if (table->personal && !table->owner)
		node_fail(node, "`personal` needs an `owner`: whose the rows are");
	if (node_member(node, "guarded_columns", &guarded))
		groups = json_object_size(guarded.value);
	/* Four of `allow`, four of `others`, two of each group. */
	reading.rules =
		ARENA_ARRAY(roster->arena, 2 * COUNTOF(commands) + 2 * groups, struct lens_rule);
	table->rules = reading.rules;
	allow_read(&reading, node);
	groups_read(&reading, node);
	roleless_read(&reading, node);
}

static const struct lens_rule *
find(const struct lens_table *table, const char *command, const char *group, bool others)
{
	for (size_t i = 0; i < table->rule_count; i++) {
		const struct lens_rule *rule = &table->rules[i];

		if (rule->others == others && strcmp(rule->command, command) == 0 &&
		    (group ? rule->group && strcmp(rule->group, group) == 0 : !rule->group))
			return rule;
	}
	return NULL;
}

const struct lens_rule *
lens_table_rule(const struct lens_table *table, const char *command, const char *group, bool others)
{
	const struct lens_rule *rule = others && !group ? find(table, command, NULL, true) : NULL;

	return rule ? rule : find(table, command, group, false);
}

bool
lens_rule_allows(const struct lens_rule *rule, const char *role)
{
	for (size_t i = 0; role && i < rule->role_count; i++)
		if (strcmp(rule->roles[i], role) == 0)
			return true;
	return false;
}

bool
lens_table_roleless(const struct lens_table *table, const char *command)
{
	for (size_t i = 0; i < table->roleless_count; i++)
		if (strcmp(table->roleless[i], command) == 0)
			return true;
	return false;
}
