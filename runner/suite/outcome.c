#include "suite/outcome.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "suite/reading.h"

enum detail { DETAIL_NONE, DETAIL_ROWS, DETAIL_STATE, DETAIL_STATE_OPTIONAL, DETAIL_NAME };

/* In the order in which a mistake lists them. */
static const struct word {
	const char *text;
	enum outcome outcome;
	enum detail detail;
} words[] = {
	{ "allowed", OUTCOME_ALLOWED, DETAIL_ROWS },
	{ "allowed.constraint", OUTCOME_ALLOWED_CONSTRAINT, DETAIL_NAME },
	{ "allowed.trigger", OUTCOME_ALLOWED_TRIGGER, DETAIL_NONE },
	{ "partial", OUTCOME_PARTIAL, DETAIL_ROWS },
	{ "rewritten", OUTCOME_REWRITTEN, DETAIL_NONE },
	{ "filtered", OUTCOME_FILTERED, DETAIL_NONE },
	{ "denied", OUTCOME_DENIED, DETAIL_NONE },
	{ "denied.policy", OUTCOME_DENIED_POLICY, DETAIL_NAME },
	{ "denied.grant", OUTCOME_DENIED_GRANT, DETAIL_NONE },
	{ "denied.application", OUTCOME_DENIED_APPLICATION, DETAIL_NONE },
	{ "denied.view", OUTCOME_DENIED_VIEW, DETAIL_NONE },
	{ "denied.feature", OUTCOME_DENIED_FEATURE, DETAIL_NONE },
	{ "broken", OUTCOME_BROKEN, DETAIL_STATE_OPTIONAL },
	{ "error", OUTCOME_ERROR, DETAIL_STATE },
};
_Static_assert(COUNTOF(words) == OUTCOME_KINDS - 1, "every outcome needs a word");

const char *
outcome_name(enum outcome outcome)
{
	for (size_t i = 0; i < COUNTOF(words); i++) {
		if (words[i].outcome == outcome)
			return words[i].text;
	}
	return "none";
}

bool
outcome_is(enum outcome actual, enum outcome expected)
{
	if (actual == expected)
		return true;
	if (expected == OUTCOME_ALLOWED)
		return actual == OUTCOME_PARTIAL;
	return expected == OUTCOME_DENIED && strncmp(outcome_name(actual), "denied.", 7) == 0;
}

bool
outcome_refuses(enum outcome outcome)
{
	return outcome == OUTCOME_FILTERED || outcome_is(outcome, OUTCOME_DENIED);
}

bool
outcome_allows(enum outcome outcome)
{
	return outcome_is(outcome, OUTCOME_ALLOWED) || outcome == OUTCOME_ALLOWED_CONSTRAINT ||
	       outcome == OUTCOME_ALLOWED_TRIGGER;
}

/* One row at least: with none it would have been filtered. */
static bool
rows_parse(const char *text, long *rows)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	*rows = strtol(text, &end, 10);
	return *end == '\0' && *rows > 0;
}

static bool
sqlstate_parse(const char *text, char sqlstate[6])
{
	if (strlen(text) != 5 || strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5)
		return false;
	memcpy(sqlstate, text, 6);
	return true;
}

/* What follows the word; NULL: nothing does. */
static bool
detail_read(const struct node *node, const struct word *word, const char *text,
	    struct outcome_pattern *out)
{
	switch (word->detail) {
	case DETAIL_NONE:
		return !text || node_fail(node, "`%s` takes nothing more", word->text);
	case DETAIL_ROWS:
		return !text || rows_parse(text, &out->rows) ||
		       node_fail(node, "`%s` takes a number of rows, 1 or more", word->text);
	case DETAIL_STATE:
	case DETAIL_STATE_OPTIONAL:
		if (!text && word->detail == DETAIL_STATE_OPTIONAL)
			return true;
		return (text && sqlstate_parse(text, out->sqlstate)) ||
		       node_fail(node, "`%s` takes an SQLSTATE such as 23514", word->text);
	case DETAIL_NAME:
		out->named = text;
		return true;
	}
	return false;
}

static bool
word_unknown(const struct node *node, const char *text)
{
	const char *known[COUNTOF(words)];

	for (size_t i = 0; i < COUNTOF(words); i++)
		known[i] = words[i].text;
	if (nearest_name(text, known, COUNTOF(words)))
		return reading_unknown(node, "outcome", text, known, COUNTOF(words));
	return node_fail(
		node,
		"unknown outcome `%s`: it is `allowed`, `partial`, `rewritten`, `filtered`, "
		"`denied`, `broken` or `error`, or a kind of these",
		text);
}

bool
outcome_read(const struct node *node, struct outcome_pattern *out)
{
	const char *text = json_string_value(node->value);

	*out = (struct outcome_pattern){ .rows = -1 };
	if (!text)
		return node_fail(node, "must be an outcome such as `allowed 1`, `filtered` or "
				       "`denied.policy`");
	size_t len = strcspn(text, " ");
	for (size_t i = 0; i < COUNTOF(words); i++) {
		if (strlen(words[i].text) != len || strncmp(words[i].text, text, len) != 0)
			continue;
		out->outcome = words[i].outcome;
		return detail_read(node, &words[i], text[len] ? text + len + 1 : NULL, out);
	}
	return word_unknown(node, text);
}
