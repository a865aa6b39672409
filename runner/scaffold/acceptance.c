#include <string.h>

#include "document/node.h"
#include "scaffold/outside.h"
#include "scaffold/signed.h"
#include "scaffold/suites.h"

static json_t *
texts(const char *const *items, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(items[i]));
	return list;
}

static const char *
variant_name(const struct action *action)
{
	static const char *const names[] = {
		[VARIANT_READ] = "READ", [VARIANT_MUTATE] = "MUTATE", [VARIANT_SIGNED] = "SIGNED"
	};

	return names[action->variant];
}

/* What a role is offered: exactly these actions, each as the lens has it. */
static json_t *
offered(const struct draft *draft, const struct role *role)
{
	const struct lens *lens = draft->lens;
	json_t *list = json_array();

	for (size_t i = 0; i < lens->action_count; i++) {
		const struct action *action = &lens->actions[i];

		if (!action_allows(action, role->name))
			continue;
		json_t *required = texts(action->required, action->required_count);
		json_t *allowed = texts(action->allow, action->allow_count);
		json_array_append_new(list, json_pack("{s:s, s:s, s:{s:o}, s:{s:o}}", "action_id",
						      action->name, "variant", variant_name(action),
						      "required_fields", "$set", required,
						      "allowed_roles", "$set", allowed));
	}
	return list;
}

static void
add_list(const struct draft *draft, const struct role *role, const char *who, const char *persona,
	 json_t *cases)
{
	json_t *list = offered(draft, role), *actions, *body;
	size_t count = json_array_size(list);

	if (count > 0) {
		actions = json_pack("{s:o}", "$set", list);
	} else {
		json_decref(list);
		actions = json_pack("{s:i}", "$len", 0);
	}
	body = json_pack("{s:s, s:I, s:o}", "role", role->name, "total_count", (json_int_t)count,
			 "actions", actions);
	json_array_append_new(
		cases, draft_case(json_sprintf("list.%s", who),
				  count > 0 ? json_sprintf("%s is offered exactly what %s may run",
							   who, role->name)
					    : json_sprintf("%s is offered nothing", who),
				  persona, json_pack("[o]", draft_list(draft, draft_body(body)))));
}

/* Somebody who may: the control of every refusal of this action. */
static void
add_accepted(const struct draft *draft, const struct action *action, json_t *cases)
{
	const struct role *role = draft_permitted(draft, action);
	struct recipe recipe = draft_recipe(draft, action, role);
	json_t *steps = recipe_steps(&recipe);

	json_array_append_new(steps, draft_request(draft, &recipe, NULL, draft_ok()));
	json_array_append_new(cases,
			      draft_case(json_sprintf("accept.%s", action->name),
					 json_sprintf("%s runs %s", role->name, action->name),
					 role->persona, steps));
}

static json_t *
accepted(const struct action *action)
{
	return json_sprintf("accept.%s", action->name);
}

/* The role is asked for before the payload: an empty one must not get as far as what it lacks. */
static json_t *
empty_handed(const struct action *action)
{
	return json_pack("{s:s, s:s, s:{}, s:o, s:o}", "title",
			 "Without a payload it is the role, too", "action", action->name, "payload",
			 "expect", draft_refusal(action->refusal_status, action->refusal_error),
			 "control", accepted(action));
}

static void
add_denied_role(const struct draft *draft, const struct action *action, const struct role *role,
		const char *who, json_t *cases)
{
	struct recipe recipe = draft_recipe(draft, action, role);
	json_t *steps = recipe_steps(&recipe);
	json_t *step = draft_request(draft, &recipe, NULL,
				     draft_refusal(action->refusal_status, action->refusal_error));

	draft_prove(step, recipe_unchanged(&recipe), accepted(action));
	json_array_append_new(steps, step);
	if (action->required_count > 0)
		json_array_append_new(steps, empty_handed(action));
	json_array_append_new(cases,
			      draft_case(json_sprintf("deny.%s.%s", action->name, who),
					 json_sprintf("%s may not run %s", who, action->name),
					 role->persona, steps));
}

/* The complement of the allowed roles, and who only claims to have another one. */
static void
add_denied(const struct draft *draft, const struct action *action, json_t *cases)
{
	const struct lens *lens = draft->lens;

	for (size_t i = 0; i < lens->role_count; i++) {
		if (!action_allows(action, lens->roles[i].name))
			add_denied_role(draft, action, &lens->roles[i], lens->roles[i].name, cases);
	}
	if (draft->forger && !action_allows(action, draft->forger->name)) {
		const struct role forger = { draft->forger->name, DRAFT_FORGER };

		add_denied_role(draft, action, &forger, DRAFT_FORGER, cases);
	}
}

/* The same request, refused to everybody of `people` in the same way. */
static void
add_refused(const struct draft *draft, const struct action *action, const char *kind,
	    json_t *people, json_t *expect, json_t *cases)
{
	struct recipe recipe = draft_recipe(draft, action, draft_permitted(draft, action));
	json_t *steps = recipe_steps(&recipe), *step;

	step = draft_request(draft, &recipe, "${matrix.who}", expect);
	draft_prove(step, recipe_unchanged(&recipe), accepted(action));
	json_array_append_new(steps, step);
	json_t *made = draft_case(json_sprintf("%s.%s", kind, action->name),
				  json_sprintf("${matrix.who} may not run %s", action->name),
				  recipe.role->persona, steps);
	json_object_set_new(made, "matrix", json_pack("{s:o}", "who", people));
	json_array_append_new(cases, made);
}

