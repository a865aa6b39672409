#include "scaffold/outline.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "document/node.h"
#include "scaffold/stencil.h"
#include "scaffold/wording.h"
#include "scaffold/yaml_text.h"
#include "suite/lens.h"

#define PART_BYTES (64UL << 10)
#define NAME_BYTES 128

static const char lens_head[] = {
#include "scaffold/lens.yaml.inc"
};

static bool
contains(const json_t *texts, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(texts, i, item)
	{
		if (strcmp(json_string_value(item), text) == 0)
			return true;
	}
	return false;
}

/* Somebody of the environment's own yacht, with a good token of their own. */
static bool
is_here(const struct environment *environment, const struct persona *persona)
{
	return persona->token == TOKEN_VALID && !persona->claims &&
	       (!persona->yacht || !environment->yacht ||
		strcmp(persona->yacht, environment->yacht) == 0);
}

void
outline_init(struct outline *outline, const char *name, const char *source,
	     const struct environment *environment)
{
	*outline = (struct outline){ .name = name,
				     .domain = name,
				     .environment = environment,
				     .source = source,
				     .roles = json_array(),
				     .actions = json_object() };
	for (size_t i = 0; i < environment->persona_count; i++) {
		const struct persona *persona = &environment->personas[i];

		if (persona->role && is_here(environment, persona) &&
		    !contains(outline->roles, persona->role))
			json_array_append_new(outline->roles, json_string(persona->role));
	}
}

void
outline_release(struct outline *outline)
{
	json_decref(outline->roles);
	json_decref(outline->actions);
	*outline = (struct outline){ 0 };
}

/* Without a persona of it nobody could try what a role may do. */
static bool
roles_known(const struct outline *outline, const char *name, const json_t *allow,
	    struct errors *errors)
{
	const json_t *role;
	bool ok = true;
	size_t i;

	json_array_foreach(allow, i, role)
	{
		if (!contains(outline->roles, json_string_value(role)))
			ok = error_set(
				errors_new(errors), ERROR_SUITE,
				"unknown role `%s`: it may run %s, and environment %s has no "
				"persona of this role",
				json_string_value(role), name, outline->environment->name);
	}
	return ok;
}

/* A payload of which only the names are known. */
static json_t *
places_for(const json_t *required)
{
	json_t *payload = json_object();

	for (size_t i = 0; i < json_array_size(required); i++)
		json_object_set_new(payload, json_string_value(json_array_get(required, i)),
				    json_string(LENS_FILL_IN));
	return payload;
}

bool
outline_add(struct outline *outline, const struct outline_action *action, struct errors *errors)
{
	bool ok = roles_known(outline, action->name, action->allow, errors);

	if (json_object_get(outline->actions, action->name))
		ok = error_set(errors_new(errors), ERROR_SUITE, "%s is there twice", action->name);
	json_t *made = json_pack("{s:s, s:o, s:o}", "variant", action->variant, "allow",
				 action->allow, "required", action->required);
	json_object_set_new(made, "payload",
			    action->payload ? action->payload : places_for(action->required));
	json_object_set_new(
		made, "refusal",
		json_pack("{s:i, s:s}", "status", 403, "error", "INSUFFICIENT_PERMISSIONS"));
	if (strcmp(action->variant, "READ") != 0)
		json_object_set_new(made, "writes", json_string(LENS_FILL_IN));
	if (ok)
		json_object_set(outline->actions, action->name, made);
	json_decref(made);
	return ok;
}

static const json_t *
listed(const json_t *seen, const char *name)
{
	const json_t *actions = json_object_get(json_object_get(seen, "list"), "actions"), *action;
	size_t i;

	json_array_foreach(actions, i, action)
	{
		const char *id = json_string_value(json_object_get(action, "action_id"));

		if (id && strcmp(id, name) == 0)
			return action;
	}
	return NULL;
}

/* The list shows a role what it may run: both have to say the same. */
static bool
agree(const json_t *lists, const char *name, const json_t *allow, struct errors *errors)
{
	const json_t *seen;
	bool ok = true;
	size_t i;

	json_array_foreach(lists, i, seen)
	{
		const char *role = json_string_value(json_object_get(seen, "role"));
		bool shown = listed(seen, name) != NULL;

		if (shown != contains(allow, role))
			ok = error_set(errors_new(errors), ERROR_SUITE,
				       "the list contradicts itself: %s is %s to %s (%s), and its "
				       "`allowed_roles` %s this role",
				       name, shown ? "shown" : "not shown",
				       json_string_value(json_object_get(seen, "persona")), role,
				       shown ? "lack" : "have");
	}
	return ok;
}

/* An array of texts, whatever else was there left out; a new reference. */
static json_t *
texts_of(const json_t *action, const char *key)
{
	const json_t *item, *list = json_object_get(action, key);
	json_t *texts = json_array();
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (json_is_string(item))
			json_array_append(texts, node_writable(item));
	}
	return texts;
}

