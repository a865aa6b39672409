#include "scaffold/suites.h"

/* Those that can be run, at every layer but SQL, which is rls.yaml's; the others in the list. */
json_t *
roles_make(const struct draft *draft)
{
	const struct lens *lens = draft->lens;
	json_t *filled = json_array(), *unfilled = json_array(), *cases = json_array();

	for (size_t i = 0; i < lens->action_count; i++)
		json_array_append_new(lens->actions[i].unfilled ? unfilled : filled,
				      json_string(lens->actions[i].name));
	if (json_array_size(filled) > 0)
		json_array_append_new(cases,
				      json_pack("{s:s, s:O, s:[s,s]}", "generate", "role_matrix",
						"actions", filled, "layers", "list", "execute"));
	if (json_array_size(unfilled) > 0)
		json_array_append_new(cases,
				      json_pack("{s:s, s:O, s:[s]}", "generate", "role_matrix",
						"actions", unfilled, "layers", "list"));
	json_decref(filled);
	json_decref(unfilled);
	return draft_suite(NULL, json_object(), cases);
}
