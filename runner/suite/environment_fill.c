#include "suite/environment_fill.h"

#include <stdio.h>
#include <string.h>

#include "suite/template.h"

struct filler {
	struct environment *environment;
	const struct embedded_values *embedded;
	const char *base_url; /* NULL until it is known */
	bool vague;           /* the text being filled took a place-holder */
	bool ok;
};

/* What stands for a value that is not known, by the key it belongs to. */
static const struct {
	const char *key, *value;
} place_holders[] = {
	{ "base_url", "http://" PLACE_HOLDER_HOST },
	{ "url", "http://" PLACE_HOLDER_HOST },
	{ "allow_hosts", PLACE_HOLDER_HOST },
	{ "user", "00000000-0000-0000-0000-000000000000" },
	{ "yacht", "00000000-0000-0000-0000-000000000000" },
	{ "mutations", "00000000-0000-0000-0000-000000000000" },
	{ "lifetime", "1h" },
	{ "within", "1h" },
	{ "token", "valid" },
	{ "outage", "database" },
};

static json_t *
place_holder(const char *key)
{
	for (size_t i = 0; i < COUNTOF(place_holders); i++) {
		if (strcmp(key, place_holders[i].key) == 0)
			return json_string(place_holders[i].value);
	}
	return json_string("place-holder");
}

/* A value, or a place-holder where only the file is checked. */
static json_t *
known_or_vague(struct filler *filler, const char *value)
{
	if (value)
		return json_string(value);
	filler->vague = true;
	return json_string("");
}

static json_t *
embedded_value(struct filler *filler, const char *name)
{
	const struct embedded_values *embedded = filler->embedded;
	bool known = embedded != NULL;

	filler->environment->embedded = true;
	if (strcmp(name, "base_url") == 0)
		return known_or_vague(filler, known ? embedded->base_url : NULL);
	if (strcmp(name, "database") == 0)
		return known_or_vague(filler, known ? embedded->database : NULL);
	if (strcmp(name, "commit") == 0)
		return known_or_vague(filler, known ? embedded->commit : NULL);
	return NULL;
}

/* What is exported can be any bytes. */
static json_t *
text_value(const char *name, const char *value, struct error *err)
{
	json_t *text = json_string(value);

	if (!text)
		error_set(err, ERROR_SUITE, "the value of `%s` is not UTF-8", name);
	return text;
}

/* `name` begins with "secret.". */
static json_t *
secret_value(struct filler *filler, const char *name, struct error *err)
{
	struct secrets *secrets = filler->environment->secrets;

	if (filler->environment->check_only && !secrets_config(secrets, name + 7))
		return known_or_vague(filler, NULL);
	const char *value = secrets_secret(secrets, name + 7, err);
	return value ? text_value(name, value, err) : NULL;
}

/* `name` begins with "env.". */
static json_t *
config_value(struct filler *filler, const char *name, struct error *err)
{
	const char *value = secrets_config(filler->environment->secrets, name + 4);

	if (value)
		return text_value(name, value, err);
	if (filler->environment->check_only)
		return known_or_vague(filler, NULL);
	error_set(err, ERROR_SUITE, "`%s` is not set: export it or name it in --env-file", name);
	return NULL;
}

/* A template_lookup_fn over a struct filler. */
static json_t *
look_up(void *arg, const char *name, struct error *err)
{
	struct filler *filler = arg;
	json_t *value = NULL;

	if (strcmp(name, "base_url") == 0 && filler->base_url)
		return json_string(filler->base_url);
	if (strcmp(name, "base_url") == 0)
		error_set(err, ERROR_SUITE, "`base_url` cannot be made of itself");
	else if (strncmp(name, "env.", 4) == 0 && name[4])
		value = config_value(filler, name, err);
	else if (strncmp(name, "secret.", 7) == 0 && name[7])
		value = secret_value(filler, name, err);
	else if (strncmp(name, "embedded.", 9) == 0)
		value = embedded_value(filler, name + 9);
	if (!value && err->code == ERROR_NONE)
		error_set(err, ERROR_SUITE,
			  "`${%s}` is none of `${env.NAME}`, `${secret.NAME}`, `${base_url}`, "
			  "`${embedded.base_url}`, `${embedded.database}`, `${embedded.commit}`",
			  name);
	return value;
}

static json_t *
fill_text(struct filler *filler, const struct node *node, const char *key)
{
	struct error err = { 0 };

	filler->vague = false;
	json_t *filled = template_fill_with(node->value, TEMPLATE_WHOLE, look_up, filler, &err);
	if (filled && !filler->vague)
		return filled;
	json_decref(filled);
	if (!filled)
		filler->ok = node_fail_with(node, &err);
	return place_holder(key);
}