static bool
is_variant(const char *text)
{
	return text && (strcmp(text, "READ") == 0 || strcmp(text, "MUTATE") == 0 ||
			strcmp(text, "SIGNED") == 0);
}

static bool
add_listed(struct outline *outline, const json_t *action, const json_t *lists,
	   struct errors *errors)
{
	const char *name = json_string_value(json_object_get(action, "action_id"));
	const char *variant = json_string_value(json_object_get(action, "variant"));

	if (!name)
		return error_set(errors_new(errors), ERROR_SUITE,
				 "the list holds an action without `action_id`");
	if (json_object_get(outline->actions, name))
		return true;
	if (!is_variant(variant))
		return error_set(
			errors_new(errors), ERROR_SUITE,
			"the list calls the variant of %s `%s`: READ, MUTATE and SIGNED are "
			"known",
			name, variant ? variant : "nothing");
	json_t *allow = texts_of(action, "allowed_roles");
	if (!agree(lists, name, allow, errors)) {
		json_decref(allow);
		return false;
	}
	const struct outline_action found = { .name = name,
					      .variant = variant,
					      .allow = allow,
					      .required = texts_of(action, "required_fields") };
	return outline_add(outline, &found, errors);
}

bool
outline_survey(struct outline *outline, const json_t *lists, struct errors *errors)
{
	const json_t *seen, *action;
	bool ok = true;
	size_t i, k;

	json_array_foreach(lists, i, seen)
	{
		const json_t *actions = json_object_get(json_object_get(seen, "list"), "actions");

		json_array_foreach(actions, k, action)
		{
			ok &= add_listed(outline, action, lists, errors);
		}
	}
	if (ok && json_object_size(outline->actions) == 0)
		return error_set(errors_new(errors), ERROR_SUITE,
				 "the service lists no action in the domain %s to anybody",
				 outline->domain);
	return ok;
}

/* Who stands for a role, where the persona has another name: the first of the environment. */
static json_t *
stand_ins(const struct outline *outline)
{
	const struct environment *environment = outline->environment;
	json_t *people = json_object();

	for (size_t i = 0; i < environment->persona_count; i++) {
		const struct persona *persona = &environment->personas[i];

		if (persona->role && is_here(environment, persona) &&
		    !json_object_get(people, persona->role))
			json_object_set_new(people, persona->role, json_string(persona->name));
	}
	for (size_t i = 0; i < json_array_size(outline->roles); i++) {
		const char *role = json_string_value(json_array_get(outline->roles, i));
		const char *name = json_string_value(json_object_get(people, role));

		if (name && strcmp(name, role) == 0)
			json_object_del(people, role);
	}
	return people;
}

/* Known to the target, and without a role there. */
static json_t *
roleless(const struct environment *environment)
{
	json_t *names = json_array();

	for (size_t i = 0; i < environment->persona_count; i++) {
		const struct persona *persona = &environment->personas[i];

		if (!persona->role && persona->user && !persona->like &&
		    is_here(environment, persona))
			json_array_append_new(names, json_string(persona->name));
	}
	return names;
}

/* The flags that the environment states and that begin with the lens's name. */
static json_t *
flags_of(const struct outline *outline)
{
	json_t *flags = json_array(), *value;
	char upper[NAME_BYTES];
	const char *name;

	(void)snprintf(upper, sizeof(upper), "%s_", outline->name);
	for (char *at = upper; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	json_object_foreach(node_writable(outline->environment->expect_flags), name, value)
	{
		if (strncmp(name, upper, strlen(upper)) == 0)
			json_array_append_new(flags, json_string(name));
	}
	return flags;
}

static json_t *
people_of(const struct outline *outline)
{
	json_t *people = json_object(), *flags = flags_of(outline);
	json_t *stand_in = stand_ins(outline), *without = roleless(outline->environment);

	if (json_array_size(flags) > 0)
		json_object_set(people, "flags", flags);
	json_object_set(people, "roles", outline->roles);
	if (json_object_size(stand_in) > 0)
		json_object_set(people, "personas", stand_in);
	if (json_array_size(without) > 0)
		json_object_set(people, "without_role", without);
	json_decref(flags);
	json_decref(stand_in);
	json_decref(without);
	return people;
}

void
outline_write(const struct outline *outline, struct buf *out)
{
	json_t *people = people_of(outline);
	json_t *actions = json_pack("{s:O}", "actions", outline->actions);
	struct buf part;

	buf_init(&part, PART_BYTES);
	yaml_text_members(&part, people, 0);
	json_t *words = json_pack("{s:s, s:s, s:s, s:s, s:o}", "lens", outline->name, "domain",
				  outline->domain, "source", outline->source, "people", part.text,
				  "title_lower", wording_title(outline->name));
	stencil_fill(out, lens_head, words);
	yaml_text_members(out, actions, 0);
	buf_release(&part);
	json_decref(words);
	json_decref(actions);
	json_decref(people);
}
