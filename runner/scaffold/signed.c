#include "scaffold/signed.h"

#include <stdio.h>
#include <string.h>

#include "document/node.h"

/* What the lens does not say is which of the two it is: the request is wrong, or not allowed. */
static json_t *
refused(void)
{
	return json_pack("{s:{s:[i,i,i], s:s}}", "status", "$one_of", 400, 401, 403, "because",
			 "the lens does not say how a bad signature is refused: leave the one that "
			 "is right");
}

static void
add(const struct draft *draft, const struct action *action, const char *kind, const char *title,
    json_t *payload, json_t *cases)
{
	struct recipe recipe = draft_recipe(draft, action, draft_permitted(draft, action));
	json_t *steps = recipe_steps(&recipe), *step = draft_request(action, refused());

	json_object_set_new(step, "payload", payload);
	draft_prove(step, recipe_unchanged(&recipe), json_sprintf("accept.%s", action->name));
	json_array_append_new(steps, step);
	json_array_append_new(cases,
			      draft_case(json_sprintf("%s.%s", kind, action->name),
					 json_sprintf("%s %s is refused", action->name, title),
					 recipe.role->persona, steps));
}

/* The payload with `member` of its signature replaced. */
static json_t *
forged(const json_t *payload, const char *member, const char *value)
{
	json_t *copy = json_deep_copy(payload);

	json_object_set_new(json_object_get(copy, "signature"), member, json_string(value));
	return copy;
}

/* Somebody with another role than the one who signs. */
static const struct role *
somebody_else(const struct draft *draft, const struct role *signer)
{
	for (size_t i = 0; i < draft->lens->role_count; i++) {
		if (&draft->lens->roles[i] != signer)
			return &draft->lens->roles[i];
	}
	return NULL;
}

static bool
is_required(const struct action *action, const char *field)
{
	for (size_t i = 0; i < action->required_count; i++) {
		if (strcmp(action->required[i], field) == 0)
			return true;
	}
	return false;
}

void
signed_add(const struct draft *draft, const struct action *action, json_t *cases)
{
	const json_t *payload = action->payload.value;
	const json_t *signature = json_object_get(payload, "signature");
	const struct role *other = somebody_else(draft, draft_permitted(draft, action));
	char user[128];

	if (!signature)
		return;
	if (!is_required(action, "signature")) {
		json_t *without = json_copy(node_writable(payload));

		json_object_del(without, "signature");
		add(draft, action, "unsigned", "without a signature", without, cases);
	}
	if (other && json_object_get(signature, "user_id")) {
		(void)snprintf(user, sizeof(user), "${personas.%s.user}", other->persona);
		add(draft, action, "signed-by-another", "with somebody else's signature",
		    forged(payload, "user_id", user), cases);
	}
	if (other && json_object_get(signature, "role_at_signing"))
		add(draft, action, "signed-in-another-role", "signed in another role",
		    forged(payload, "role_at_signing", other->name), cases);
}
