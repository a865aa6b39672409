#include "suite/step.h"

#include <string.h>

#include "suite/capture.h"
#include "suite/cast.h"
#include "suite/expectation.h"
#include "suite/guard.h"
#include "suite/load.h"
#include "suite/reading.h"
#include "suite/reference.h"
#include "suite/request.h"
#include "suite/signature.h"
#include "suite/statement.h"
#include "suite/step_sql.h"
#include "suite/together.h"

#define ACTION  (1U << STEP_ACTION)
#define HTTP    (1U << STEP_HTTP)
#define SQL     (1U << STEP_SQL)
#define WAIT    (1U << STEP_WAIT)
#define REQUEST (ACTION | HTTP)
#define JUDGED  (REQUEST | SQL)

#define EVERY_MS 500 /* between two tries of `eventually` */

struct field {
	const char *key;
	unsigned kinds; /* of steps that may have it */
	bool has_names; /* ${} in it is filled in when the step runs */
};

static const struct field fields[] = {
	{ "action", ACTION, false },
	{ "http", HTTP, true },
	{ "sql", SQL, false },
	{ "wait", WAIT, false },
	{ "payload", ACTION, true },
	{ "context", ACTION, true },
	{ "signature", ACTION, true },
	{ "headers", REQUEST, true },
	{ "query", REQUEST, true },
	{ "json", HTTP, true },
	{ "form", HTTP, true },
	{ "multipart", HTTP, true },
	{ "body", HTTP, true },
	{ "body_repeat", HTTP, true },
	{ "params", SQL, true },
	{ "blind", SQL, true },
	{ "stored", SQL, true },
	{ "commit", SQL, true },
	{ "title", JUDGED | WAIT, false },
	{ "as", JUDGED, false },
	{ "timeout", JUDGED, false },
	{ "expect", JUDGED, true },
	{ "capture", JUDGED, false },
	{ "unchanged", JUDGED, true },
	{ "control", JUDGED, false },
	{ "unproved", JUDGED, false },
	{ "eventually", JUDGED, false },
	{ "together", REQUEST, true },
	{ "load", REQUEST, true },
	{ "include", 0, false }, /* resolved before; here for the hint */
};

static const char *const kind_names[] = { [STEP_ACTION] = "an action step",
					  [STEP_HTTP] = "an HTTP step",
					  [STEP_SQL] = "an SQL step",
					  [STEP_WAIT] = "a wait" };
_Static_assert(COUNTOF(kind_names) == STEP_KINDS, "every kind of step needs a name");

/* While one step is read. */
struct reader {
	struct loading *loading;
	struct unit *unit;
	const struct node *node;
	const char *as; /* "none", "witness", a persona, LOADING_NOBODY; NULL: not said */
	struct step *step;
	const struct field *present[COUNTOF(fields)];
	size_t present_count;
};

/* The first fields of the table are those that make a step what it is, in the order of the enum. */
static bool
kind_read(const struct node *node, enum step_kind *kind)
{
	struct node member;
	int found = 0;

	for (int i = 0; i < STEP_KINDS; i++) {
		if (!node_member(node, fields[i].key, &member))
			continue;
		*kind = (enum step_kind)i;
		found++;
	}
	if (found > 1)
		return node_fail(node, "a step is one thing: only one of `action`, `http`, `sql` "
				       "and `wait`");
	return found == 1 ||
	       node_fail(node, "a step needs `action`, `http`, `sql`, `wait` or `include`");
}

static bool
unknown_field(const struct node *member, const char *key)
{
	const char *names[COUNTOF(fields)];

	for (size_t i = 0; i < COUNTOF(fields); i++)
		names[i] = fields[i].key;
	return reading_unknown_key(member, "key", key, names, COUNTOF(names));
}

static const struct field *
field_find(const char *key)
{
	for (size_t i = 0; i < COUNTOF(fields); i++) {
		if (strcmp(fields[i].key, key) == 0)
			return &fields[i];
	}
	return NULL;
}

/* Every key must be known: with an unknown one, what seems to be missing may only be misspelt. */
static bool
fields_known(struct reader *reader)
{
	struct node member;
	bool ok = true;

	for (const char *key = NULL; node_next(reader->node, &key, &member);) {
		const struct field *field = field_find(key);

		if (!field)
			ok = unknown_field(&member, key);
		else
			reader->present[reader->present_count++] = field;
	}
	return ok;
}

static bool
fields_fit(const struct reader *reader)
{
	enum step_kind kind = reader->step->kind;
	struct node member;
	bool ok = true;

	for (size_t i = 0; i < reader->present_count; i++) {
		const struct field *field = reader->present[i];

		if (!(field->kinds & 1U << kind) && node_member(reader->node, field->key, &member))
			ok = node_fail_key(&member, "%s has no `%s`", kind_names[kind], field->key);
	}
	return ok;
}

