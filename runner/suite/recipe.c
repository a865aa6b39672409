#include "suite/recipe.h"

#include <string.h>

#include "base/buf.h"
#include "document/node.h"
#include "suite/substitution.h"

#define MAX_NAME 256

static bool
is_allowed(const struct recipe *recipe)
{
	return action_allows(recipe->action, recipe->role->name);
}

static json_t *
new_case(const struct recipe *recipe, const char *may, json_t *steps)
{
	const char *action = recipe->action->name, *role = recipe->role->name;

	return json_pack("{s:o, s:o, s:s, s:o}", "id",
			 json_sprintf("matrix.%s.%s.%s", action, role, recipe->layer), "title",
			 json_sprintf("%s %s %s", role, may, action), "as", recipe->role->persona,
			 "steps", steps);
}

json_t *
recipe_list(const struct recipe *recipe)
{
	const char *name = recipe->action->name, *role = recipe->role->name;
	bool allowed = is_allowed(recipe);
	json_t *actions = allowed ? json_pack("{s:{s:s, s:{s:s}}}", "$any", "action_id", name,
					      "allowed_roles", "$contains", role)
				  : json_pack("{s:{s:s}, s:{s:i}}", "$excludes", "action_id", name,
					      /* who may do nothing is offered an empty list */
					      "$len", "$ge", 0);
	/* Without the domain: nobody is offered anything in one that the target calls otherwise. */
	json_t *step = json_pack("{s:s, s:{s:i, s:{s:s, s:o}}}", "http", "GET /v1/actions/list",
				 "expect", "status", 200, "body", "role", role, "actions", actions);

	return new_case(recipe, allowed ? "is offered" : "is not offered", json_pack("[o]", step));
}

static const char *
persona_of(const struct lens *lens, const char *role)
{
	const struct role *found = lens->roles;

	while (strcmp(found->name, role) != 0)
		found++;
	return found->persona;
}

/* What the captures of one maker's needs are called: `prefix` keeps the `item` that a maker needs
 * apart from the `item` that is needed in the end. */
static json_t *
renamed(const struct action *maker, const char *prefix)
{
	json_t *names = json_object();

	for (size_t i = 0; i < maker->need_count; i++)
		json_object_set_new(names, maker->needs[i].name,
				    json_sprintf("${%s%s}", prefix, maker->needs[i].name));
	return names;
}

static json_t *
payload_with(const struct action *maker, json_t *names)
{
	struct substitution fill = { .values = names };
	struct error err = { 0 };

	if (!maker->payload.value)
		return json_object();
	/* Names for names: no value here can be one that does not fit into text. */
	return substitution_value(&fill, maker->payload.value, &err);
}

/* What one action needs. */
struct needs {
	const struct prerequisite *items;
	size_t count;
};

static void make_needs(const struct recipe *recipe, const struct prerequisite *items, size_t count,
		       const char *prefix, json_t *steps);

/* What else is needed of the reply that has the need of this name. */
static void
capture_more(const struct needs *needs, const char *name, const char *prefix, json_t *capture)
{
	for (size_t i = 0; i < needs->count; i++) {
		const struct prerequisite *need = &needs->items[i];
		struct buf text;

		if (!need->from || strcmp(need->from, name) != 0)
			continue;
		buf_init(&text, MAX_NAME);
		buf_printf(&text, "%s%s", prefix, need->name);
		json_object_set_new(capture, text.text, json_string(need->at));
		buf_release(&text);
	}
}

static void
sign(const struct action *action, json_t *step)
{
	if (action->signature.over.value)
		json_object_set_new(
			step, "signature",
			json_pack("{s:s}", "type", signature_type_name(action->signature.type)));
}

static void
make_need(const struct recipe *recipe, const struct needs *needs, const struct prerequisite *need,
	  const char *prefix, json_t *steps)
{
	const struct action *maker = lens_action(recipe->lens, need->made_by);
	/* Whoever may, makes it: one's own row is where a hole in a policy shows. */
	const char *role =
		action_allows(maker, recipe->role->name) ? recipe->role->name : maker->allow[0];
	struct buf inner;

	buf_init(&inner, MAX_NAME);
	buf_printf(&inner, "%s%s__", prefix, need->name);
	make_needs(recipe, maker->needs, maker->need_count, inner.text, steps);
	json_t *names = renamed(maker, inner.text);
	json_t *capture = json_object();
	buf_release(&inner);
	buf_init(&inner, MAX_NAME);
	buf_printf(&inner, "%s%s", prefix, need->name);
	json_object_set_new(capture, inner.text, json_string(need->at));
	capture_more(needs, need->name, prefix, capture);
	json_t *step =
		json_pack("{s:s, s:s, s:o, s:{s:i}, s:o}", "action", maker->name, "as",
			  persona_of(recipe->lens, role), "payload", payload_with(maker, names),
			  "expect", "status", 200, "capture", capture);
	sign(maker, step);
	json_array_append_new(steps, step);
	json_decref(names);
	buf_release(&inner);
}

/* Append the steps that make what is needed, afresh. A lens without circles ends this. */
static void
make_needs(const struct recipe *recipe, const struct prerequisite *items, size_t count,
	   const char *prefix, json_t *steps)
{
	const struct needs needs = { items, count };

	for (size_t i = 0; i < count; i++) {
		if (items[i].made_by)
			make_need(recipe, &needs, &items[i], prefix, steps);
	}
}

