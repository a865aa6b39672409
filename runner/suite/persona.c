#include "suite/persona.h"

#include <ctype.h>
#include <string.h>

#include "suite/environment_fill.h"
#include "suite/template.h"
#include "suite/url.h"

/* More would be a mistake, and chains of them deep. */
#define MOST_PERSONAS 1000

enum progress { WAITING, OPEN, DONE };

/* A persona while what it is `like` is still to be found. */
struct draft {
	struct persona persona;
	struct node node;
	bool has_token;
	enum progress progress;
};

struct drafts {
	struct draft *items;
	size_t count;
	struct persona_range known[2];
	struct arena *arena;
};

static const char *const token_kinds[] = {
	[TOKEN_VALID] = "valid",
	[TOKEN_NONE] = "none",
	[TOKEN_EMPTY] = "empty",
	[TOKEN_GARBAGE] = "garbage",
	[TOKEN_WRONG_SCHEME] = "wrong_scheme",
	[TOKEN_NO_SCHEME] = "no_scheme",
	[TOKEN_EXPIRED] = "expired",
	[TOKEN_WRONG_SIGNATURE] = "wrong_signature",
	[TOKEN_TAMPERED] = "tampered",
	[TOKEN_ALTERED] = "altered",
	[TOKEN_NO_SIGNATURE] = "no_signature",
	[TOKEN_ALG_NONE] = "alg_none",
	[TOKEN_ALG_NONE_MIXED] = "alg_none_mixed",
	[TOKEN_ALG_OTHER] = "alg_other",
	[TOKEN_ALG_LABEL] = "alg_label",
	[TOKEN_FUTURE_IAT] = "future_iat",
	[TOKEN_NO_SUB] = "no_sub",
	[TOKEN_NO_EXP] = "no_exp",
	[TOKEN_NO_AUD] = "no_aud",
	[TOKEN_WRONG_AUD] = "wrong_aud",
	[TOKEN_UNKNOWN_USER] = "unknown_user",
};
_Static_assert(COUNTOF(token_kinds) == TOKEN_KINDS, "every token kind needs a name");

const char *
token_kind_name(enum token_kind kind)
{
	return token_kinds[kind];
}

bool
token_kind_parse(const char *name, enum token_kind *kind)
{
	for (size_t i = 0; i < COUNTOF(token_kinds); i++) {
		if (strcmp(name, token_kinds[i]) == 0) {
			*kind = (enum token_kind)i;
			return true;
		}
	}
	return false;
}

