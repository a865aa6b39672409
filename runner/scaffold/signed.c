#include "scaffold/signed.h"

#include <string.h>

/* Which of them it is the lens does not say. */
static json_t *
refused(void)
{
	return json_pack("{s:{s:[i,i], s:s}}", "status", "$one_of", 400, 403, "because",
			 "a signature may be malformed, or not valid: leave the one that is right");
}

/* One signature that is no good: the members `spoiled` (taken over) go into the step's own. NULL:
 * there is none at all. */
static void
add(const struct draft *draft, const struct action *action, const char *kind, const char *title,
    json_t *spoiled, json_t *cases)
{
	struct recipe recipe = draft_recipe(draft, action, draft_permitted(draft, action));
	json_t *steps = recipe_steps(&recipe);
	json_t *step = draft_request(draft, &recipe, NULL, refused());

	if (spoiled)
		json_object_update(json_object_get(step, "signature"), spoiled);
	else
		json_object_del(step, "signature");
	json_decref(spoiled);
	draft_prove(step, recipe_unchanged(&recipe), json_sprintf("accept.%s", action->name));
	json_array_append_new(steps, step);
	json_array_append_new(cases,
			      draft_case(json_sprintf("signed.%s.%s", action->name, kind),
					 json_sprintf("%s %s is refused", action->name, title),
					 recipe.role->persona, steps));
}

/* Somebody else of the environment who can sign: of a role that may, if there is one. */
static const char *
somebody_else(const struct draft *draft, const struct action *action)
{
	const struct role *signer = draft_permitted(draft, action);
	const char *found = NULL;

	for (size_t i = 0; i < draft->lens->role_count; i++) {
		const struct role *role = &draft->lens->roles[i];

		if (role == signer || !draft_signs(draft, role->persona, action))
			continue;
		if (action_allows(action, role->name))
			return role->persona;
		found = found ? found : role->persona;
	}
	return found;
}

static const char *
another_role(const struct draft *draft, const struct role *signer)
{
	return draft->lens->roles == signer ? signer[1].name : draft->lens->roles[0].name;
}

void
signed_add(const struct draft *draft, const struct action *action, json_t *cases)
{
	const char *other = somebody_else(draft, action);

	if (!action->signature.over.value)
		return;
	add(draft, action, "not-at-all", "without a signature", NULL, cases);
	if (other) {
		add(draft, action, "by-another", "with somebody else's signature",
		    json_pack("{s:s}", "as", other), cases);
		/* All but the name is right: the role, and a hash over what it says. */
		add(draft, action, "in-another-name", "signed in somebody else's name",
		    json_pack("{s:{s:o}}", "with", "user_id",
			      json_sprintf("${personas.%s.user}", other)),
		    cases);
	}
	if (draft->lens->role_count > 1)
		add(draft, action, "in-another-role", "signed in another role",
		    json_pack("{s:{s:s}}", "with", "role_at_signing",
			      another_role(draft, draft_permitted(draft, action))),
		    cases);
	add(draft, action, "long-ago", "signed two hours ago",
	    json_pack("{s:{s:s}}", "with", "signed_at", "${now-2h}"), cases);
	add(draft, action, "something-else", "with the hash of something else",
	    json_pack("{s:{s:s}}", "altered", "signature_hash",
		      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
	    cases);
}
