#include "scaffold/wording.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "suite/lens.h"

#define WORD_BYTES 256

json_t *
wording_title(const char *name)
{
	char title[WORD_BYTES];

	(void)snprintf(title, sizeof(title), "%s", name);
	for (char *at = title; *at; at++) {
		if (*at == '_' || *at == '-' || *at == '.')
			*at = ' ';
	}
	return json_string(title);
}

/* At the beginning of a sentence. */
static json_t *
capital(const char *name)
{
	char title[WORD_BYTES];
	json_t *lower = wording_title(name);

	(void)snprintf(title, sizeof(title), "%s", json_string_value(lower));
	json_decref(lower);
	title[0] = (char)toupper((unsigned char)title[0]);
	return json_string(title);
}

static json_t *
upper_of(const char *name)
{
	char upper[WORD_BYTES];

	(void)snprintf(upper, sizeof(upper), "%s", name);
	for (char *at = upper; *at; at++)
		*at = isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_';
	return json_string(upper);
}

long
wording_offered(const struct lens *lens, const char *role)
{
	long count = 0;

	for (size_t i = 0; i < lens->action_count; i++)
		count += action_allows(&lens->actions[i], role);
	return count;
}

/* Health is looked at by who is offered the most. */
const struct role *
wording_most(const struct lens *lens)
{
	const struct role *best = &lens->roles[0];

	for (size_t i = 1; i < lens->role_count; i++) {
		if (wording_offered(lens, lens->roles[i].name) > wording_offered(lens, best->name))
			best = &lens->roles[i];
	}
	return best;
}

json_t *
wording_of(const struct lens *lens)
{
	const struct role *role = wording_most(lens);
	const char *flag = lens->flag_count > 0 ? lens->flags[0] : NULL;

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:s, s:o, s:o}", "lens", lens->name,
			 "domain", lens->domain, "title", capital(lens->name), "title_lower",
			 wording_title(lens->name), "upper", upper_of(lens->name), "watcher",
			 role->persona, "watcher_role", role->name, "watcher_count",
			 json_sprintf("%ld", wording_offered(lens, role->name)), "flag_hint",
			 flag ? json_sprintf(" (%s=false)", flag) : json_string(""));
}