bool
node_uuid(const struct node *object, const char *key, struct arena *arena, const char **out)
{
	struct node member;
	const char *text = NULL;

	if (!node_text(object, key, OPTIONAL, &text))
		return false;
	if (!text)
		return true;
	if (!uuid_valid(text))
		return node_member(object, key, &member) &&
		       node_fail(&member, "must be a UUID, not `%s`", text);
	char *copy = arena_text(arena, text, strlen(text));
	for (char *c = copy; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	*out = copy;
	return true;
}

static bool
read_token(const struct node *node, struct draft *draft)
{
	const char *name = NULL;
	struct node member;

	if (!node_text(node, "token", OPTIONAL, &name))
		return false;
	draft->has_token = name != NULL;
	if (!name || token_kind_parse(name, &draft->persona.token) ||
	    !node_member(node, "token", &member))
		return true;
	const char *near = nearest_name(name, token_kinds, COUNTOF(token_kinds));
	return near ? node_fail(&member, "unknown token kind `%s`; did you mean `%s`?", name, near)
		    : node_fail(&member, "unknown token kind `%s`", name);
}

static bool
read_claims(const struct node *node, struct persona *persona)
{
	struct node member;

	if (!node_member(node, "claims", &member))
		return true;
	persona->claims = member.value;
	return node_is_object(&member);
}

static bool
name_valid(const struct node *node, const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_-";

	if (strcmp(name, "witness") == 0 || strcmp(name, "none") == 0)
		return node_fail_key(node, "`%s` is not a persona: the name has a meaning in `as`",
				     name);
	return (*name && name[strspn(name, letters)] == '\0') ||
	       node_fail_key(node, "a persona's name must be letters, digits, `_` and `-`");
}

static bool
read_draft(struct draft *draft, struct arena *arena)
{
	static const char *const keys[] = { "role",     "user",  "email",  "yacht", "like",
					    "password", "token", "claims", "pin",   "totp" };
	const struct node *node = &draft->node;
	struct persona *persona = &draft->persona;

	if (!node_is_object(node))
		return false;
	bool ok = name_valid(node, persona->name);
	ok &= node_keys(node, keys, COUNTOF(keys));
	ok &= node_text(node, "role", OPTIONAL, &persona->role);
	ok &= node_uuid(node, "user", arena, &persona->user);
	ok &= node_text(node, "email", OPTIONAL, &persona->email);
	ok &= node_uuid(node, "yacht", arena, &persona->yacht);
	ok &= node_text(node, "like", OPTIONAL, &persona->like);
	ok &= node_text(node, "password", OPTIONAL, &persona->password);
	ok &= node_text(node, "pin", OPTIONAL, &persona->pin);
	ok &= node_text(node, "totp", OPTIONAL, &persona->totp);
	ok &= read_token(node, draft);
	ok &= read_claims(node, persona);
	return ok;
}

static const struct persona *
find_known(const struct drafts *drafts, const char *name)
{
	for (size_t i = 0; i < COUNTOF(drafts->known); i++) {
		for (size_t k = 0; k < drafts->known[i].count; k++) {
			if (strcmp(drafts->known[i].items[k].name, name) == 0)
				return &drafts->known[i].items[k];
		}
	}
	return NULL;
}

static struct draft *
find_draft(const struct drafts *drafts, const char *name)
{
	for (size_t i = 0; i < drafts->count; i++) {
		if (strcmp(drafts->items[i].persona.name, name) == 0)
			return &drafts->items[i];
	}
	return NULL;
}

static bool
fail_unknown(const struct drafts *drafts, const struct draft *draft)
{
	size_t room = drafts->count + drafts->known[0].count + drafts->known[1].count, count = 0;
	const char **names = ARENA_ARRAY(drafts->arena, room, const char *);
	const char *name = draft->persona.like;
	struct node like;

	for (size_t i = 0; i < drafts->count; i++) {
		if (&drafts->items[i] != draft)
			names[count++] = drafts->items[i].persona.name;
	}
	for (size_t i = 0; i < COUNTOF(drafts->known); i++) {
		for (size_t k = 0; k < drafts->known[i].count; k++)
			names[count++] = drafts->known[i].items[k].name;
	}
	const char *near = nearest_name(name, names, count);
	if (!node_member(&draft->node, "like", &like))
		return false;
	return near ? node_fail(&like, "unknown persona `%s`; did you mean `%s`?", name, near)
		    : node_fail(&like, "unknown persona `%s`", name);
}

/* What a persona does not say itself, it has from the one it is like. */
static void
inherit(struct draft *draft, const struct persona *base)
{
	struct persona *own = &draft->persona;

	own->role = own->role ? own->role : base->role;
	own->user = own->user ? own->user : base->user;
	own->email = own->email ? own->email : base->email;
	own->yacht = own->yacht ? own->yacht : base->yacht;
	own->claims = own->claims ? own->claims : base->claims;
	own->pin = own->pin ? own->pin : base->pin;
	own->totp = own->totp ? own->totp : base->totp;
	if (!own->password) {
		own->password = base->password;
		own->password_name = base->password_name;
	}
	if (!draft->has_token)
		own->token = base->token;
}

/* Depth first; no deeper than MOST_PERSONAS. */
static bool
resolve(struct drafts *drafts, struct draft *draft)
{
	const char *like = draft->persona.like;
	struct node node;

	if (!like || draft->progress == DONE) {
		draft->progress = DONE;
		return true;
	}
	if (draft->progress == OPEN)
		return node_member(&draft->node, "like", &node) &&
		       node_fail(&node, "`like` goes round in a circle back to `%s`",
				 draft->persona.name);
	draft->progress = OPEN;
	struct draft *other = find_draft(drafts, like);
	const struct persona *base = other ? &other->persona : find_known(drafts, like);
	bool ok = base ? !other || resolve(drafts, other) : fail_unknown(drafts, draft);
	if (base && ok)
		inherit(draft, base);
	draft->progress = DONE;
	return ok;
}

/* Whether the persona, all of it known, can stand for somebody. */
static bool
sound(const struct draft *draft)
{
	const struct persona *persona = &draft->persona;
	bool nobody = persona->token == TOKEN_NONE || persona->token == TOKEN_EMPTY ||
		      persona->token == TOKEN_GARBAGE;

	if (!persona->user && !nobody)
		return node_fail(&draft->node, "the persona `%s` has no `user` for its token",
				 persona->name);
	if (persona->password && !persona->email)
		return node_fail(&draft->node, "the persona `%s` has no `email` to log in with",
				 persona->name);
	return true;
}

static bool
finish(struct drafts *drafts, struct persona_range *out)
{
	struct persona *personas = ARENA_ARRAY(drafts->arena, drafts->count, struct persona);
	bool ok = true;

	for (size_t i = 0; i < drafts->count; i++)
		ok &= resolve(drafts, &drafts->items[i]);
	if (!ok)
		return false;
	for (size_t i = 0; i < drafts->count; i++) {
		ok &= sound(&drafts->items[i]);
		personas[i] = drafts->items[i].persona;
	}
	*out = (struct persona_range){ personas, drafts->count };
	return ok;
}

static bool
begin(struct drafts *drafts, const struct node *personas)
{
	struct node member;
	size_t i = 0;

	if (!node_is_object(personas))
		return false;
	if (json_object_size(personas->value) > MOST_PERSONAS)
		return node_fail(personas, "more than %d personas", MOST_PERSONAS);
	drafts->count = json_object_size(personas->value);
	drafts->items = ARENA_ARRAY(drafts->arena, drafts->count, struct draft);
	for (const char *key = NULL; node_next(personas, &key, &member); i++) {
		drafts->items[i].node = member;
		drafts->items[i].persona.name = key;
		drafts->items[i].persona.place = node_place(&member);
	}
	return true;
}

bool
personas_read(const struct node *personas, const json_t *written, struct arena *arena,
	      struct persona_range *out)
{
	struct drafts drafts = { .arena = arena };
	bool ok = true;

	if (!begin(&drafts, personas))
		return false;
	for (size_t i = 0; i < drafts.count; i++) {
		struct draft *draft = &drafts.items[i];
		const json_t *raw = json_object_get(written, draft->persona.name);
		ok &= read_draft(draft, arena);
		if (draft->persona.password)
			draft->persona.password_name =
				secret_name(json_object_get(raw, "password"), arena);
	}
	return ok && finish(&drafts, out);
}

/* The password of a derived persona: a secret's name, as in an environment. */
static bool
read_password(struct draft *draft, const struct environment *environment, struct arena *arena)
{
	struct persona *persona = &draft->persona;
	struct error err = { 0 };
	struct node member;

	if (!persona->password || !node_member(&draft->node, "password", &member))
		return true;
	persona->password_name = secret_name(member.value, arena);
	if (!persona->password_name)
		return node_fail(&member, "a secret is named, never written: `password: "
					  "${secret.NAME}`");
	if (environment->check_only &&
	    !secrets_config(environment->secrets, persona->password_name))
		return true;
	persona->password = secrets_secret(environment->secrets, persona->password_name, &err);
	return persona->password || node_fail_with(&member, &err);
}

/* A derived persona signs as the one it is like: only an environment names such secrets. */
static bool
keeps_its_keys(const struct draft *draft)
{
	static const char *const keys[] = { "pin", "totp" };
	struct node member;
	bool ok = true;

	for (size_t i = 0; i < COUNTOF(keys); i++) {
		if (node_member(&draft->node, keys[i], &member))
			ok = node_fail_key(&member,
					   "a derived persona has the `%s` of the one it "
					   "is like",
					   keys[i]);
	}
	return ok;
}

/* Nothing else of a derived persona is filled in later: an unfilled name would test nothing. */
static bool
is_literal(const struct draft *draft)
{
	struct node member;
	bool ok = true;

	if (!json_is_object(draft->node.value))
		return true;
	for (const char *key = NULL; node_next(&draft->node, &key, &member);) {
		if (strcmp(key, "password") != 0 && !template_is_constant(member.value))
			ok = node_fail(&member, "a derived persona cannot hold `${`");
	}
	return ok;
}

bool
personas_derive(const struct node *derived, const struct environment *environment,
		const struct persona_range *known, struct arena *arena, struct persona_range *out)
{
	struct drafts drafts = { .known = { *known,
					    { environment->personas, environment->persona_count } },
				 .arena = arena };
	bool ok = true;

	if (!begin(&drafts, derived))
		return false;
	for (size_t i = 0; i < drafts.count; i++) {
		struct draft *draft = &drafts.items[i];
		bool read = is_literal(draft) && read_draft(draft, arena) &&
			    read_password(draft, environment, arena);
		read = read && keeps_its_keys(draft);
		if (find_known(&drafts, draft->persona.name))
			read = node_fail_key(&draft->node, "the persona `%s` exists already",
					     draft->persona.name);
		ok &= read;
	}
	return ok && finish(&drafts, out);
}