static bool
statement_as(struct reader *reader)
{
	struct node sql;

	if (!node_member(reader->node, "sql", &sql))
		return false;
	if (!reader->as || strcmp(reader->as, "none") == 0)
		return node_fail(&sql, "a statement needs `as`: a persona, or `witness`");
	if (strcmp(reader->as, "witness") != 0)
		return true;
	reader->step->as = reader->as;
	return !reader->step->sql || statement_reads(reader->step->sql) ||
	       node_fail(&sql, "the witness only reads: begin with select, with, table or values");
}

static bool
request_as(struct reader *reader)
{
	struct node member;

	if (reader->as && strcmp(reader->as, "witness") == 0)
		return node_fail(reader->node, "the witness reads tables, it sends no requests");
	if (!reader->as && reader->step->kind == STEP_ACTION &&
	    node_member(reader->node, "action", &member))
		return node_fail(&member, "an action needs `as`: a persona, or `none`");
	return true;
}

static bool
actor_read(struct reader *reader)
{
	struct step *step = reader->step;

	cast_as(reader->loading, reader->node, &reader->as);
	if (reader->as && strcmp(reader->as, LOADING_NOBODY) == 0)
		return false;
	if (!(step->kind == STEP_SQL ? statement_as(reader) : request_as(reader)))
		return false;
	if (!reader->as || strcmp(reader->as, "none") == 0 || strcmp(reader->as, "witness") == 0)
		return true;
	step->as = reader->as;
	step->persona =
		suite_persona(reader->loading->suite, reader->loading->environment, step->as);
	return true;
}

static bool
content_read(struct reader *reader)
{
	const struct node *node = reader->node;
	struct step *step = reader->step;

	switch (step->kind) {
	case STEP_ACTION:
		return request_read_action(reader->loading, node, step);
	case STEP_HTTP:
		return request_read(reader->loading, node, step);
	case STEP_SQL:
		return step_sql_read(reader->loading, node, step);
	case STEP_WAIT:
	case STEP_KINDS:
		break;
	}
	return node_duration(node, "wait", REQUIRED, &step->wait_ms);
}

/* An action that a lens only outlines can be refused; nobody could say what its success is. */
static bool
success_known(const struct step *step, const struct node *expect)
{
	if (step->refusal || step->kind != STEP_ACTION || !step->action || !step->action->unfilled)
		return true;
	return node_fail(expect,
			 "`%s` has places to fill in (" LENS_FILL_IN
			 "): only refusals of it can be expected",
			 step->action->name);
}

static bool
expect_read(struct reader *reader)
{
	struct step *step = reader->step;
	struct node member;
	bool ok = true;

	if (!node_member(reader->node, "expect", &member))
		ok = node_fail(reader->node, "a step needs an expectation: `expect`");
	else
		ok = expectation_read(&member, step->kind, &step->expect);
	step->refusal = expectation_refuses(&step->expect);
	ok = (!ok || success_known(step, &member)) && ok;
	if (!step->expect.within_ms && step->kind != STEP_SQL)
		step->expect.within_ms = reader->loading->within_ms;
	if (step->expect.error_count > 0 && !reader->loading->lens_broken &&
	    (!reader->loading->suite->lens || !reader->loading->suite->lens->refusal.value))
		ok = node_fail(&member, "`error` needs a `lens` whose `refusal` says where the "
					"code is");
	return ok;
}

/* A write that is tried again may be written twice. */
static bool
eventually_read(struct reader *reader)
{
	static const char *const keys[] = { "within", "every" };
	struct step *step = reader->step;
	struct node node;

	if (!node_member(reader->node, "eventually", &node))
		return true;
	if (!node_is_object(&node) || !node_keys(&node, keys, COUNTOF(keys)))
		return false;
	step->eventually_every_ms = EVERY_MS;
	if (!node_duration(&node, "within", REQUIRED, &step->eventually_within_ms) ||
	    !node_duration(&node, "every", OPTIONAL, &step->eventually_every_ms))
		return false;
	if (step->kind == STEP_ACTION && request_writes(step))
		return node_fail_key(&node, "an action that writes is not sent again");
	if (step->eventually_every_ms == 0)
		return node_fail(&node, "`every` must not be zero");
	return step->eventually_every_ms <= step->eventually_within_ms ||
	       node_fail(&node, "`every` is longer than `within`: it would be tried once");
}

static bool
control_read(struct reader *reader)
{
	struct step *step = reader->step;
	struct node member;

	if (!node_member(reader->node, "control", &member))
		return true;
	if (!node_text(reader->node, "control", REQUIRED, &step->control))
		return false;
	if (!reader->loading->in_case)
		return node_fail_key(&member, "only the steps of a case have a control: use "
					      "`unchanged`");
	unit_controlled(&reader->loading->units, reader->unit, &member, step->control);
	return true;
}