/* That it is there is asked before whether it is right; a real one is made over the payload. */
static json_t *
any_signature(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "signed_at", "${now}", "user_id",
			 "${persona.user}", "role_at_signing", "${persona.role}", "signature_type",
			 "pin", "signature_hash", "of nothing");
}

/* The request with another payload, refused because a field is missing. */
static json_t *
lacking(const struct draft *draft, const struct recipe *recipe, json_t *payload)
{
	json_t *step =
		draft_request(draft, recipe, NULL, draft_refusal(400, "MISSING_REQUIRED_FIELD"));

	if (json_object_del(step, "signature") == 0)
		json_object_set_new(payload, "signature", any_signature());
	json_object_set_new(step, "payload", payload);
	draft_prove(step, recipe_unchanged(recipe), accepted(recipe->action));
	return step;
}

/* Without one of the fields that it requires, and with null in its place. */
static void
add_missing(const struct draft *draft, const struct action *action, json_t *cases)
{
	struct recipe recipe = draft_recipe(draft, action, draft_permitted(draft, action));

	for (size_t i = 0; i < action->required_count; i++) {
		const char *field = action->required[i];
		json_t *without = json_copy(node_writable(action->payload.value));

		if (json_object_del(without, field) != 0) {
			json_decref(without);
			continue;
		}
		json_t *empty = json_copy(node_writable(action->payload.value));
		json_object_set_new(empty, field, json_null());
		json_t *steps = recipe_steps(&recipe);
		json_array_append_new(steps, lacking(draft, &recipe, without));
		json_array_append_new(steps, lacking(draft, &recipe, empty));
		json_array_append_new(
			cases, draft_case(json_sprintf("missing.%s.%s", action->name, field),
					  json_sprintf("%s without %s, or with null, is refused",
						       action->name, field),
					  recipe.role->persona, steps));
	}
}

static json_t *
foreign_step(const struct draft *draft, const struct recipe *recipe, const char *yacht,
	     json_t *expect)
{
	json_t *step = draft_request(draft, recipe, draft->foreign->name, expect);

	json_object_set_new(step, "context", json_pack("{s:s}", "yacht_id", yacht));
	draft_prove(step, recipe_unchanged(recipe), accepted(recipe->action));
	return step;
}

/* Somebody of another yacht who may do it there: by naming our yacht, and by naming our row. */
static void
add_other_yacht(const struct draft *draft, const struct action *action, json_t *cases)
{
	const struct persona *foreign = draft->foreign;
	struct recipe recipe = draft_recipe(draft, action, draft_permitted(draft, action));

	if (!foreign || !action_allows(action, foreign->role))
		return;
	json_t *steps = recipe_steps(&recipe);
	json_array_append_new(steps, foreign_step(draft, &recipe, "${yacht}",
						  draft_refusal(403, "YACHT_MISMATCH")));
	if (action->need_count > 0)
		json_array_append_new(steps, foreign_step(draft, &recipe, "${persona.yacht}",
							  draft_refusal(404, "NOT_FOUND")));
	json_array_append_new(cases, draft_case(json_sprintf("yacht.%s", action->name),
						json_sprintf("Nobody of another yacht runs %s here",
							     action->name),
						recipe.role->persona, steps));
}

static void
add_action(const struct draft *draft, const struct action *action, json_t *cases)
{
	const struct lens *lens = draft->lens;

	add_accepted(draft, action, cases);
	add_denied(draft, action, cases);
	if (lens->without_role_count > 0)
		add_refused(draft, action, "roleless",
			    texts(lens->without_role, lens->without_role_count),
			    draft_refusal(403, "NO_ACTIVE_ROLE"), cases);
	if (json_array_size(draft->strangers) > 0)
		add_refused(draft, action, "stranger", json_incref(draft->strangers),
			    draft_refusal(401, "UNAUTHORIZED"), cases);
	add_missing(draft, action, cases);
	add_other_yacht(draft, action, cases);
	if (action->variant == VARIANT_SIGNED)
		signed_add(draft, action, cases);
}

static void
add_unknown(const struct draft *draft, json_t *cases)
{
	json_t *step = json_pack(
		"{s:s, s:{s:s, s:{s:s}, s:{}}, s:o, s:s}", "http", "POST /v1/actions/execute",
		"json", "action", "no_such_action", "context", "yacht_id", "${yacht}", "payload",
		"expect", draft_refusal(404, "UNKNOWN_ACTION"), "unproved",
		"nothing has this name: there is nobody who may, and nothing that could change");

	json_array_append_new(cases,
			      draft_case(json_string("unknown-action"),
					 json_string("An action that does not exist is refused"),
					 draft->lens->roles[0].persona, json_pack("[o]", step)));
}

json_t *
acceptance_make(const struct draft *draft)
{
	const struct lens *lens = draft->lens;
	json_t *cases = json_array();

	for (size_t i = 0; i < lens->role_count; i++)
		add_list(draft, &lens->roles[i], lens->roles[i].name, lens->roles[i].persona,
			 cases);
	if (draft->forger)
		add_list(draft, draft->forger, DRAFT_FORGER, DRAFT_FORGER, cases);
	for (size_t i = 0; i < lens->action_count; i++) {
		const struct action *action = &lens->actions[i];

		if (action->unfilled)
			outside_add(draft, action, cases);
		else if (action->allow_count > 0)
			add_action(draft, action, cases);
	}
	add_unknown(draft, cases);
	return draft_suite(draft_derived(draft), json_object(), cases);
}