static void
find_reply(void *arg, const char *name)
{
	if (strncmp(name, "reply.", 6) == 0)
		*(bool *)arg = true;
}

/* The columns of a row as they are known before the reply: ${payload.*} from the action's own
 * payload. NULL when something else is needed. */
static json_t *
known_before(const struct action *action, const json_t *where)
{
	struct substitution fill = { .space = "payload",
				     .values = action->payload.value,
				     .missing = json_object() };
	bool by_reply = false;
	struct error err = { 0 };

	template_names(where, find_reply, &by_reply);
	json_t *filled = by_reply ? NULL : substitution_value(&fill, where, &err);
	if (json_object_size(fill.missing) > 0) {
		json_decref(filled);
		filled = NULL;
	}
	json_decref(fill.missing);
	return filled;
}

/* The rows that a promise names by `id` are there before, and a refusal leaves them as they were.
 */
static void
guard_written(const struct action *action, json_t *list)
{
	for (size_t i = 0; i < action->write_count; i++) {
		const struct promise *promise = &action->writes[i];
		json_t *where = json_object_get(promise->where.value, "id")
					? known_before(action, promise->where.value)
					: NULL;
		if (where)
			json_array_append_new(list, json_pack("{s:s, s:o}", "table", promise->table,
							      "where", where));
	}
}

/* The rows of `absent` are not there, before or after. */
static void
guard_absent(const struct action *action, json_t *list)
{
	for (size_t i = 0; i < action->absent_count; i++) {
		json_t *where = known_before(action, action->absent[i].where.value);
		if (where)
			json_array_append_new(list, json_pack("{s:s, s:o, s:b}", "table",
							      action->absent[i].table, "where",
							      where, "empty", 1));
	}
}

static void
prove_refusal(const struct recipe *recipe, json_t *unchanged, json_t *step)
{
	bool guarded = json_array_size(unchanged) > 0;

	if (guarded)
		json_object_set(step, "unchanged", unchanged);
	if (recipe->permitted)
		json_object_set_new(step, "control",
				    json_sprintf("matrix.%s.%s.%s", recipe->action->name,
						 recipe->permitted, recipe->layer));
	else if (!guarded)
		json_object_set_new(step, "unproved",
				    json_string("no role of this matrix may do it"));
	json_decref(unchanged);
}

json_t *
recipe_unchanged(const struct recipe *recipe)
{
	json_t *unchanged = json_array();

	guard_written(recipe->action, unchanged);
	guard_absent(recipe->action, unchanged);
	return unchanged;
}

/* What `absent` names is the payload's, which the statement does not use: it would prove nothing.
 */
static void
prove_refused_statement(const struct recipe *recipe, json_t *step)
{
	json_t *unchanged = json_array();

	guard_written(recipe->action, unchanged);
	prove_refusal(recipe, unchanged, step);
}

json_t *
recipe_steps(const struct recipe *recipe)
{
	json_t *steps = json_array();

	make_needs(recipe, recipe->action->needs, recipe->action->need_count, "", steps);
	return steps;
}

json_t *
recipe_execute(const struct recipe *recipe)
{
	const struct action *action = recipe->action;
	bool allowed = is_allowed(recipe);
	json_t *steps = recipe_steps(recipe), *expect;

	if (allowed)
		expect = json_pack("{s:i}", "status", 200);
	else
		expect = json_pack("{s:i, s:s*}", "status", action->refusal_status, "error",
				   action->refusal_error);
	json_t *payload = action->payload.value ? node_share(action->payload.value) : json_object();
	json_t *step = json_pack("{s:s, s:o, s:o}", "action", action->name, "payload", payload,
				 "expect", expect);
	sign(action, step);
	if (!allowed)
		prove_refusal(recipe, recipe_unchanged(recipe), step);
	json_array_append_new(steps, step);
	return new_case(recipe, allowed ? "may run" : "may not run", steps);
}

static json_t *
refused_outcome(const struct action *action)
{
	json_t *outcomes = json_array();

	for (size_t i = 0; i < action->refused_count; i++)
		json_array_append_new(outcomes, json_string(action->refused[i]));
	if (action->refused_count > 1)
		return json_pack("{s:o, s:s}", "$one_of", outcomes, "because",
				 "a policy may hide the row, or refuse the change");
	json_t *only = json_incref(json_array_get(outcomes, 0));
	json_decref(outcomes);
	return only;
}

json_t *
recipe_rls(const struct recipe *recipe)
{
	const struct action *action = recipe->action;
	bool allowed = is_allowed(recipe);

	if (!action->sql)
		return NULL;
	json_t *steps = recipe_steps(recipe);
	make_needs(recipe, action->sql_needs, action->sql_need_count, "", steps);
	json_t *outcome = allowed ? json_string("allowed 1") : refused_outcome(action);
	json_t *step =
		json_pack("{s:s, s:o, s:{s:o}}", "sql", action->sql, "params",
			  node_share(action->sql_params.value), "expect", "outcome", outcome);
	if (!allowed)
		prove_refused_statement(recipe, step);
	json_array_append_new(steps, step);
	return new_case(recipe,
			allowed ? "may do in SQL what is done by"
				: "may not do in SQL what is done by",
			steps);
}
