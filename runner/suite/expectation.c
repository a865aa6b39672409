#include "suite/expectation.h"

#include <string.h>

#include "check/pattern.h"
#include "suite/reading.h"

#define HTTP    (1U << STEP_ACTION | 1U << STEP_HTTP)
#define SQL     (1U << STEP_SQL)
#define ANY     (HTTP | SQL)
#define REFUSED 400 /* the first status that refuses */

typedef bool part_fn(const struct node *object, const struct node *part,
		     struct expectation *expect);

/* One value, or the two to four of `$one_of`, which need a reason. */
struct alternatives {
	struct node items[EXPECT_ALTERNATIVES];
	size_t count;
};

static bool
alternatives_read(const struct node *part, struct alternatives *found, struct expectation *expect)
{
	static const char *const keys[] = { "$one_of", "because" };
	struct node list;

	found->items[0] = *part;
	found->count = 1;
	if (!json_is_object(part->value))
		return true;
	if (!node_keys(part, keys, COUNTOF(keys)))
		return false;
	if (!node_member(part, "$one_of", &list))
		return node_fail(part, "missing key `$one_of`");
	if (!json_is_array(list.value) || json_array_size(list.value) < 2 ||
	    json_array_size(list.value) > EXPECT_ALTERNATIVES)
		return node_fail(&list, "must be a list of 2 to %d alternatives",
				 EXPECT_ALTERNATIVES);
	found->count = json_array_size(list.value);
	for (size_t i = 0; i < found->count; i++)
		found->items[i] = node_item(&list, i);
	const char *because = NULL;
	if (!node_text(part, "because", OPTIONAL, &because))
		return false;
	if (!because)
		return node_fail(part, "alternatives need a reason: `because`");
	expect->because = because;
	return true;
}

static bool
status_read(const struct node *object, const struct node *part, struct expectation *expect)
{
	struct alternatives found;
	bool refused = false, succeeded = false;

	(void)object;
	if (!alternatives_read(part, &found, expect))
		return false;
	for (size_t i = 0; i < found.count; i++) {
		json_int_t status = json_integer_value(found.items[i].value);
		if (!json_is_integer(found.items[i].value) || status < 100 || status > 599)
			return node_fail(&found.items[i], "must be a status from 100 to 599");
		*(status >= REFUSED ? &refused : &succeeded) = true;
		expect->status[expect->status_count++] = (int)status;
	}
	return !(refused && succeeded) ||
	       node_fail(part, "alternatives must not mix success and refusal");
}

static bool
error_read(const struct node *object, const struct node *part, struct expectation *expect)
{
	struct alternatives found;

	(void)object;
	if (!alternatives_read(part, &found, expect))
		return false;
	for (size_t i = 0; i < found.count; i++) {
		if (!node_is_text(&found.items[i]))
			return false;
		const char *code = json_string_value(found.items[i].value);
		if (strstr(code, "${"))
			return node_fail(&found.items[i], "an error code holds no `${}`");
		expect->error[expect->error_count++] = code;
	}
	return true;
}

static bool
outcomes_read(const struct node *object, const struct node *part, struct expectation *expect)
{
	struct alternatives found;
	bool refused = false, succeeded = false;

	(void)object;
	if (!alternatives_read(part, &found, expect))
		return false;
	for (size_t i = 0; i < found.count; i++) {
		struct outcome_pattern *out = &expect->outcome[expect->outcome_count];
		if (!outcome_read(&found.items[i], out))
			return false;
		*(outcome_allows(out->outcome) ? &succeeded : &refused) = true;
		expect->outcome_count++;
	}
	return !(refused && succeeded) ||
	       node_fail(part, "alternatives must not mix success and refusal");
}

static bool
body_read(const struct node *object, const struct node *part, struct expectation *expect)
{
	reading_template(object, "body", &expect->body);
	return pattern_valid(part);
}

static bool
rows_read(const struct node *object, const struct node *part, struct expectation *expect)
{
	reading_template(object, "rows", &expect->rows);
	return pattern_valid(part);
}

