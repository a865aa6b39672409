#include "suite/environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/must.h"
#include "document/node.h"
#include "suite/environment_fill.h"
#include "suite/persona.h"
#include "suite/url.h"

#define LIFETIME_MS 3600000 /* of a token, where the environment says nothing */

static bool
fail_member(const struct node *object, const char *key, const char *sentence)
{
	struct node member;

	return node_member(object, key, &member) && node_fail(&member, "%s", sentence);
}

/* A URL below which requests are made. */
static bool
read_url(const struct node *object, const char *key, struct arena *arena, const char **out)
{
	const char *text = NULL;

	if (!node_text(object, key, REQUIRED, &text))
		return false;
	const char *mistake = url_mistake(text);
	if (mistake)
		return fail_member(object, key, mistake);
	size_t len = strlen(text);
	while (text[len - 1] == '/')
		len--;
	*out = arena_text(arena, text, len);
	return true;
}

static bool
allowed(const struct environment *environment, const char *host)
{
	for (size_t i = 0; i < environment->allow_host_count; i++) {
		if (strcasecmp(environment->allow_hosts[i], host) == 0)
			return true;
	}
	/* A host that is not known yet cannot be judged. */
	return strcmp(host, PLACE_HOLDER_HOST) == 0;
}

static bool
check_host(const struct node *object, const char *key, const char *url,
	   struct environment *environment)
{
	struct node member;
	const char *host = url_host(url, &environment->arena);

	if (allowed(environment, host) || !node_member(object, key, &member))
		return true;
	return node_fail(&member, "the host `%s` is not in `allow_hosts`", host);
}

static bool
read_hosts(const struct node *root, struct environment *environment)
{
	struct arena *arena = &environment->arena;

	if (!node_texts(root, "allow_hosts", OPTIONAL, arena, &environment->allow_hosts,
			&environment->allow_host_count))
		return false;
	if (!environment->base_url)
		return false;
	if (!environment->allow_hosts) {
		const char **hosts = ARENA_ARRAY(arena, 1, const char *);
		hosts[0] = url_host(environment->base_url, arena);
		environment->allow_hosts = hosts;
		environment->allow_host_count = 1;
	}
	return check_host(root, "base_url", environment->base_url, environment);
}

static bool
read_mint(const struct node *auth, struct environment *environment)
{
	static const char *const keys[] = { "secret", "issuer", "lifetime" };
	struct node mint;

	if (!node_member(auth, "mint", &mint))
		return true;
	if (!node_is_object(&mint))
		return false;
	bool ok = node_keys(&mint, keys, COUNTOF(keys));
	ok &= node_text(&mint, "secret", REQUIRED, &environment->secret);
	ok &= node_text(&mint, "issuer", OPTIONAL, &environment->issuer);
	ok &= node_duration(&mint, "lifetime", OPTIONAL, &environment->lifetime_ms);
	if (environment->lifetime_ms < 1000)
		ok = fail_member(&mint, "lifetime", "must be a second or more");
	return ok;
}

static bool
read_password(const struct node *auth, struct environment *environment)
{
	static const char *const keys[] = { "url", "apikey" };
	struct node password;

	if (!node_member(auth, "password", &password))
		return true;
	if (!node_is_object(&password))
		return false;
	bool ok = node_keys(&password, keys, COUNTOF(keys));
	ok &= node_text(&password, "apikey", OPTIONAL, &environment->apikey);
	if (!read_url(&password, "url", &environment->arena, &environment->password_url))
		return false;
	return ok && check_host(&password, "url", environment->password_url, environment);
}

