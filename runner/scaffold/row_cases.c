#include "scaffold/row_cases.h"

#include <stdio.h>
#include <string.h>

#include "document/node.h"

#define POINTER_MAX 256

/* Names of cases, and their titles between who it is and the table. */
static const struct command {
	const char *name, *allowed, *may, *refused, *may_not;
	const char *blind, *may_not_blind; /* NULL: it always reads */
} commands[] = {
	{ "select", "select.allowed", "sees a row of", "select.refused", "sees no row of", NULL,
	  NULL },
	{ "update", "update.allowed", "may update a row of", "update.refused",
	  "may not update a row of", "update.blind",
	  "may not, without reading it, update a row of" },
	{ "delete", "delete.allowed", "may delete a row of", "delete.refused",
	  "may not delete a row of", "delete.blind",
	  "may not, without reading it, delete a row of" },
};

/* One table while its cases are made. */
struct rows {
	const struct draft *draft;
	const struct lens_table *table;
	const struct role *maker; /* made the row that is looked at */
	const char *fixture;      /* what makes it */
	json_t *cases;
};

/* ${reply.data.id} as the JSON Pointer /data/id; false when it is anything else. */
static bool
reply_pointer(const char *text, char pointer[static POINTER_MAX])
{
	static const char prefix[] = "${reply.";
	size_t len = text ? strlen(text) : 0;

	if (len <= sizeof(prefix) || len >= POINTER_MAX || text[len - 1] != '}' ||
	    strncmp(text, prefix, sizeof(prefix) - 1) != 0)
		return false;
	(void)snprintf(pointer, POINTER_MAX, "/%.*s", (int)(len - sizeof(prefix)),
		       text + sizeof(prefix) - 1);
	for (char *at = pointer; *at; at++) {
		if (*at == '.')
			*at = '/';
	}
	return true;
}

/* Does the action create a row of the table, whose id its reply has? */
static bool
makes(const struct action *action, const char *table, char pointer[static POINTER_MAX])
{
	if (action->unfilled || action->allow_count == 0)
		return false;
	for (size_t i = 0; i < action->create_count; i++) {
		const json_t *where = action->creates[i].where.value;

		if (strcmp(action->creates[i].table, table) == 0 && json_object_size(where) == 1 &&
		    reply_pointer(json_string_value(json_object_get(where, "id")), pointer))
			return true;
	}
	return false;
}

static json_t *
row_of(const struct rows *rows)
{
	return json_pack("{s:s, s:s}", "table", rows->table->name, "id", "${row}");
}

/* The statement `sql` on the row, by everybody of `people` (taken over; not when it is empty). */
static void
add(const struct rows *rows, const char *what, const char *title, json_t *people, json_t *step)
{
	const char *table = rows->table->name;
	json_t *made = draft_case(json_sprintf("%s.%s", table, what),
				  json_sprintf("${matrix.who} %s %s", title, table),
				  "${matrix.who}", json_pack("[o]", step));

	if (json_array_size(people) == 0) {
		json_decref(people);
		json_decref(made);
		return;
	}
	json_object_set_new(made, "needs", json_pack("[s]", rows->fixture));
	json_object_set_new(made, "matrix", json_pack("{s:o}", "who", people));
	json_array_append_new(rows->cases, made);
}

static json_t *
one_of_refusals(void)
{
	return json_pack("{s:{s:[s,s], s:s}}", "outcome", "$one_of", "denied", "filtered",
			 "because", "a policy may hide the row, or refuse the command");
}

/* On a row that is named: by its id in the statement, which brings in the policy for SELECT too. */
static json_t *
statement(json_t *sql, json_t *expect)
{
	return json_pack("{s:o, s:[s], s:o}", "sql", sql, "params", "${row}", "expect", expect);
}

/* A change that changes nothing: all that decides is who may touch the row. */
static json_t *
sql_of(const struct rows *rows, const char *command)
{
	const char *table = rows->table->name, *tenant = rows->table->tenant;

	if (strcmp(command, "select") == 0)
		return json_sprintf("select id from %s where id = $1", table);
	if (strcmp(command, "update") == 0)
		return json_sprintf("update %s set %s = %s where id = $1", table, tenant, tenant);
	return json_sprintf("delete from %s where id = $1", table);
}

static bool
may(const struct rows *rows, const char *command, const struct role *role)
{
	bool others = rows->table->owner && role != rows->maker;
	const struct lens_rule *rule = lens_table_rule(rows->table, command, NULL, others);

	return rule && lens_rule_allows(rule, role->name);
}

/* Those without a role, of another yacht, or nobody at all. The lens may let the first see rows of
 * their own, and this one is not theirs. */
