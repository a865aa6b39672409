/* Reading alerts.yaml. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "document/node.h"
#include "watch/alert.h"
#include "watch/alert_message.h"

#define REMIND_MS 14400000
#define EVERY_MS  900000
#define MANY      1000000

static const struct kind {
	const char *name;
	bool above, consecutive, within; /* the keys it takes */
} kinds[] = {
	[ALERT_5XX] = { "any_5xx", false, false, true },
	[ALERT_STATUS] = { "unhealthy", false, true, false },
	[ALERT_RESTARTS] = { "restarts", true, false, true },
	[ALERT_P95] = { "p95_ms", true, true, false },
	[ALERT_ERROR_RATE] = { "error_rate_percent", true, true, false },
	[ALERT_FLAG_CHANGED] = { "flag_changed", false, false, false },
	[ALERT_SILENCE] = { "no_round", false, false, true },
};
_Static_assert(COUNTOF(kinds) == ALERT_KINDS, "every kind needs a row");

static bool
kind_read(const struct node *item, struct alert_rule *rule)
{
	const char *names[ALERT_KINDS], *when = NULL;
	struct node member;

	if (!node_text(item, "when", REQUIRED, &when))
		return false;
	for (size_t i = 0; i < ALERT_KINDS; i++) {
		names[i] = kinds[i].name;
		if (strcmp(when, kinds[i].name) == 0) {
			rule->kind = (enum alert_kind)i;
			return true;
		}
	}
	const char *near = nearest_name(when, names, ALERT_KINDS);
	return node_member(item, "when", &member) &&
	       (near ? node_fail(&member, "unknown `%s`; did you mean `%s`?", when, near)
		     : node_fail(&member, "unknown `%s`", when));
}

/* A key that goes with the kind is needed, any other is a mistake. */
static bool
key_fits(const struct node *item, const char *key, bool wanted)
{
	struct node member;
	bool there = node_member(item, key, &member);

	if (wanted == there)
		return true;
	return wanted ? node_fail(item, "missing key `%s`", key)
		      : node_fail_key(&member, "does not go with this `when`");
}

static bool
condition_read(const struct node *item, struct alert_rule *rule)
{
	const struct kind *kind;
	struct node member;

	if (!kind_read(item, rule))
		return false;
	kind = &kinds[rule->kind];
	rule->consecutive = 1;
	if (!key_fits(item, "above", kind->above) ||
	    !key_fits(item, "consecutive", kind->consecutive) ||
	    !key_fits(item, "within", kind->within))
		return false;
	if (kind->above && node_member(item, "above", &member) && !json_is_number(member.value))
		return node_fail(&member, "must be a number");
	if (kind->above)
		rule->above = json_number_value(member.value);
	return node_integer(item, "consecutive", OPTIONAL, 1, MANY, &rule->consecutive) &&
	       node_duration(item, "within", OPTIONAL, &rule->within_ms);
}

static bool
rule_read(const struct node *item, struct alert_rule *rule)
{
	static const char *const keys[] = { "id",           "title",   "level",
					    "channel",      "runbook", "parent",
					    "when",         "above",   "within",
					    "consecutive",  "remind",  "answer_within",
					    "resolve_after" };

	*rule = (struct alert_rule){ .remind_ms = REMIND_MS, .resolve_after = 1 };
	if (!node_is_object(item) || !node_keys(item, keys, COUNTOF(keys)))
		return false;
	bool ok = node_text(item, "id", REQUIRED, &rule->id);
	ok = node_text(item, "title", REQUIRED, &rule->title) && ok;
	ok = node_text(item, "level", REQUIRED, &rule->level) && ok;
	ok = node_text(item, "channel", REQUIRED, &rule->channel) && ok;
	ok = node_text(item, "runbook", REQUIRED, &rule->runbook) && ok;
	ok = node_text(item, "parent", OPTIONAL, &rule->parent) && ok;
	ok = node_duration(item, "remind", OPTIONAL, &rule->remind_ms) && ok;
	ok = node_duration(item, "answer_within", REQUIRED, &rule->answer_within_ms) && ok;
	ok = node_integer(item, "resolve_after", OPTIONAL, 1, MANY, &rule->resolve_after) && ok;
	return condition_read(item, rule) && ok;
}

static const struct alert_rule *
find(const struct alert_rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (rules->items[i].id && strcmp(rules->items[i].id, id) == 0)
			return &rules->items[i];
	}
	return NULL;
}

static bool
rules_read(struct alert_rules *rules, const struct node *list)
{
	bool ok = true;

	rules->items = ARENA_ARRAY(&rules->arena, json_array_size(list->value), struct alert_rule);
	for (size_t i = 0; i < json_array_size(list->value); i++) {
		struct node item = node_item(list, i);
		struct alert_rule rule;

		if (!rule_read(&item, &rule)) {
			ok = false;
			continue;
		}
		if (find(rules, rule.id))
			ok = node_fail(&item, "a second alert `%s`", rule.id);
		if (rule.parent && !find(rules, rule.parent))
			ok = node_fail(&item, "no alert above is called `%s`", rule.parent);
		rules->items[rules->count++] = rule;
	}
	return ok;
}