/* `key`: of the nearest enclosing member. */
static json_t *
fill_node(struct filler *filler, const struct node *node, const char *key)
{
	struct node member;

	if (json_is_object(node->value)) {
		json_t *filled = json_object();
		for (const char *name = NULL; node_next(node, &name, &member);)
			json_object_set_new(filled, name, fill_node(filler, &member, name));
		return filled;
	}
	if (json_is_array(node->value)) {
		json_t *filled = json_array();
		for (size_t i = 0; i < json_array_size(node->value); i++) {
			member = node_item(node, i);
			json_array_append_new(filled, fill_node(filler, &member, key));
		}
		return filled;
	}
	if (!json_is_string(node->value))
		return json_deep_copy(node->value);
	if (strcmp(node->pointer, "/base_url") == 0)
		return json_string(filler->base_url);
	return fill_text(filler, node, key);
}

const char *
secret_name(const json_t *value, struct arena *arena)
{
	const char *text = json_string_value(value);
	size_t len = text ? strlen(text) : 0;

	if (len < 11 || strncmp(text, "${secret.", 9) != 0 || strchr(text, '}') != text + len - 1)
		return NULL;
	return arena_text(arena, text + 9, len - 10);
}

/* Where a secret belongs there must be its name. */
static bool
named(const struct node *object, const char *key, struct arena *arena)
{
	struct node member;

	if (!node_member(object, key, &member) || secret_name(member.value, arena))
		return true;
	return node_fail(&member, "a secret is named, never written: `%s: ${secret.NAME}`", key);
}

static bool
persona_named(const struct node *persona, struct arena *arena)
{
	static const char *const keys[] = { "password", "pin", "totp" };
	bool ok = true;

	for (size_t i = 0; i < COUNTOF(keys); i++)
		ok &= named(persona, keys[i], arena);
	return ok;
}

/* A connection text with a password in it: `postgresql://user:...@host` or `password=...`. */
static bool
holds_password(const char *conninfo)
{
	const char *user = strstr(conninfo, "://");
	const char *word = strstr(conninfo, "password=");

	if (word)
		return strncmp(word + 9, "${", 2) != 0;
	if (!user)
		return false;
	user += 3;
	size_t len = strcspn(user, "/?");
	const char *colon = memchr(user, ':', len), *at = memchr(user, '@', len);
	return colon && at && colon < at && strncmp(colon + 1, "${", 2) != 0;
}

/* All places of secrets; false when a literal stands in one. */
static bool
secrets_named(const struct node *root, struct environment *environment)
{
	struct arena *arena = &environment->arena;
	struct node auth, part, personas, persona, database;
	bool ok = named(root, "apikey", arena);

	if (node_member(root, "auth", &auth) && node_member(&auth, "mint", &part)) {
		ok &= named(&part, "secret", arena);
		environment->secret_name =
			secret_name(json_object_get(part.value, "secret"), arena);
	}
	if (node_member(root, "auth", &auth) && node_member(&auth, "password", &part))
		ok &= named(&part, "apikey", arena);
	if (node_member(root, "personas", &personas)) {
		for (const char *key = NULL; node_next(&personas, &key, &persona);)
			ok &= persona_named(&persona, arena);
	}
	if (node_member(root, "database", &database) && json_is_string(database.value) &&
	    holds_password(json_string_value(database.value)))
		ok = node_fail(&database,
			       "a password is named, never written: use `${secret.NAME}`");
	return ok;
}

/* What `${base_url}` stands for, without a slash at its end. */
static void
fill_base_url(struct filler *filler, const struct node *root)
{
	struct node member;

	if (!node_member(root, "base_url", &member) || !json_is_string(member.value)) {
		filler->base_url = "http://" PLACE_HOLDER_HOST;
		return;
	}
	json_t *filled = fill_text(filler, &member, "base_url");
	const char *text = json_string_value(filled);
	size_t len = strlen(text);
	while (len > 0 && text[len - 1] == '/')
		len--;
	filler->base_url = arena_text(&filler->environment->arena, text, len);
	json_decref(filled);
}

json_t *
environment_fill(struct environment *environment, const struct embedded_values *embedded,
		 struct errors *errors, bool *ok)
{
	struct filler filler = { .environment = environment, .embedded = embedded, .ok = true };
	struct document *document = environment->document;
	struct node root = node_root(document, errors);
	json_t *written = document->root;

	*ok = secrets_named(&root, environment);
	fill_base_url(&filler, &root);
	document->root = fill_node(&filler, &root, "");
	*ok &= filler.ok;
	return written;
}