static bool
unchanged_read(struct reader *reader)
{
	struct node member;

	return !node_member(reader->node, "unchanged", &member) ||
	       guard_read_all(&member, reader->loading->suite, reader->step);
}

/* Rule 4 of a verdict: a denial is proved, not observed. */
static bool
proof_read(struct reader *reader, bool expected)
{
	struct step *step = reader->step;
	bool ok = control_read(reader);
	struct node member;

	ok &= unchanged_read(reader);
	if (!expected)
		return false; /* nobody knows whether it is a refusal */
	ok &= node_text(reader->node, "unproved", OPTIONAL, &step->unproved);
	bool proved = node_member(reader->node, "control", &member) ||
		      node_member(reader->node, "unchanged", &member) || step->blind;
	bool excused = node_member(reader->node, "unproved", &member);

	if (step->refusal && !proved && !excused)
		return node_fail(reader->node, "a refusal needs `control` or `unchanged`, or "
					       "`unproved` with the reason");
	if (proved && excused)
		return node_fail_key(&member, "it has a proof: `unproved` has nothing to excuse");
	if (excused && !step->refusal)
		return node_fail_key(&member, "only a refusal needs `unproved`");
	if (step->control && !step->refusal && !expectation_fails(&step->expect) &&
	    node_member(reader->node, "control", &member))
		return node_fail_key(&member, "only a refusal has a control");
	return ok;
}

static void
plain_name(void *arg, const struct node *node, const char *name)
{
	struct reader *reader = arg;

	unit_uses(&reader->loading->units, reader->unit, node, name);
}

static void
names_check(struct reader *reader)
{
	struct references references = {
		.environment = reader->loading->environment,
		.suite = reader->loading->suite,
		.has_lens = reader->loading->suite->lens || reader->loading->lens_broken,
		.has_persona = reader->step->persona ||
			       (reader->as && strcmp(reader->as, LOADING_NOBODY) == 0),
		.plain = plain_name,
		.arg = reader,
	};
	struct node member;

	for (size_t i = 0; i < reader->present_count; i++) {
		const struct field *field = reader->present[i];

		if (field->has_names && node_member(reader->node, field->key, &member))
			references_check(&references, &member);
	}
}

static bool
title_read(const struct node *node, const char **title)
{
	struct node member;

	if (!node_text(node, "title", OPTIONAL, title))
		return false;
	return !*title || !strstr(*title, "${") || !node_member(node, "title", &member) ||
	       node_fail(&member, "a title holds only ${matrix.*} and ${with.*} that have a value");
}

/* The environment must allow writing; loading.h keeps the first step that does. */
static void
note_write(struct reader *reader)
{
	struct loading *loading = reader->loading;

	if (loading->skipping || !request_writes(reader->step))
		return;
	if (!loading->suite->mutates)
		*loading->writer = *reader->node;
	loading->suite->mutates = true;
}

static void
captures_read(struct reader *reader)
{
	struct step *step = reader->step;
	struct node member;

	if (!node_member(reader->node, "capture", &member))
		return;
	(void)capture_read_all(&member, &reader->loading->suite->arena, step);
	for (size_t i = 0; i < step->capture_count; i++)
		unit_captures(&reader->loading->units, reader->unit, step->captures[i].name);
}

bool
step_read(struct loading *loading, struct unit *unit, const struct node *node, const char *as,
	  struct step *step)
{
	struct reader reader = {
		.loading = loading, .unit = unit, .node = node, .as = as, .step = step
	};

	*step = (struct step){ .timeout_ms = loading->timeout_ms };
	step->place = node_place(node);
	if (!node_is_object(node) || !fields_known(&reader) || !kind_read(node, &step->kind))
		return false;
	bool ok = fields_fit(&reader);
	ok &= title_read(node, &step->title);
	ok &= content_read(&reader);
	if (step->kind == STEP_WAIT)
		return ok;
	ok &= actor_read(&reader);
	ok &= signature_read(loading, node, step);
	ok &= node_duration(node, "timeout", OPTIONAL, &step->timeout_ms);
	bool expected = expect_read(&reader);
	ok &= eventually_read(&reader);
	ok &= together_read(loading, node, step);
	ok &= load_read(loading, node, step);
	ok &= proof_read(&reader, expected);
	ok = ok && step_sql_witnessed(node, step) && step_sql_may_commit(node, step);
	if (ok)
		step_sql_note(loading, unit, node, step);
	names_check(&reader);
	note_write(&reader);
	captures_read(&reader);
	unit->succeeds |= ok && !step->refusal;
	return ok;
}
