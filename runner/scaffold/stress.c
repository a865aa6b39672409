#include "scaffold/suites.h"

/* So many at once, and how long they may take. A lens with other limits says them in its file. */
static json_t *
measured(void)
{
	return json_pack("{s:{s:i}, s:{s:i}, s:{s:i}}", "success_percent", "$ge", 99, "p95_ms",
			 "$lt", 5000, "p99_ms", "$lt", 10000);
}

static json_t *
thirty(void)
{
	return json_pack("{s:i, s:i, s:i, s:o}", "at_once", 30, "requests", 900, "warm_up", 60,
			 "measured", measured());
}

static json_t *
steady(void)
{
	return json_pack("{s:i, s:s, s:i, s:o}", "per_second", 100, "for", "3s", "warm_up", 30,
			 "measured", measured());
}

static void
add_list(const struct draft *draft, const char *id, const char *title, json_t *load, json_t *cases)
{
	json_t *step = draft_list(
		draft, draft_body(json_pack("{s:s}", "role", draft->lens->roles[0].name)));

	json_object_set_new(step, "load", load);
	json_array_append_new(cases,
			      draft_case(json_string(id), json_string(title),
					 draft->lens->roles[0].persona, json_pack("[o]", step)));
}

static void
add_suggestions(const struct draft *draft, json_t *cases)
{
	const struct role *role = &draft->lens->roles[0];
	json_t *step =
		json_pack("{s:s, s:{s:s}, s:o, s:{s:i, s:{s:s}}}", "http",
			  "POST /v1/actions/suggestions", "json", "domain", draft->lens->domain,
			  "load", thirty(), "expect", "status", 200, "body", "role", role->name);

	json_array_append_new(cases, draft_case(json_string("suggestions-30"),
						json_string("Suggestions, 30 at once"),
						role->persona, json_pack("[o]", step)));
}

/* What the action needs is made once, before the measuring. */
static void
add_action(const struct draft *draft, const struct action *action, const struct role *role,
	   json_t *cases)
{
	struct recipe recipe = draft_recipe(draft, action, role);
	bool allowed = action_allows(action, role->name);
	json_t *steps = recipe_steps(&recipe);
	json_t *step = draft_request(
		draft, &recipe, NULL,
		allowed ? draft_ok()
			: draft_refusal(action->refusal_status, action->refusal_error));

	json_object_set_new(step, "load", thirty());
	if (!allowed)
		json_object_set_new(step, "unchanged", recipe_unchanged(&recipe));
	json_array_append_new(steps, step);
	json_array_append_new(
		cases,
		draft_case(json_sprintf(allowed ? "%s-30" : "%s-denied-30", action->name),
			   allowed ? json_sprintf("%s, 30 at once", action->name)
				   : json_sprintf("%s refused to %s, 30 at once, changes nothing",
						  action->name, role->name),
			   role->persona, steps));
}

/* Somebody who may not, where rows can be seen to stay as they were; NULL: no such action. */
static const struct role *
refused(const struct draft *draft, const struct action *action)
{
	const struct lens *lens = draft->lens;
	size_t i = 0;

	while (i < lens->role_count && action_allows(action, lens->roles[i].name))
		i++;
	if (i == lens->role_count)
		return NULL;
	struct recipe recipe = draft_recipe(draft, action, &lens->roles[i]);
	json_t *unchanged = recipe_unchanged(&recipe);
	bool seen = json_array_size(unchanged) > 0;
	json_decref(unchanged);
	return seen ? &lens->roles[i] : NULL;
}

json_t *
stress_make(const struct draft *draft)
{
	const struct lens *lens = draft->lens;
	json_t *cases = json_array();
	bool any_refusal = false;

	add_list(draft, "list-30", "The list, 30 at once", thirty(), cases);
	add_suggestions(draft, cases);
	for (size_t i = 0; i < lens->action_count; i++) {
		const struct action *action = &lens->actions[i];
		const struct role *permitted = draft_permitted(draft, action);

		if (action->unfilled || !permitted)
			continue;
		if (action->variant == VARIANT_READ)
			add_action(draft, action, permitted, cases);
		const struct role *denied = refused(draft, action);
		if (!any_refusal && denied) {
			add_action(draft, action, denied, cases);
			any_refusal = true;
		}
	}
	add_list(draft, "list-steady",
		 "The list, 100 a second for three seconds, however long each takes", steady(),
		 cases);
	return draft_suite(NULL, json_object(), cases);
}
