#include "scaffold/suites.h"

/* Refused with the flag off, for that reason and no other. */
static json_t *
disabled(void)
{
	return draft_refusal(503, "FEATURE_DISABLED");
}

static json_t *
suggest(const struct draft *draft, json_t *expect)
{
	return json_pack("{s:s, s:{s:s}, s:o}", "http", "POST /v1/actions/suggestions", "json",
			 "domain", draft->lens->domain, "expect", expect);
}

/* off, and not set at all: both must close the lens. */
static void
switch_off(json_t *made, const char *flag)
{
	json_object_set_new(made, "matrix",
			    json_pack("{s:[{s:s, s:b}, {s:s, s:n}]}", "flag", "name", "off",
				      "value", 0, "name", "unset", "value"));
	json_object_set_new(made, "flags", json_pack("{s:s}", flag, "${matrix.flag.value}"));
}

/* The control of every refusal here. */
static void
add_on(const struct draft *draft, json_t *cases)
{
	const struct role *role = &draft->lens->roles[0];
	json_t *list = draft_list(draft, draft_body(json_pack("{s:s}", "role", role->name)));

	json_array_append_new(
		cases,
		draft_case(json_string("on"), json_string("With the flag on there is a list"),
			   role->persona, json_pack("[o, o]", list, suggest(draft, draft_ok()))));
}

static void
add_list(const struct draft *draft, const char *flag, json_t *cases)
{
	json_t *list = draft_list(draft, disabled()), *suggestions = suggest(draft, disabled());

	json_object_set_new(list, "control", json_string("on"));
	json_object_set_new(suggestions, "control", json_string("on"));
	json_t *made = draft_case(
		json_sprintf("list-off.%s", flag),
		json_string(
			"With the flag ${matrix.flag.name} nothing is listed, nothing suggested"),
		draft->lens->roles[0].persona, json_pack("[o, o]", list, suggestions));
	switch_off(made, flag);
	json_array_append_new(cases, made);
}

/* What the action needs was made while the flag was on. */
static void
add_action(const struct draft *draft, const char *flag, const struct action *action, json_t *once,
	   json_t *cases)
{
	const struct role *role = draft_permitted(draft, action);
	struct recipe recipe = draft_recipe(draft, action, role);
	json_t *steps = recipe_steps(&recipe), *needs = NULL;
	json_t *step = draft_request(draft, &recipe, NULL, disabled());

	if (json_array_size(steps) > 0) {
		json_t *name = json_sprintf("for_%s", action->name);

		json_object_set_new(once, json_string_value(name),
				    json_pack("{s:o}", "steps", steps));
		needs = json_pack("[o]", name);
	} else {
		json_decref(steps);
	}
	draft_prove(step, recipe_unchanged(&recipe), json_string("on"));
	json_t *made = draft_case(
		json_sprintf("off.%s.%s", flag, action->name),
		json_sprintf("With the flag ${matrix.flag.name} nobody runs %s", action->name),
		role->persona, json_pack("[o]", step));
	if (needs)
		json_object_set_new(made, "needs", needs);
	switch_off(made, flag);
	json_array_append_new(cases, made);
}

json_t *
flags_make(const struct draft *draft)
{
	const struct lens *lens = draft->lens;

	if (lens->flag_count == 0)
		return NULL;
	json_t *once = json_object(), *cases = json_array();
	add_on(draft, cases);
	for (size_t i = 0; i < lens->flag_count; i++) {
		add_list(draft, lens->flags[i], cases);
		for (size_t k = 0; k < lens->action_count; k++) {
			const struct action *action = &lens->actions[k];

			if (!action->unfilled && action->allow_count > 0)
				add_action(draft, lens->flags[i], action, once, cases);
		}
	}
	return draft_suite(NULL, once, cases);
}
