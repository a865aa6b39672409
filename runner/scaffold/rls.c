#include "scaffold/row_cases.h"
#include "scaffold/suites.h"

/* A persona that is none of the roles, as if it were one: the matrix tries only roles. */
static void
add_stranger(const struct draft *draft, const struct action *action, const char *who, json_t *cases)
{
	const struct role stranger = { who, who };
	struct recipe recipe = draft_recipe(draft, action, &stranger);

	recipe.layer = "rls";
	json_array_append_new(cases, recipe_rls(&recipe));
}

json_t *
rls_make(const struct draft *draft)
{
	const struct lens *lens = draft->lens;
	json_t *actions = json_array(), *once = json_object(), *cases = json_array();

	for (size_t i = 0; i < lens->action_count; i++) {
		if (lens->actions[i].sql && !lens->actions[i].unfilled)
			json_array_append_new(actions, json_string(lens->actions[i].name));
	}
	if (json_array_size(actions) > 0)
		json_array_append_new(cases,
				      json_pack("{s:s, s:O, s:[s]}", "generate", "role_matrix",
						"actions", actions, "layers", "rls"));
	json_decref(actions);
	for (size_t i = 0; i < lens->action_count; i++) {
		const struct action *action = &lens->actions[i];

		if (!action->sql || action->unfilled || action->allow_count == 0)
			continue;
		if (draft->foreign)
			add_stranger(draft, action, draft->foreign->name, cases);
		if (draft->forger && !action_allows(action, draft->forger->name))
			add_stranger(draft, action, DRAFT_FORGER, cases);
	}
	for (size_t i = 0; i < lens->table_count; i++)
		row_cases_add(draft, &lens->tables[i], once, cases);
	return draft_suite(draft_derived(draft), once, cases);
}
