#include "suite/reference.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "suite/cast.h"
#include "suite/environment.h"
#include "suite/secrets.h"
#include "suite/spelling.h"
#include "suite/suite.h"
#include "suite/template.h"

static const char *const persona_members[] = { "user", "role", "email", "yacht", "name" };

/* The text that is being looked at. */
struct text {
	const struct references *references;
	const struct node *node;
};

typedef bool head_fn(const struct text *text, const char *name, const char *rest);

static bool
one_of(const struct text *text, const char *name, const char *const *known, size_t count)
{
	const char *member = strrchr(name, '.') + 1;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(known[i], member) == 0)
			return true;
	}
	const char *near = nearest_name(member, known, count);
	if (near)
		return node_fail(text->node, "nothing is called `%s`; did you mean `%.*s%s`?", name,
				 (int)(member - name), name, near);
	return node_fail(text->node, "nothing is called `%s`", name);
}

static bool
is_persona(const struct text *text, const char *name, const char *rest)
{
	(void)rest;
	if (!text->references->has_persona)
		return node_fail(text->node, "`%s`: there is no persona here", name);
	return one_of(text, name, persona_members, COUNTOF(persona_members));
}

static bool
is_other_persona(const struct text *text, const char *name, const char *rest)
{
	const struct references *references = text->references;
	const char *dot = strchr(rest, '.');
	char persona[64];

	if (!dot || dot == rest || (size_t)(dot - rest) >= sizeof(persona))
		return node_fail(text->node, "`%s` must be `personas.NAME.MEMBER`", name);
	(void)snprintf(persona, sizeof(persona), "%.*s", (int)(dot - rest), rest);
	if (references->environment &&
	    !suite_persona(references->suite, references->environment, persona))
		return cast_unknown(text->node, references->suite, references->environment,
				    persona);
	return one_of(text, name, persona_members, COUNTOF(persona_members));
}

static bool
is_lens(const struct text *text, const char *name, const char *rest)
{
	static const char *const members[] = { "name" };

	(void)rest;
	if (!text->references->has_lens)
		return node_fail(text->node, "`%s`: this suite names no lens", name);
	return one_of(text, name, members, COUNTOF(members));
}

static bool
is_environment(const struct text *text, const char *name, const char *rest)
{
	static const char *const members[] = { "name", "base_url" };

	(void)rest;
	return one_of(text, name, members, COUNTOF(members));
}

static bool
is_run(const struct text *text, const char *name, const char *rest)
{
	static const char *const members[] = { "id" };

	(void)rest;
	return one_of(text, name, members, COUNTOF(members));
}

static bool
is_named(const struct text *text, const char *name, const char *rest)
{
	return *rest != '\0' || node_fail(text->node, "`%s` names nothing", name);
}

/* What a suite names as a secret is one from the start, not only when its step comes: what was
 * written before could hold it. One that is not set is an error when its step comes. */
static bool
is_secret(const struct text *text, const char *name, const char *rest)
{
	const struct environment *environment = text->references->environment;
	struct error ignored = { 0 };

	if (environment && environment->secrets && !environment->check_only)
		(void)secrets_secret(environment->secrets, rest, &ignored);
	return is_named(text, name, rest);
}

static bool
is_payload(const struct text *text, const char *name, const char *rest)
{
	if (!text->references->has_payload)
		return node_fail(text->node, "`%s` is known only in a lens, once a payload is sent",
				 name);
	return is_named(text, name, rest);
}

static bool
is_reply(const struct text *text, const char *name, const char *rest)
{
	if (!text->references->has_reply)
		return node_fail(text->node, "`%s` is known only in a lens, once a reply is there",
				 name);
	return is_named(text, name, rest);
}

static bool
is_embedded(const struct text *text, const char *name, const char *rest)
{
	(void)rest;
	return node_fail(text->node, "`%s` is known only in an environment file", name);
}

static bool
is_axis(const struct text *text, const char *name, const char *rest)
{
	(void)rest;
	return node_fail(text->node, "`%s`: the case has no such axis", name);
}

static bool
is_parameter(const struct text *text, const char *name, const char *rest)
{
	(void)rest;
	return node_fail(text->node, "`%s` is known only in a block, and when the include gives it",
			 name);
}

static const struct {
	const char *head; /* before the first dot */
	head_fn *check;
} heads[] = {
	{ "persona", is_persona }, { "personas", is_other_persona },
	{ "lens", is_lens },       { "environment", is_environment },
	{ "env", is_named },       { "secret", is_secret },
	{ "var", is_named },       { "run", is_run },
	{ "unique", is_named },    { "payload", is_payload },
	{ "reply", is_reply },     { "embedded", is_embedded },
	{ "matrix", is_axis },     { "with", is_parameter },
};

static const char *const words[] = { "yacht", "base_url", "apikey", "unique", "now" };

/* "now-2h", "now+1d": see template.h. */
static bool
is_moment(const char *name)
{
	static const char *const units[] = { "ms", "s", "m", "h", "d" };

	if (strncmp(name, "now", 3) != 0 || (name[3] != '+' && name[3] != '-'))
		return false;
	const char *unit = name + 4 + strspn(name + 4, "0123456789");
	for (size_t i = 0; unit > name + 4 && i < COUNTOF(units); i++) {
		if (strcmp(units[i], unit) == 0)
			return true;
	}
	return false;
}

static bool
is_word(const struct references *references, const char *name)
{
	for (size_t i = 0; i < COUNTOF(words); i++) {
		if (strcmp(words[i], name) == 0)
			return true;
	}
	return is_moment(name) || (references->word && strcmp(references->word, name) == 0);
}

static void
check_name(void *arg, const char *name)
{
	const struct text *text = arg;
	size_t head_len = strcspn(name, ".");

	if (is_word(text->references, name))
		return;
	for (size_t i = 0; name[head_len] == '.' && i < COUNTOF(heads); i++) {
		if (strlen(heads[i].head) == head_len &&
		    strncmp(heads[i].head, name, head_len) == 0) {
			heads[i].check(text, name, name + head_len + 1);
			return;
		}
	}
	if (!spelling_is_word(name) || spelling_is_reserved(name))
		node_fail(text->node, "`${%s}` is no name that can have a value", name);
	else
		text->references->plain(text->references->arg, text->node, name);
}

/* A "${" without its "}" is taken literally by nobody. */
static bool
is_closed(const struct node *node, const char *text)
{
	for (; *text; text++) {
		if (strncmp(text, "$${", 3) == 0) {
			text += 2;
		} else if (strncmp(text, "${", 2) == 0) {
			text += strcspn(text, "}");
			if (*text == '\0')
				return node_fail(node, "a `${` without its `}`; write `$${` for a "
						       "literal one");
		}
	}
	return true;
}

void
references_check(const struct references *references, const struct node *node)
{
	struct text text = { references, node };
	struct node member;
	const char *key = NULL;

	if (template_is_constant(node->value))
		return;
	if (json_is_string(node->value)) {
		if (is_closed(node, json_string_value(node->value)))
			template_names(node->value, check_name, &text);
		return;
	}
	for (size_t i = 0; i < json_array_size(node->value); i++) {
		member = node_item(node, i);
		references_check(references, &member);
	}
	while (node_next(node, &key, &member))
		references_check(references, &member);
}