static bool
values_read(const struct node *object, const struct node *part, struct expectation *expect)
{
	reading_template(object, "values", &expect->values);
	return pattern_valid(part);
}

static bool
headers_read(const struct node *object, const struct node *part, struct expectation *expect)
{
	struct node member;
	const char *name = NULL;
	bool ok = true;

	if (!node_is_object(part))
		return false;
	while (node_next(part, &name, &member))
		ok &= pattern_valid(&member);
	reading_template(object, "headers", &expect->headers);
	return ok;
}

static bool
within_read(const struct node *object, const struct node *part, struct expectation *expect)
{
	(void)part;
	return node_duration(object, "within", REQUIRED, &expect->within_ms);
}

static const struct {
	const char *key;
	unsigned kinds;
	part_fn *read;
} parts[] = {
	{ "status", HTTP, status_read }, { "error", HTTP, error_read },
	{ "body", HTTP, body_read },     { "headers", HTTP, headers_read },
	{ "within", ANY, within_read },  { "outcome", SQL, outcomes_read },
	{ "rows", SQL, rows_read },      { "values", SQL, values_read },
};

static bool
unknown_part(const struct node *part, const char *key)
{
	const char *names[COUNTOF(parts)];

	for (size_t i = 0; i < COUNTOF(parts); i++)
		names[i] = parts[i].key;
	return reading_unknown_key(part, "key", key, names, COUNTOF(names));
}

static bool
part_read(const struct node *object, const struct node *part, const char *key, enum step_kind kind,
	  struct expectation *expect)
{
	for (size_t i = 0; i < COUNTOF(parts); i++) {
		if (strcmp(parts[i].key, key) != 0)
			continue;
		if (parts[i].kinds & 1U << kind)
			return parts[i].read(object, part, expect);
		return node_fail_key(part, "`%s` cannot be expected of %s", key,
				     kind == STEP_SQL ? "a statement" : "a reply");
	}
	return unknown_part(part, key);
}

/* Rule 4 of a verdict: a refusal is the exact status and the error code, not one of them. */
static bool
is_exact(const struct node *node, const struct expectation *expect)
{
	if (expect->error_count == 0)
		return true;
	if (expect->status_count == 0)
		return node_fail(node, "`error` needs the `status` it comes with");
	return expect->status[0] >= REFUSED ||
	       node_fail(node, "a reply of status %d has no `error`", expect->status[0]);
}

bool
expectation_read(const struct node *node, enum step_kind kind, struct expectation *expect)
{
	struct node part;
	const char *key = NULL;
	bool ok = true;

	*expect = (struct expectation){ 0 };
	if (!node_is_object(node))
		return false;
	if (json_object_size(node->value) == 0)
		return node_fail(node, "must not be empty");
	while (node_next(node, &key, &part))
		ok &= part_read(node, &part, key, kind, expect);
	return ok && is_exact(node, expect);
}

bool
expectation_refuses(const struct expectation *expect)
{
	if (expect->status_count > 0)
		return expect->status[0] >= REFUSED;
	for (size_t i = 0; i < expect->outcome_count; i++) {
		if (outcome_refuses(expect->outcome[i].outcome))
			return true;
	}
	return false;
}

bool
expectation_fails(const struct expectation *expect)
{
	enum outcome outcome = expect->outcome[0].outcome;

	return expect->outcome_count > 0 && !outcome_refuses(outcome) &&
	       !outcome_is(outcome, OUTCOME_ALLOWED);
}

bool
expectation_expects(const struct expectation *expect, enum outcome outcome)
{
	for (size_t i = 0; i < expect->outcome_count; i++) {
		if (expect->outcome[i].outcome == outcome)
			return true;
	}
	return false;
}

bool
expectation_reaches(const struct expectation *expect)
{
	if (expect->outcome_count == 0)
		return expect->values.value || expect->rows.value;
	for (size_t i = 0; i < expect->outcome_count; i++) {
		if (!outcome_allows(expect->outcome[i].outcome))
			return false;
	}
	return true;
}
