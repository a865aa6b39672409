#include "scaffold/rows.h"
#include "scaffold/suites.h"

/* Somebody of another yacht, as if that were a role: the matrix tries only those of this one. */
static void
add_foreign(const struct draft *draft, const struct action *action, json_t *cases)
{
	const struct role foreign = { draft->foreign->name, draft->foreign->name };
	struct recipe recipe = draft_recipe(draft, action, &foreign);

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

		if (action->sql && !action->unfilled && action->allow_count > 0 && draft->foreign)
			add_foreign(draft, action, cases);
	}
	for (size_t i = 0; i < lens->table_count; i++)
		rows_add(draft, &lens->tables[i], once, cases);
	return draft_suite(once, cases);
}