static json_t *
outsiders(const struct draft *draft)
{
	const struct lens *lens = draft->lens;
	json_t *names = json_array();

	for (size_t i = 0; i < lens->without_role_count; i++)
		json_array_append_new(names, json_string(lens->without_role[i]));
	if (draft->foreign)
		json_array_append_new(names, json_string(draft->foreign->name));
	for (size_t i = 0; i < draft->environment->persona_count; i++) {
		if (draft->environment->personas[i].token == TOKEN_NONE)
			json_array_append_new(names,
					      json_string(draft->environment->personas[i].name));
	}
	return names;
}

/* Without `where` only the policy of the command itself decides. */
static json_t *
blind_statement(const struct rows *rows, const json_t *sql)
{
	const char *text = json_string_value(sql), *where = strstr(text, " where ");

	return json_pack("{s:o, s:o, s:o}", "sql", json_stringn(text, (size_t)(where - text)),
			 "blind", row_of(rows), "expect", one_of_refusals());
}

/* One command: let through for who may, refused to everybody else, with and without reading. */
static void
add_command(const struct rows *rows, const struct command *command)
{
	const struct lens *lens = rows->draft->lens;
	json_t *allowed = json_array(), *refused = json_array(), *sql = sql_of(rows, command->name);

	for (size_t i = 0; i < lens->role_count; i++)
		json_array_append_new(may(rows, command->name, &lens->roles[i]) ? allowed : refused,
				      json_string(lens->roles[i].persona));
	json_t *outside = outsiders(rows->draft);
	json_array_extend(refused, outside);
	json_decref(outside);
	add(rows, command->allowed, command->may, allowed,
	    statement(json_incref(sql), json_pack("{s:s}", "outcome", "allowed 1")));
	if (command->blind)
		add(rows, command->blind, command->may_not_blind, json_incref(refused),
		    blind_statement(rows, sql));
	json_t *step = statement(sql, one_of_refusals());
	json_object_set_new(step, "unchanged", row_of(rows));
	add(rows, command->refused, command->may_not, refused, step);
}

/* Who may change the row may not give it to another yacht, with and without reading it. */
static void
add_move(const struct rows *rows)
{
	const struct lens *lens = rows->draft->lens;
	const char *table = rows->table->name, *tenant = rows->table->tenant;
	json_t *people = json_array();
	json_t *yacht = json_sprintf("${personas.%s.yacht}", rows->draft->foreign->name);

	for (size_t i = 0; i < lens->role_count; i++) {
		if (may(rows, "update", &lens->roles[i]))
			json_array_append_new(people, json_string(lens->roles[i].persona));
	}
	json_t *step = json_pack("{s:o, s:[s,O], s:{s:s}, s:o}", "sql",
				 json_sprintf("update %s set %s = $2 where id = $1", table, tenant),
				 "params", "${row}", yacht, "expect", "outcome", "denied",
				 "unchanged", row_of(rows));
	json_t *blind = json_pack("{s:o, s:[o], s:o, s:{s:s}}", "sql",
				  json_sprintf("update %s set %s = $1", table, tenant), "params",
				  yacht, "blind", row_of(rows), "expect", "outcome", "denied");
	add(rows, "move.blind", "may not, without reading it, give to another yacht a row of",
	    json_incref(people), blind);
	add(rows, "move.refused", "may not give to another yacht a row of", people, step);
}

/* The action that makes a row of the table: what it needs, itself, and the id of what it made. */
static json_t *
making(const struct draft *draft, const struct action *action, const struct role *maker,
       const char *pointer)
{
	struct recipe recipe = draft_recipe(draft, action, maker);
	json_t *steps = recipe_steps(&recipe), *step;

	step = draft_request(draft, &recipe, maker->persona, draft_ok());
	json_object_set_new(step, "capture",
			    json_pack("{s:{s:s, s:s}}", "row", "at", pointer, "type", "uuid"));
	json_array_append_new(steps, step);
	return json_pack("{s:o}", "steps", steps);
}

void
row_cases_add(const struct draft *draft, const struct lens_table *table, json_t *once,
	      json_t *cases)
{
	const struct lens *lens = draft->lens;
	char pointer[POINTER_MAX], fixture[POINTER_MAX];
	size_t i = 0;

	while (i < lens->action_count && !makes(&lens->actions[i], table->name, pointer))
		i++;
	if (i == lens->action_count)
		return;
	struct rows rows = { .draft = draft,
			     .table = table,
			     .maker = draft_permitted(draft, &lens->actions[i]),
			     .fixture = fixture,
			     .cases = cases };
	(void)snprintf(fixture, sizeof(fixture), "row_of_%s", table->name);
	json_object_set_new(once, fixture, making(draft, &lens->actions[i], rows.maker, pointer));
	for (size_t k = 0; k < COUNTOF(commands); k++) {
		if (lens_table_rule(table, commands[k].name, NULL, false) &&
		    (table->tenant || strcmp(commands[k].name, "update") != 0))
			add_command(&rows, &commands[k]);
	}
	if (draft->foreign && table->tenant && lens_table_rule(table, "update", NULL, false))
		add_move(&rows);
}
