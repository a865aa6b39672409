#include "exec/preflight_http.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

#define SHORTEST_COMMIT 7 /* of an abbreviated one, as git prints it */

static void say(char sentence[PREFLIGHT_SENTENCE], const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
say(char sentence[PREFLIGHT_SENTENCE], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(sentence, PREFLIGHT_SENTENCE, fmt, args);
	va_end(args);
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

bool
preflight_health_fits(long status, const json_t *body, char sentence[PREFLIGHT_SENTENCE])
{
	const char *database = text_of(body, "database");

	if (status != 200) {
		say(sentence, "the target says it is not healthy: GET /health is %ld%s%s", status,
		    *database ? ", database " : "", database);
		return false;
	}
	if (strcmp(database, "down") == 0) {
		say(sentence, "the target says its database is down");
		return false;
	}
	say(sentence, "GET /health is 200");
	return true;
}

/* A short commit names a long one. */
static bool
same_commit(const char *one, const char *other)
{
	size_t len = strlen(one) < strlen(other) ? strlen(one) : strlen(other);

	return len >= SHORTEST_COMMIT && strncmp(one, other, len) == 0;
}

bool
preflight_version_fits(const char *commit, long status, const json_t *body,
		       char sentence[PREFLIGHT_SENTENCE])
{
	const char *running = text_of(body, "git_commit");

	if (status != 200) {
		say(sentence, "GET /version is %ld", status);
		return false;
	}
	if (commit && !same_commit(commit, running)) {
		say(sentence,
		    "the target runs another version: commit %.40s was expected, it says %.40s",
		    commit, *running ? running : "nothing");
		return false;
	}
	say(sentence, "commit %.40s", *running ? running : "not stated");
	return true;
}

static bool
without_role(const struct lens *lens, const struct persona *persona)
{
	for (size_t i = 0; i < lens->without_role_count; i++) {
		if (strcmp(lens->without_role[i], persona->name) == 0)
			return true;
	}
	return !persona->role;
}

/* A 200 says who it takes the persona for; what it leaves out is not compared. */
static bool
profile_fits(const struct persona *persona, const json_t *body, char sentence[PREFLIGHT_SENTENCE])
{
	const char *role = text_of(body, "role"), *user = text_of(body, "user_id"),
		   *yacht = text_of(body, "yacht_id");

	if (strcmp(role, persona->role) != 0)
		say(sentence, "persona %s should be %s, but the target says its role is %s",
		    persona->name, persona->role, *role ? role : "none");
	else if (*user && strcmp(user, persona->user) != 0)
		say(sentence, "persona %s should be user %s, but the target says %s", persona->name,
		    persona->user, user);
	else if (persona->yacht && *yacht && strcmp(yacht, persona->yacht) != 0)
		say(sentence, "persona %s should be of yacht %s, but the target says %s",
		    persona->name, persona->yacht, yacht);
	else {
		say(sentence, "persona %s is %s", persona->name, persona->role);
		return true;
	}
	return false;
}

bool
preflight_persona_fits(const struct lens *lens, const struct persona *persona, long status,
		       const json_t *body, char sentence[PREFLIGHT_SENTENCE])
{
	const char *code = text_of(body, "error_code");

	if (without_role(lens, persona)) {
		say(sentence, "persona %s has no role, and the target says %ld %s", persona->name,
		    status, code);
		return status == 403;
	}
	if (status != 200) {
		say(sentence, "persona %s should be %s, but the target does not accept it: %ld %s",
		    persona->name, persona->role, status, code);
		return false;
	}
	return profile_fits(persona, body, sentence);
}

static bool
all_on(const struct lens *lens, const json_t *stated)
{
	for (size_t i = 0; i < lens->flag_count; i++) {
		const json_t *value = json_object_get(stated, lens->flags[i]);
		if (value && !json_is_true(value))
			return false;
	}
	return true;
}

bool
preflight_flags_fit(const struct lens *lens, const json_t *stated, long status, const json_t *body,
		    char sentence[PREFLIGHT_SENTENCE])
{
	const char *code = text_of(body, "error_code");
	bool on = all_on(lens, stated);
	bool off = status == 503 && strcmp(code, "FEATURE_DISABLED") == 0;

	if (on ? status == 200 : off) {
		say(sentence, "the lens is switched %s", on ? "on" : "off");
		return true;
	}
	say(sentence,
	    "the environment states that the lens is switched %s, but the action list "
	    "answers %ld%s%s",
	    on ? "on" : "off", status, *code ? " " : "", code);
	return false;
}

bool
preflight_login_fits(const struct persona *persona, long status, const json_t *body,
		     char sentence[PREFLIGHT_SENTENCE])
{
	const char *code = text_of(body, "error_code");

	if (status != 200) {
		say(sentence, "persona %s cannot log in: %ld%s%s", persona->name, status,
		    *code ? " " : "", code);
		return false;
	}
	if (!*text_of(body, "access_token")) {
		say(sentence, "persona %s cannot log in: 200 without an access_token",
		    persona->name);
		return false;
	}
	say(sentence, "persona %s logged in", persona->name);
	return true;
}