static bool
read_auth(const struct node *root, struct environment *environment)
{
	static const char *const keys[] = { "mint", "password" };
	struct node auth;
	bool ok = true;

	environment->lifetime_ms = LIFETIME_MS;
	if (node_member(root, "auth", &auth) && (ok = node_is_object(&auth))) {
		ok = node_keys(&auth, keys, COUNTOF(keys));
		ok &= read_mint(&auth, environment);
		ok &= read_password(&auth, environment);
	}
	ok &= node_text(root, "apikey", OPTIONAL, &environment->apikey);
	if (!environment->issuer && environment->base_url) {
		size_t size = strlen(environment->base_url) + sizeof("/auth/v1");
		char *issuer = ARENA_ARRAY(&environment->arena, size, char);
		(void)snprintf(issuer, size, "%s/auth/v1", environment->base_url);
		environment->issuer = issuer;
	}
	return ok;
}

static bool
read_mutations(const struct node *root, struct environment *environment)
{
	struct node list;
	bool ok = true;

	if (!node_texts(root, "mutations", OPTIONAL, &environment->arena, &environment->mutations,
			&environment->mutation_count))
		return false;
	for (size_t i = 0; i < environment->mutation_count; i++) {
		if (uuid_valid(environment->mutations[i]) || !node_member(root, "mutations", &list))
			continue;
		struct node item = json_is_array(list.value) ? node_item(&list, i) : list;
		ok = node_fail(&item, "must be a UUID, not `%s`", environment->mutations[i]);
	}
	return ok;
}

/* `flags`: {NAME: true|false}, in a scenario also null, which is unset. */
static bool
read_flags(const struct node *object, bool unset_allowed, const json_t **out)
{
	struct node flags, flag;
	bool ok = true;

	if (!node_member(object, "flags", &flags))
		return true;
	if (!node_is_object(&flags))
		return false;
	for (const char *key = NULL; node_next(&flags, &key, &flag);) {
		if (json_is_boolean(flag.value) || (unset_allowed && json_is_null(flag.value)))
			continue;
		ok = node_fail(&flag, unset_allowed ? "must be `true`, `false` or `null` (unset)"
						    : "must be `true` or `false`");
	}
	*out = flags.value;
	return ok;
}

