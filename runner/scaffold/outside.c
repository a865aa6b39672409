#include "scaffold/outside.h"

static json_t *
empty_request(const struct action *action, json_t *expect, const char *unproved)
{
	return json_pack("{s:s, s:{}, s:o, s:s}", "action", action->name, "payload", "expect",
			 expect, "unproved", unproved);
}

static json_t *
let_through(const struct action *action, const struct role *role)
{
	json_t *step = empty_request(
		action, draft_refusal(400, "MISSING_REQUIRED_FIELD"),
		"that a field is missing is asked after the role: this one was let through");

	return draft_case(
		json_sprintf("router.%s.%s", action->name, role->name),
		json_sprintf("%s gets as far as the payload of %s", role->name, action->name),
		role->persona, json_pack("[o]", step));
}

static json_t *
stopped(const struct action *action, json_t *id, const char *who, const char *as, json_t *expect)
{
	json_t *step =
		empty_request(action, expect,
			      "an empty payload writes nothing, and it is let through for who may");
	json_t *made = draft_case(id, json_sprintf("%s may not run %s", who, action->name), as,
				  json_pack("[o]", step));

	if (action->allow_count > 0)
		json_object_set_new(made, "needs",
				    json_pack("[o]", json_sprintf("router.%s.%s", action->name,
								  action->allow[0])));
	return made;
}

/* The same for everybody in the list `people`. */
static void
add_everybody(const struct action *action, const char *kind, json_t *people, json_t *expect,
	      json_t *cases)
{
	json_t *made = stopped(action, json_sprintf("%s.%s", kind, action->name), "${matrix.who}",
			       "${matrix.who}", expect);

	json_object_set_new(made, "matrix", json_pack("{s:o}", "who", people));
	json_array_append_new(cases, made);
}

static json_t *
roleless(const struct lens *lens)
{
	json_t *names = json_array();

	for (size_t i = 0; i < lens->without_role_count; i++)
		json_array_append_new(names, json_string(lens->without_role[i]));
	return names;
}

void
outside_add(const struct draft *draft, const struct action *action, json_t *cases)
{
	const struct lens *lens = draft->lens;

	if (action->required_count == 0)
		return;
	for (size_t i = 0; i < lens->role_count; i++) {
		const struct role *role = &lens->roles[i];

		if (action_allows(action, role->name))
			json_array_append_new(cases, let_through(action, role));
		else
			json_array_append_new(
				cases, stopped(action,
					       json_sprintf("deny.%s.%s", action->name, role->name),
					       role->name, role->persona,
					       draft_refusal(action->refusal_status,
							     action->refusal_error)));
	}
	if (lens->without_role_count > 0)
		add_everybody(action, "roleless", roleless(lens),
			      draft_refusal(403, "NO_ACTIVE_ROLE"), cases);
	if (json_array_size(draft->strangers) > 0)
		add_everybody(action, "stranger", json_incref(draft->strangers),
			      draft_refusal(401, "UNAUTHORIZED"), cases);
}
