#include "scaffold/draft.h"

#include <assert.h>
#include <string.h>

#include "document/node.h"
#include "scaffold/wording.h"

/* Every role needs somebody who has it, or its cases could not be told from anybody's. */
static bool
roles_have_people(const struct draft *draft, struct errors *errors)
{
	const struct lens *lens = draft->lens;
	bool ok = true;

	for (size_t i = 0; i < lens->role_count; i++) {
		const struct role *role = &lens->roles[i];
		const struct persona *persona =
			environment_persona(draft->environment, role->persona);

		if (persona && persona->role && strcmp(persona->role, role->name) == 0)
			continue;
		ok = error_set(
			errors_new(errors), ERROR_SUITE,
			"unknown role `%s`: environment %s has no persona `%s` of this role; "
			"say in `personas` who stands for it",
			role->name, draft->environment->name, role->persona);
	}
	return ok;
}

/* Every refusal names its error, and the lens says where that is. */
static bool
says_errors(const struct lens *lens, struct errors *errors)
{
	return lens->refusal.value ||
	       error_set(errors_new(errors), ERROR_SUITE,
			 "the lens %s has no `refusal`: nobody could tell one error from another",
			 lens->name);
}

static bool
is_refused(const char *kind)
{
	return kind && strcmp(kind, "valid") != 0 && strcmp(kind, "unknown_user") != 0;
}

/* The environment's strangers, and those that the lens derives. */
static json_t *
strangers(const struct draft *draft)
{
	const struct environment *environment = draft->environment;
	json_t *names = json_array(), *derived;
	const char *name;

	for (size_t i = 0; i < environment->persona_count; i++) {
		const struct persona *persona = &environment->personas[i];

		if (is_refused(token_kind_name(persona->token)))
			json_array_append_new(names, json_string(persona->name));
	}
	json_object_foreach(node_writable(draft->lens->derived), name, derived)
	{
		if (is_refused(json_string_value(json_object_get(derived, "token"))))
			json_array_append_new(names, json_string(name));
	}
	return names;
}

static const struct persona *
foreigner(const struct environment *environment)
{
	for (size_t i = 0; i < environment->persona_count; i++) {
		const struct persona *persona = &environment->personas[i];

		if (persona->role && persona->token == TOKEN_VALID && persona->yacht &&
		    environment->yacht && strcmp(persona->yacht, environment->yacht) != 0)
			return persona;
	}
	return NULL;
}

/* Whoever gains most by it; NULL where all may do the same. */
static const struct role *
forger(const struct lens *lens)
{
	const struct role *least = lens->roles, *most = wording_most(lens);

	for (size_t i = 1; i < lens->role_count; i++) {
		if (wording_offered(lens, lens->roles[i].name) < wording_offered(lens, least->name))
			least = &lens->roles[i];
	}
	return wording_offered(lens, least->name) < wording_offered(lens, most->name) ? least
										      : NULL;
}

bool
draft_init(struct draft *draft, const struct lens *lens, const struct environment *environment,
	   struct errors *errors)
{
	*draft = (struct draft){ .lens = lens, .environment = environment };
	draft->foreign = foreigner(environment);
	draft->strangers = strangers(draft);
	draft->forger = forger(lens);
	bool ok = says_errors(lens, errors);
	return roles_have_people(draft, errors) && ok;
}

void
draft_release(struct draft *draft)
{
	json_decref(draft->strangers);
	*draft = (struct draft){ 0 };
}

const struct role *
draft_role(const struct draft *draft, const char *name)
{
	const struct role *role = draft->lens->roles;

	while (strcmp(role->name, name) != 0)
		role++;
	return role;
}

const struct role *
draft_permitted(const struct draft *draft, const struct action *action)
{
	return action->allow_count > 0 ? draft_role(draft, action->allow[0]) : NULL;
}

struct recipe
draft_recipe(const struct draft *draft, const struct action *action, const struct role *role)
{
	const struct role *permitted = draft_permitted(draft, action);

	return (struct recipe){ .lens = draft->lens,
				.action = action,
				.role = role,
				.layer = "",
				.permitted = permitted ? permitted->name : NULL };
}

json_t *
draft_derived(const struct draft *draft)
{
	const char *claimed = wording_most(draft->lens)->name;

	if (!draft->forger)
		return NULL;
	return json_pack("{s:{s:s, s:{s:{s:s}, s:{s:s}}}}", DRAFT_FORGER, "like",
			 draft->forger->persona, "claims", "app_metadata", "role", claimed,
			 "user_metadata", "role", claimed);
}

json_t *
draft_suite(json_t *derived, json_t *once, json_t *cases)
{
	json_t *suite = json_array_size(cases) > 0 ? json_object() : NULL;

	if (suite && derived)
		json_object_set(suite, "derived", derived);
	json_decref(derived);
	if (suite && json_object_size(once) > 0)
		json_object_set(suite, "once", once);
	if (suite)
		json_object_set(suite, "cases", cases);
	json_decref(once);
	json_decref(cases);
	return suite;
}

json_t *
draft_case(json_t *id, json_t *title, const char *as, json_t *steps)
{
	json_t *made = json_pack("{s:o, s:o, s:s*, s:o}", "id", id, "title", title, "as", as,
				 "steps", steps);

	/* A part that could not be made would drop out without a word. */
	assert(made && json_array_size(steps) > 0);
	return made;
}

bool
draft_signs(const struct draft *draft, const char *who, const struct action *action)
{
	const struct persona *persona = environment_persona(draft->environment, who);

	return persona && (action->signature.type == SIGNATURE_PIN ? persona->pin : persona->totp);
}

static json_t *
signature_by(const struct draft *draft, const struct recipe *recipe, const char *who)
{
	const struct action *action = recipe->action;
	json_t *made = json_pack("{s:s}", "type", signature_type_name(action->signature.type));
	const struct role *permitted = draft_permitted(draft, action);

	if (permitted && !draft_signs(draft, who, action))
		json_object_set_new(made, "as", json_string(permitted->persona));
	return made;
}

json_t *
draft_request(const struct draft *draft, const struct recipe *recipe, const char *as,
	      json_t *expect)
{
	const struct action *action = recipe->action;
	json_t *payload = action->payload.value ? node_share(action->payload.value) : json_object();
	json_t *step = json_pack("{s:s*, s:s, s:o, s:o}", "as", as, "action", action->name,
				 "payload", payload, "expect", expect);

	assert(step);
	if (action->signature.over.value)
		json_object_set_new(step, "signature",
				    signature_by(draft, recipe, as ? as : recipe->role->persona));
	return step;
}

json_t *
draft_body(json_t *body)
{
	return json_pack("{s:i, s:o}", "status", 200, "body", body);
}

json_t *
draft_ok(void)
{
	return json_pack("{s:i}", "status", 200);
}

json_t *
draft_refusal(int status, const char *error)
{
	return json_pack("{s:i, s:s*}", "status", status, "error", error);
}

json_t *
draft_list(const struct draft *draft, json_t *expect)
{
	json_t *step = json_pack("{s:s, s:{s:s}, s:o}", "http", "GET /v1/actions/list", "query",
				 "domain", draft->lens->domain, "expect", expect);

	assert(step);
	return step;
}

void
draft_prove(json_t *step, json_t *unchanged, json_t *control)
{
	if (json_array_size(unchanged) == 1)
		json_object_set(step, "unchanged", json_array_get(unchanged, 0));
	else if (json_array_size(unchanged) > 1)
		json_object_set(step, "unchanged", unchanged);
	json_decref(unchanged);
	json_object_set_new(step, "control", control);
}