static bool
read_expect(const struct node *root, struct environment *environment)
{
	static const char *const keys[] = { "commit", "flags" };
	struct node expect;

	if (!node_member(root, "expect", &expect))
		return true;
	if (!node_is_object(&expect))
		return false;
	bool ok = node_keys(&expect, keys, COUNTOF(keys));
	ok &= node_text(&expect, "commit", OPTIONAL, &environment->expect_commit);
	ok &= read_flags(&expect, false, &environment->expect_flags);
	return ok;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
read_scenario(const struct node *node, struct environment *environment, struct scenario *scenario)
{
	static const char *const keys[] = { "flags", "outage", "base_url" };

	if (!node_is_object(node))
		return false;
	bool ok = node_keys(node, keys, COUNTOF(keys));
	ok &= read_flags(node, true, &scenario->flags);
	ok &= node_text(node, "outage", OPTIONAL, &scenario->outage);
	if (scenario->outage && strcmp(scenario->outage, "database") != 0)
		ok = fail_member(node, "outage", "must be `database`");
	if (!scenario->flags && !json_object_get(node->value, "outage"))
		ok = node_fail(node, "must say the state it stands for: `flags`, `outage` or both");
	if (!read_url(node, "base_url", &environment->arena, &scenario->base_url))
		return false;
	return ok && check_host(node, "base_url", scenario->base_url, environment);
}

static bool
read_scenarios(const struct node *root, struct environment *environment)
{
	struct node list;
	bool ok = true;

	if (!node_member(root, "scenarios", &list))
		return true;
	if (!json_is_array(list.value))
		return node_is_array(&list);
	size_t count = json_array_size(list.value);
	struct scenario *scenarios = ARENA_ARRAY(&environment->arena, count, struct scenario);
	for (size_t i = 0; i < count; i++) {
		struct node item = node_item(&list, i);
		bool read = read_scenario(&item, environment, &scenarios[i]);
		ok &= read;
		for (size_t k = 0; read && k < i; k++) {
			if (same_text(scenarios[k].outage, scenarios[i].outage) &&
			    (scenarios[k].flags == scenarios[i].flags ||
			     json_equal(scenarios[k].flags, scenarios[i].flags)))
				ok = node_fail(&item, "the same state as scenario %zu", k + 1);
		}
	}
	environment->scenarios = scenarios;
	environment->scenario_count = count;
	return ok;
}

static bool
read_personas(const struct node *root, const json_t *written, struct environment *environment)
{
	struct persona_range range;
	struct node personas;

	if (!node_member(root, "personas", &personas))
		return true;
	if (!personas_read(&personas, json_object_get(written, "personas"), &environment->arena,
			   &range))
		return false;
	environment->personas = range.items;
	environment->persona_count = range.count;
	for (size_t i = 0; i < environment->persona_count; i++) {
		const struct persona *persona = &environment->personas[i];
		struct node node;
		if (persona->password && !environment->password_url &&
		    node_member(&personas, persona->name, &node))
			return node_fail(&node,
					 "the persona `%s` has a password, but there is no "
					 "`auth.password.url` to log in at",
					 persona->name);
	}
	return true;
}

static bool
read_environment(const struct node *root, const json_t *written, struct environment *environment)
{
	static const char *const keys[] = { "environment", "base_url", "allow_hosts", "database",
					    "auth",        "apikey",   "yacht",       "mutations",
					    "within",      "expect",   "personas",    "scenarios",
					    "throw_away" };
	struct arena *arena = &environment->arena;
	bool ok = node_keys(root, keys, COUNTOF(keys));

	ok &= node_text(root, "environment", REQUIRED, &environment->name);
	ok &= read_url(root, "base_url", arena, &environment->base_url);
	ok &= read_hosts(root, environment);
	ok &= node_text(root, "database", OPTIONAL, &environment->database);
	ok &= read_auth(root, environment);
	ok &= node_uuid(root, "yacht", arena, &environment->yacht);
	ok &= read_mutations(root, environment);
	ok &= node_boolean(root, "throw_away", OPTIONAL, &environment->throw_away);
	ok &= node_duration(root, "within", OPTIONAL, &environment->within_ms);
	ok &= read_expect(root, environment);
	ok &= read_personas(root, written, environment);
	ok &= read_scenarios(root, environment);
	return ok;
}

static bool
load(struct environment *environment, const struct embedded_values *embedded, struct errors *errors)
{
	struct node root = node_root(environment->document, errors);
	bool filled;

	if (!node_is_object(&root))
		return false;
	json_t *written = environment_fill(environment, embedded, errors, &filled);
	root = node_root(environment->document, errors);
	bool ok = read_environment(&root, written, environment);
	json_decref(written);
	return ok && filled;
}

struct environment *
environment_load(const char *path, struct secrets *secrets, const struct embedded_values *embedded,
		 bool check_only, struct errors *errors)
{
	size_t noted = errors->count;
	struct document *document = document_load(path, errors);

	if (!document)
		return NULL;
	struct environment *environment = must(calloc(1, sizeof(*environment)));
	environment->document = document;
	environment->secrets = secrets;
	environment->check_only = check_only;
	if (!load(environment, embedded, errors)) {
		errors_sort(errors, noted);
		environment_free(environment);
		return NULL;
	}
	return environment;
}

void
environment_free(struct environment *environment)
{
	if (!environment)
		return;
	document_free(environment->document);
	arena_release(&environment->arena);
	free(environment);
}

const struct persona *
environment_persona(const struct environment *environment, const char *name)
{
	for (size_t i = 0; i < environment->persona_count; i++) {
		if (strcmp(environment->personas[i].name, name) == 0)
			return &environment->personas[i];
	}
	return NULL;
}

bool
environment_may_mutate(const struct environment *environment, const char *yacht)
{
	for (size_t i = 0; yacht && i < environment->mutation_count; i++) {
		if (strcasecmp(environment->mutations[i], yacht) == 0)
			return true;
	}
	return false;
}
