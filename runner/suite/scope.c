#include "suite/scope.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "document/node.h"
#include "suite/environment.h"
#include "suite/lens.h"
#include "suite/suite.h"

#define VARS_DEPTH 8

/* Values that are there, or a sentence that says why not. */
static json_t *
text_or(const char *text, struct error *err, const char *sentence)
{
	if (text)
		return json_string(text);
	error_set(err, ERROR_SUITE, "%s", sentence);
	return NULL;
}

static const char *
yacht_of(const struct scope *scope, const struct persona *persona)
{
	if (persona->yacht)
		return persona->yacht;
	return scope->environment ? scope->environment->yacht : NULL;
}

static json_t *
persona_field(const struct scope *scope, const struct persona *persona, const char *field,
	      struct error *err)
{
	static const char *const names[] = { "user", "role", "email", "yacht", "name" };
	const char *const values[] = { persona->user, persona->role, persona->email,
				       yacht_of(scope, persona), persona->name };

	for (size_t i = 0; i < COUNTOF(names); i++) {
		if (strcmp(field, names[i]) != 0)
			continue;
		if (!values[i])
			error_set(err, ERROR_SUITE, "the persona `%s` has no %s", persona->name,
				  field);
		return values[i] ? json_string(values[i]) : NULL;
	}
	const char *near = nearest_name(field, names, COUNTOF(names));
	error_set(err, ERROR_SUITE, "a persona has no `%s`%s%s%s", field,
		  near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
	return NULL;
}

static json_t *
own_persona(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	if (!lookup->scope->persona) {
		error_set(err, ERROR_SUITE, "`${persona.%s}`: this step has no persona", rest);
		return NULL;
	}
	return persona_field(lookup->scope, lookup->scope->persona, rest, err);
}

static const struct persona *
persona_find(const struct scope *scope, const char *name)
{
	for (size_t i = 0; scope->suite && i < scope->suite->derived_count; i++) {
		if (strcmp(scope->suite->derived[i].name, name) == 0)
			return &scope->suite->derived[i];
	}
	return scope->environment ? environment_persona(scope->environment, name) : NULL;
}

static json_t *
other_persona(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	char name[64];
	size_t len = strcspn(rest, ".");
	const struct persona *persona = NULL;

	if (len < sizeof(name) && rest[len] == '.') {
		memcpy(name, rest, len);
		name[len] = '\0';
		persona = persona_find(lookup->scope, name);
	}
	if (persona)
		return persona_field(lookup->scope, persona, rest + len + 1, err);
	error_set(err, ERROR_SUITE, "`${personas.%s}`: there is no persona `%.*s`", rest, (int)len,
		  rest);
	return NULL;
}

static json_t *
lens_name(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	(void)rest;
	return text_or(lookup->scope->lens ? lookup->scope->lens->name : NULL, err,
		       "`${lens.name}`: the suite names no lens");
}

static json_t *
environment_name(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	(void)rest;
	return text_or(lookup->scope->environment ? lookup->scope->environment->name : NULL, err,
		       "`${environment.name}`: there is no environment");
}

static json_t *
base_url(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	(void)rest;
	return text_or(lookup->scope->environment ? lookup->scope->environment->base_url : NULL,
		       err, "`${base_url}`: there is no environment");
}

static json_t *
yacht(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	(void)rest;
	return text_or(lookup->scope->environment ? lookup->scope->environment->yacht : NULL, err,
		       "`${yacht}`: the environment names no `yacht`");
}

static json_t *
apikey(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	(void)rest;
	return text_or(lookup->scope->apikey, err, "`${apikey}`: the environment has no `apikey`");
}

static json_t *
run_id(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	(void)rest;
	return text_or(lookup->scope->run_id, err, "`${run.id}`: there is no run");
}

static json_t *
unique(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	const char *own = lookup->scope->unique;

	if (!own || *rest == '\0')
		return text_or(own, err, "`${unique}`: there is no case");
	return json_sprintf("%s-%s", own, rest);
}

/* Configuration and secrets by name. */
static json_t *
config(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	const struct environment *environment = lookup->scope->environment;
	const char *value = environment && environment->secrets
				    ? secrets_config(environment->secrets, rest)
				    : NULL;

	if (value)
		return json_string(value);
	error_set(err, ERROR_SUITE, "`env.%s` is not set: export it or name it in --env-file",
		  rest);
	return NULL;
}

static json_t *
secret(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	const struct environment *environment = lookup->scope->environment;

	if (!environment || !environment->secrets) {
		error_set(err, ERROR_SUITE, "`secret.%s`: there is no environment", rest);
		return NULL;
	}
	const char *value = secrets_secret(environment->secrets, rest, err);
	return value ? json_string(value) : NULL;
}

static json_t *
copy_or(const json_t *value, struct error *err, const char *name, const char *sentence)
{
	if (value)
		return json_deep_copy(value);
	error_set(err, ERROR_SUITE, "`${%s}`: %s", name, sentence);
	return NULL;
}

static json_t *
command_line(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	const json_t *value = json_object_get(lookup->scope->vars, rest);

	if (value)
		return json_deep_copy(value);
	error_set(err, ERROR_SUITE, "`var.%s` is not set: give it with --var %s=VALUE", rest, rest);
	return NULL;
}

static json_t *
payload(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	char name[160];

	(void)snprintf(name, sizeof(name), "payload.%s", rest);
	return copy_or(template_walk(lookup->scope->payload, rest), err, name,
		       "the request's payload has no such member");
}

static json_t *
reply(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	char name[160];

	(void)snprintf(name, sizeof(name), "reply.%s", rest);
	return copy_or(template_walk(lookup->scope->reply, rest), err, name,
		       "the reply's body has no such member");
}

/* "-2h", "+1d" or nothing, in microseconds; at most a hundred years. */
static bool
offset_parse(const char *text, int64_t *us)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
	const int64_t most = (int64_t)36525 * 86400;
	const char *digits = text + 1;
	size_t len = *text ? strspn(digits, "0123456789") : 0;

