#include "scaffold/suites.h"
#include "scaffold/wording.h"

/* Everything is there: the service, its database, its handlers. */
static json_t *
health(void)
{
	json_t *steps =
		json_pack("[{s:s, s:{s:i, s:{s:s}}}, {s:s, s:{s:i, s:{s:s, s:{s:s, s:i}}}}]",
			  "http", "GET /health", "expect", "status", 200, "body", "database", "up",
			  "http", "GET /v1/actions/health", "expect", "status", 200, "body",
			  "status", "healthy", "handlers_loaded", "$type", "integer", "$ge", 1);

	return draft_case(json_string("smoke-health"),
			  json_string("The service, its database and its handlers are well"),
			  "none", steps);
}

static json_t *
listed(const struct draft *draft, const struct role *role, long count)
{
	json_t *body =
		json_pack("{s:s, s:I}", "role", role->name, "total_count", (json_int_t)count);

	return draft_case(json_sprintf("smoke-list-%s", role->name),
			  json_sprintf("%s is offered %ld actions", role->name, count),
			  role->persona, json_pack("[o]", draft_list(draft, draft_body(body))));
}

/* The last role that may is another one than acceptance takes, where there are several. */
static void
add_action(const struct draft *draft, const struct action *action, json_t *cases)
{
	const struct role *role = draft_role(draft, action->allow[action->allow_count - 1]);
	struct recipe recipe = draft_recipe(draft, action, role);
	json_t *steps = recipe_steps(&recipe);

	json_array_append_new(steps, draft_request(draft, &recipe, NULL, draft_ok()));
	json_array_append_new(cases,
			      draft_case(json_sprintf("smoke-%s", action->name),
					 json_sprintf("%s runs %s", role->name, action->name),
					 role->persona, steps));
}

static void
add_denied(const struct draft *draft, const struct action *action, json_t *cases)
{
	const struct lens *lens = draft->lens;
	size_t i = 0;

	while (i < lens->role_count && action_allows(action, lens->roles[i].name))
		i++;
	if (i == lens->role_count)
		return;
	struct recipe recipe = draft_recipe(draft, action, &lens->roles[i]);
	json_t *steps = recipe_steps(&recipe);
	json_t *step = draft_request(draft, &recipe, NULL,
				     draft_refusal(action->refusal_status, action->refusal_error));
	draft_prove(step, recipe_unchanged(&recipe), json_sprintf("smoke-%s", action->name));
	json_array_append_new(steps, step);
	json_array_append_new(cases, draft_case(json_sprintf("smoke-%s-denied", action->name),
						json_sprintf("%s may not run %s",
							     lens->roles[i].name, action->name),
						lens->roles[i].persona, steps));
}

json_t *
smoke_make(const struct draft *draft)
{
	const struct lens *lens = draft->lens;
	json_t *cases = json_pack("[o]", health());

	for (size_t i = 0; i < lens->role_count; i++)
		json_array_append_new(cases, listed(draft, &lens->roles[i],
						    wording_offered(lens, lens->roles[i].name)));
	for (size_t i = 0; i < lens->action_count; i++) {
		const struct action *action = &lens->actions[i];

		if (action->unfilled || action->allow_count == 0)
			continue;
		add_action(draft, action, cases);
		add_denied(draft, action, cases);
	}
	return draft_suite(NULL, json_object(), cases);
}