static bool
silences_read(struct alert_rules *rules, const struct node *list)
{
	static const char *const keys[] = { "alert", "until", "reason" };
	bool ok = true;

	rules->silences =
		ARENA_ARRAY(&rules->arena, json_array_size(list->value), struct alert_silence);
	for (size_t i = 0; i < json_array_size(list->value); i++) {
		struct node item = node_item(list, i);
		struct alert_silence *silence = &rules->silences[rules->silence_count++];
		const char *until = NULL;

		ok = node_is_object(&item) && node_keys(&item, keys, COUNTOF(keys)) &&
		     node_text(&item, "alert", REQUIRED, &silence->alert) &&
		     node_text(&item, "reason", REQUIRED, &silence->reason) &&
		     node_text(&item, "until", REQUIRED, &until) && ok;
		if (silence->alert && !find(rules, silence->alert))
			ok = node_fail(&item, "no alert is called `%s`", silence->alert);
		if (until && !clock_parse(until, &silence->until_us))
			ok = node_fail(&item, "`until` must be a moment such as "
					      "2027-03-31T12:00:00.000Z");
	}
	return ok;
}

static void
usual_secret(const char *channel, char secret[ALERT_SECRET_BYTES])
{
	size_t len =
		(size_t)snprintf(secret, ALERT_SECRET_BYTES, "LENSGATE_WEBHOOK_%.80s", channel);

	for (size_t i = 0; i < len; i++)
		secret[i] = isalnum((unsigned char)secret[i])
				    ? (char)toupper((unsigned char)secret[i])
				    : '_';
}

/* Every text of a template is looked at before there is anything to say. */
static bool /* NOLINTNEXTLINE(misc-no-recursion): as deep as the file's author wrote it */
template_check(const struct node *node, const json_t *value)
{
	const char *key;
	json_t *member;
	char place[64];
	bool ok = true;

	if (json_is_string(value) && alert_message_unknown(json_string_value(value), place))
		return node_fail(node, "there is nothing called `${%s}` to fill in", place);
	json_object_foreach(node_writable(value), key, member)
	{
		ok = template_check(node, member) && ok;
	}
	for (size_t i = 0; i < json_array_size(value); i++)
		ok = template_check(node, json_array_get(value, i)) && ok;
	return ok;
}

static bool
channel_read(struct alert_rules *rules, const struct node *item, struct alert_channel *channel)
{
	static const char *const keys[] = { "name", "secret", "template" };
	char secret[ALERT_SECRET_BYTES];
	struct node member;

	if (!node_is_object(item) || !node_keys(item, keys, COUNTOF(keys)) ||
	    !node_text(item, "name", REQUIRED, &channel->name) ||
	    !node_text(item, "secret", OPTIONAL, &channel->secret))
		return false;
	if (!channel->secret) {
		usual_secret(channel->name, secret);
		channel->secret = arena_text(&rules->arena, secret, strlen(secret));
	}
	if (!node_member(item, "template", &member))
		return true;
	channel->template = member.value;
	return template_check(&member, member.value);
}

static bool
channels_read(struct alert_rules *rules, const struct node *list)
{
	bool ok = true;

	rules->channels =
		ARENA_ARRAY(&rules->arena, json_array_size(list->value), struct alert_channel);
	for (size_t i = 0; i < json_array_size(list->value); i++) {
		struct node item = node_item(list, i);

		ok = channel_read(rules, &item, &rules->channels[i]) && ok;
		rules->channel_count = i + 1;
	}
	return ok;
}

struct alert_channel
alert_channel_find(const struct alert_rules *rules, const char *name,
		   char secret[ALERT_SECRET_BYTES])
{
	for (size_t i = 0; i < rules->channel_count; i++) {
		if (strcmp(rules->channels[i].name, name) == 0)
			return rules->channels[i];
	}
	usual_secret(name, secret);
	return (struct alert_channel){ .name = name, .secret = secret };
}

bool
alert_rules_load(struct alert_rules *rules, const char *path, struct errors *errors)
{
	static const char *const keys[] = { "every", "alerts", "silences", "channels" };
	struct node list;

	*rules = (struct alert_rules){ .document = document_load(path, errors),
				       .every_ms = EVERY_MS };
	if (!rules->document)
		return false;
	struct node root = node_root(rules->document, errors);
	if (!node_is_object(&root) || !node_keys(&root, keys, COUNTOF(keys)))
		return false;
	if (!node_duration(&root, "every", OPTIONAL, &rules->every_ms))
		return false;
	if (rules->every_ms == 0)
		return node_fail(&root, "`every` must not be zero");
	if (!node_member(&root, "alerts", &list))
		return node_fail(&root, "missing key `alerts`");
	if (!node_is_array(&list) || !rules_read(rules, &list))
		return false;
	if (node_member(&root, "channels", &list) &&
	    (!node_is_array(&list) || !channels_read(rules, &list)))
		return false;
	return !node_member(&root, "silences", &list) ||
	       (json_is_array(list.value) ? silences_read(rules, &list)
					  : node_fail(&list, "must be a list"));
}

void
alert_rules_release(struct alert_rules *rules)
{
	document_free(rules->document);
	arena_release(&rules->arena);
	*rules = (struct alert_rules){ 0 };
}
