#include "suite/signature.h"

#include <string.h>

#include "suite/cast.h"
#include "suite/loading.h"
#include "suite/reading.h"
#include "suite/reference.h"

static const char *const type_names[] = { [SIGNATURE_PIN] = "pin", [SIGNATURE_TOTP] = "totp" };
_Static_assert(COUNTOF(type_names) == SIGNATURE_TYPES, "every type needs its name");

const char *
signature_type_name(enum signature_type type)
{
	return type_names[type];
}

static bool
type_read(const struct node *node, enum signature_type *type)
{
	const char *name = NULL;
	struct node member;

	if (!node_text(node, "type", REQUIRED, &name) || !node_member(node, "type", &member) ||
	    !reading_known(&member, "type of a signature", name, type_names, COUNTOF(type_names)))
		return false;
	for (size_t i = 0; i < COUNTOF(type_names); i++) {
		if (strcmp(type_names[i], name) == 0)
			*type = (enum signature_type)i;
	}
	return true;
}

/* Members of the object, each of them text. */
static bool
members_read(const struct node *node, const char *key, struct template *out)
{
	static const char *const keys[] = { "signed_at", "user_id", "role_at_signing",
					    "signature_type", "signature_hash" };
	struct node map, member;
	bool ok = true;

	if (!node_member(node, key, &map))
		return true;
	if (!node_is_object(&map))
		return false;
	ok = node_keys(&map, keys, COUNTOF(keys));
	for (const char *name = NULL; node_next(&map, &name, &member);) {
		if (!json_is_string(member.value) && !json_is_null(member.value))
			ok = node_fail(&member, "must be text, or null to leave it out");
	}
	reading_template(node, key, out);
	return ok;
}

/* Whoever signs needs what it is signed with; `check_only` knows names, not values. */
static bool
can_sign(const struct node *node, const struct signature *signature)
{
	const struct persona *signer = signature->signer;
	bool pin = signature->type == SIGNATURE_PIN;

	return (pin ? signer->pin : signer->totp) ||
	       node_fail(node, "the persona `%s` has no `%s` to sign with", signer->name,
			 signature_type_name(signature->type));
}

bool
signature_read(struct loading *loading, const struct node *node, struct step *step)
{
	static const char *const keys[] = { "type", "as", "with", "altered" };
	struct node member;
	const char *as = NULL;

	if (!node_member(node, "signature", &member) || !step->action)
		return true;
	if (!step->action->signature.over.value)
		return node_fail_key(&member, "the lens does not say what `%s` is signed over",
				     step->action->name);
	if (!node_is_object(&member) || !node_keys(&member, keys, COUNTOF(keys)))
		return false;
	struct signature *signature = ARENA_ARRAY(&loading->suite->arena, 1, struct signature);
	bool ok = type_read(&member, &signature->type);

	ok &= members_read(&member, "with", &signature->with);
	ok &= members_read(&member, "altered", &signature->altered);
	cast_as(loading, &member, &as);
	if (as && strcmp(as, LOADING_NOBODY) == 0)
		return false;
	signature->signer =
		as ? suite_persona(loading->suite, loading->environment, as) : step->persona;
	step->signature = signature;
	if (!signature->signer)
		return node_fail(&member, "nobody signs: a signature needs a persona");
	return ok && can_sign(&member, signature);
}

static void
plain_name(void *arg, const struct node *node, const char *name)
{
	(void)arg;
	node_fail(node, "`${%s}`: what is signed holds only ${payload.*}", name);
}

bool
signature_read_action(const struct node *node, struct signed_text *out)
{
	static const char *const keys[] = { "type", "over" };
	struct references references = { .has_payload = true, .plain = plain_name };
	const char *text = NULL;
	struct node over;

	if (!node_is_object(node) || !node_keys(node, keys, COUNTOF(keys)))
		return false;
	bool ok = type_read(node, &out->type);
	if (!node_text(node, "over", REQUIRED, &text) || !node_member(node, "over", &over))
		return false;
	reading_template(node, "over", &out->over);
	references_check(&references, &over);
	return ok;
}
