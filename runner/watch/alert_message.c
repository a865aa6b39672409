#include "watch/alert_message.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/buf.h"
#include "base/clock.h"
#include "document/node.h"
#include "watch/moment.h"

#define TEXT_BYTES 8000
#define FACT_BYTES 400
#define SECRET     "secret."

/* ---- facts by name ---- */

typedef void fact_fn(const struct alert_facts *facts, char *out, size_t size);

static void
place_action(const struct alert_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, facts->change == ALERT_RESOLVED ? "resolve" : "trigger");
}

static void
place_alert(const struct alert_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", facts->rule->id);
}

static void
place_answer_within(const struct alert_facts *facts, char *out, size_t size)
{
	char within[MOMENT_BYTES];

	moment_length(facts->rule->answer_within_ms * 1000, within);
	(void)snprintf(out, size, "%s", within);
}

static void
place_at(const struct alert_facts *facts, char *out, size_t size)
{
	char at[CLOCK_TEXT_BYTES];

	clock_text(facts->at_us, at);
	(void)snprintf(out, size, "%s", at);
}

static void
place_change(const struct alert_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", alert_change_name(facts->change));
}

static void
place_lens(const struct alert_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", facts->lens);
}

static void
place_level(const struct alert_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", facts->rule->level);
}

static void
place_query(const struct alert_facts *facts, char *out, size_t size)
{
	const char *quote = facts->yacht ? "'" : "";

	(void)snprintf(out, size, "select * from get_health_check_history(%s%s%s, '%s', 1)", quote,
		       facts->yacht ? facts->yacht : "YACHT", quote, facts->lens);
}

static void
place_runbook(const struct alert_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "suites/%s/%s", facts->lens, facts->rule->runbook);
}

static void
place_text(const struct alert_facts *facts, char *out, size_t size)
{
	char text[ALERT_MESSAGE_BYTES];

	alert_message_text(facts, text);
	(void)snprintf(out, size, "%s", text);
}

static void
place_title(const struct alert_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", facts->rule->title);
}

static void
place_why(const struct alert_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", facts->why);
}

static void
place_yacht(const struct alert_facts *facts, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", facts->yacht ? facts->yacht : "");
}

static const struct fact {
	const char *name;
	fact_fn *write;
} places[] = {
	{ "action", place_action },
	{ "alert", place_alert },
	{ "answer_within", place_answer_within },
	{ "at", place_at },
	{ "change", place_change },
	{ "lens", place_lens },
	{ "level", place_level },
	{ "query", place_query },
	{ "runbook", place_runbook },
	{ "text", place_text },
	{ "title", place_title },
	{ "why", place_why },
	{ "yacht", place_yacht },
};

static const struct fact *
find(const char *name, size_t len)
{
	for (size_t i = 0; i < COUNTOF(places); i++) {
		if (strlen(places[i].name) == len && strncmp(places[i].name, name, len) == 0)
			return &places[i];
	}
	return NULL;
}

/* ---- the sentence ---- */

void
alert_message_text(const struct alert_facts *facts, char text[ALERT_MESSAGE_BYTES])
{
	const struct alert_rule *rule = facts->rule;
	char within[MOMENT_BYTES], query[FACT_BYTES], level[16] = "";

	if (facts->change == ALERT_RESOLVED) {
		(void)snprintf(text, ALERT_MESSAGE_BYTES, "RESOLVED %s: %s (%s)", rule->id,
			       rule->title, facts->lens);
		return;
	}
	for (size_t i = 0; i + 1 < sizeof(level) && rule->level[i]; i++)
		level[i] = (char)toupper((unsigned char)rule->level[i]);
	moment_length(rule->answer_within_ms * 1000, within);
	place_query(facts, query, sizeof(query));
	(void)snprintf(text, ALERT_MESSAGE_BYTES,
		       "%s %s%s: %s (%s): %s. Answer within %s. Runbook: suites/%s/%s. More: %s",
		       level, rule->id, facts->change == ALERT_REMINDED ? " still" : "",
		       rule->title, facts->lens, facts->why, within, facts->lens, rule->runbook,
		       query);
}

/* ---- a template ---- */

/* The next ${...} of `text`: where its name stands, and what follows. */
static const char *
next_place(const char *text, size_t *len, const char **after)
{
	const char *begin = strstr(text, "${");
	const char *end = begin ? strchr(begin, '}') : NULL;

	if (!end)
		return NULL;
	*len = (size_t)(end - begin - 2);
	*after = end + 1;
	return begin + 2;
}

const char *
alert_message_unknown(const char *text, char place[64])
{
	const char *name, *after = text;
	size_t len;

	while ((name = next_place(after, &len, &after))) {
		if (find(name, len) ||
		    (len > strlen(SECRET) && strncmp(name, SECRET, strlen(SECRET)) == 0))
			continue;
		(void)snprintf(place, 64, "%.*s", (int)len, name);
		return place;
	}
	return NULL;
}

struct filling {
	const struct alert_facts *facts;
	struct secrets *secrets;
	struct error *err;
};

static bool
add_place(const struct filling *filling, const char *name, size_t len, struct buf *out)
{
	const struct fact *place = find(name, len);
	char text[ALERT_MESSAGE_BYTES] = "", secret[120];

	if (place) {
		place->write(filling->facts, text, sizeof(text));
		buf_add(out, text, strlen(text));
		return true;
	}
	(void)snprintf(secret, sizeof(secret), "%.*s", (int)(len - strlen(SECRET)),
		       name + strlen(SECRET));
	const char *value = secrets_secret(filling->secrets, secret, filling->err);
	if (value)
		buf_add(out, value, strlen(value));
	return value != NULL;
}

static json_t *
fill_text(const struct filling *filling, const char *text)
{
	const char *name, *after = text;
	struct buf out;
	size_t len;
	bool ok = true;

	buf_init(&out, TEXT_BYTES);
	while (ok && (name = next_place(after, &len, &after))) {
		buf_add(&out, text, (size_t)(name - 2 - text));
		ok = add_place(filling, name, len, &out);
		text = after;
	}
	buf_add(&out, text, strlen(text));
	json_t *filled = ok ? json_stringn(out.text, out.len) : NULL;
	buf_release(&out);
	return filled;
}

/* The same value with every place filled in; NULL when one cannot be. */
static json_t * /* NOLINTNEXTLINE(misc-no-recursion): as deep as the file's author wrote it */
fill(const struct filling *filling, const json_t *value)
{
	const char *key;
	json_t *member, *filled = NULL;

	if (json_is_string(value))
		return fill_text(filling, json_string_value(value));
	if (json_is_object(value)) {
		filled = json_object();
		json_object_foreach(node_writable(value), key, member)
		{
			if (json_object_set_new(filled, key, fill(filling, member)))
				goto unfilled;
		}
		return filled;
	}
	if (!json_is_array(value))
		return json_incref(node_writable(value));
	filled = json_array();
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (json_array_append_new(filled, fill(filling, json_array_get(value, i))))
			goto unfilled;
	}
	return filled;
unfilled:
	json_decref(filled);
	return NULL;
}

char *
alert_message_body(const struct alert_facts *facts, const json_t *template, struct secrets *secrets,
		   struct error *err)
{
	const struct filling filling = { facts, secrets, err };
	char text[ALERT_MESSAGE_BYTES], *body = NULL;
	json_t *value;

	alert_message_text(facts, text);
	value = template ? fill(&filling, template) : json_pack("{s:s}", "text", text);
	if (value)
		body = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(value);
	return body;
}