	*us = 0;
	if (*text == '\0')
		return true;
	if (len == 0 || len > 12)
		return false;
	for (size_t i = 0; i < COUNTOF(units); i++) {
		int64_t number = strtoll(digits, NULL, 10);
		if (strcmp(digits + len, units[i].unit) != 0 || number > most / units[i].seconds)
			continue;
		*us = number * units[i].seconds * 1000000 * (*text == '-' ? -1 : 1);
		return true;
	}
	return false;
}

static json_t *
now(const struct scope_lookup *lookup, const char *rest, struct error *err)
{
	char text[CLOCK_TEXT_BYTES];
	int64_t us;

	(void)lookup;
	if (!offset_parse(rest, &us)) {
		error_set(err, ERROR_SUITE,
			  "`${now%s}` must be `now`, or end in a duration such as `-2h` or `+1d`",
			  rest);
		return NULL;
	}
	clock_text(clock_wall_us() + us, text);
	return json_string(text);
}

/* What is always there. A name that ends in `.` or `now` takes what follows it. */
static const struct known {
	const char *name;
	json_t *(*value)(const struct scope_lookup *lookup, const char *rest, struct error *err);
} known[] = {
	{ "persona.", own_persona },
	{ "personas.", other_persona },
	{ "lens.name", lens_name },
	{ "environment.name", environment_name },
	{ "environment.base_url", base_url },
	{ "base_url", base_url },
	{ "yacht", yacht },
	{ "apikey", apikey },
	{ "run.id", run_id },
	{ "unique", unique },
	{ "unique.", unique },
	{ "env.", config },
	{ "secret.", secret },
	{ "var.", command_line },
	{ "payload.", payload },
	{ "reply.", reply },
	{ "now", now },
	{ "now+", now },
	{ "now-", now },
};

static const struct known *
known_find(const char *name, const char **rest)
{
	for (size_t i = 0; i < COUNTOF(known); i++) {
		size_t len = strlen(known[i].name);
		char last = known[i].name[len - 1];
		if (strncmp(name, known[i].name, len) != 0)
			continue;
		*rest = last == '+' || last == '-' ? name + len - 1 : name + len;
		if (last == '.' ? **rest != '\0' : (last == '+' || last == '-' || !**rest))
			return &known[i];
	}
	return NULL;
}

/* A capture, of this case or one it needs: by its whole name, or a path into it. */
static const json_t *
capture_find(const struct scope *scope, const char *name)
{
	const json_t *value = json_object_get(scope->captures, name);

	for (size_t i = 0; !value && i < scope->needed_count; i++)
		value = json_object_get(scope->needed[i], name);
	if (!value)
		value = template_walk(scope->captures, name);
	for (size_t i = 0; !value && i < scope->needed_count; i++)
		value = template_walk(scope->needed[i], name);
	return value;
}

static json_t *
var_value(const struct scope_lookup *lookup, const char *name, struct error *err)
{
	const json_t *value = template_walk(lookup->scope->suite->vars, name);
	struct scope_lookup deeper = { lookup->scope, lookup->depth + 1 };

	if (!value)
		return NULL;
	if (deeper.depth > VARS_DEPTH) {
		error_set(err, ERROR_SUITE, "`${%s}` leads back to itself in `vars`", name);
		return NULL;
	}
	return template_fill_with(value, TEMPLATE_WHOLE, scope_value, &deeper, err);
}

static void
add_keys(const json_t *mapping, const char **names, size_t room, size_t *count)
{
	struct node node = { .value = mapping }, member;

	for (const char *key = NULL; json_is_object(mapping) && node_next(&node, &key, &member);) {
		if (*count < room)
			names[(*count)++] = key;
	}
}

static void
fail_unknown(const struct scope *scope, const char *name, struct error *err)
{
	const char *names[256];
	size_t count = 0;

	for (size_t i = 0; i < COUNTOF(known); i++) {
		if (!strchr(".+-", known[i].name[strlen(known[i].name) - 1]))
			names[count++] = known[i].name;
	}
	add_keys(scope->captures, names, COUNTOF(names), &count);
	for (size_t i = 0; i < scope->needed_count; i++)
		add_keys(scope->needed[i], names, COUNTOF(names), &count);
	if (scope->suite)
		add_keys(scope->suite->vars, names, COUNTOF(names), &count);
	const char *near = nearest_name(name, names, count);
	if (near)
		error_set(err, ERROR_SUITE, "`${%s}` has no value here; did you mean `${%s}`?",
			  name, near);
	else
		error_set(err, ERROR_SUITE, "`${%s}` has no value here", name);
}

json_t *
scope_value(void *arg, const char *name, struct error *err)
{
	const struct scope_lookup *lookup = arg;
	const char *rest = NULL;
	const struct known *row = known_find(name, &rest);

	if (row)
		return row->value(lookup, rest, err);
	const json_t *value = capture_find(lookup->scope, name);
	if (value)
		return json_deep_copy(value);
	if (lookup->scope->suite && lookup->scope->suite->vars) {
		json_t *var = var_value(lookup, name, err);
		if (var || err->code != ERROR_NONE)
			return var;
	}
	fail_unknown(lookup->scope, name, err);
	return NULL;
}
