#include "run/run.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const verdict_names[] = {
	[VERDICT_NONE] = "NONE",   [VERDICT_PASS] = "PASS", [VERDICT_FAIL] = "FAIL",
	[VERDICT_ERROR] = "ERROR", [VERDICT_SKIP] = "SKIP",
};

static const char *const trouble_names[] = {
	[TROUBLE_NONE] = "none",           [TROUBLE_BLOCKED] = "blocked",
	[TROUBLE_TRANSPORT] = "transport", [TROUBLE_MALFORMED] = "malformed",
	[TROUBLE_LOGIN] = "login",         [TROUBLE_SETUP] = "setup",
	[TROUBLE_PREFLIGHT] = "preflight", [TROUBLE_DATABASE] = "database",
	[TROUBLE_UNKNOWN] = "unknown",     [TROUBLE_SCENARIO] = "scenario",
	[TROUBLE_VARIABLE] = "variable",   [TROUBLE_INTERRUPTED] = "interrupted",
};
_Static_assert(COUNTOF(trouble_names) == TROUBLE_KINDS, "every trouble needs a word");

static const char *const purpose_names[] = {
	[PURPOSE_STEP] = "step",       [PURPOSE_BEFORE] = "before",   [PURPOSE_AFTER] = "after",
	[PURPOSE_WRITTEN] = "written", [PURPOSE_CLEANUP] = "cleanup", [PURPOSE_SETUP] = "setup",
};
_Static_assert(COUNTOF(purpose_names) == PURPOSES, "every purpose needs a word");

/* The place of `name` among `names`, -1 when it is not there. */
static int
find(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return (int)i;
	}
	return -1;
}

const char *
verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

bool
verdict_parse(const char *name, enum verdict *verdict)
{
	int found = find(verdict_names, COUNTOF(verdict_names), name);

	if (found >= 0)
		*verdict = (enum verdict)found;
	return found >= 0;
}

const char *
trouble_name(enum trouble trouble)
{
	return trouble_names[trouble];
}

bool
trouble_parse(const char *name, enum trouble *trouble)
{
	int found = find(trouble_names, COUNTOF(trouble_names), name);

	if (found >= 0)
		*trouble = (enum trouble)found;
	return found >= 0;
}

const char *
purpose_name(enum purpose purpose)
{
	return purpose_names[purpose];
}

bool
purpose_parse(const char *name, enum purpose *purpose)
{
	int found = find(purpose_names, COUNTOF(purpose_names), name);

	if (found >= 0)
		*purpose = (enum purpose)found;
	return found >= 0;
}

void
run_free(struct run *run)
{
	if (!run)
		return;
	json_decref(run->header);
	json_decref(run->preflight);
	json_decref(run->footer);
	free(run->entries);
	free(run->path);
	if (run->fd >= 0)
		(void)close(run->fd);
	arena_release(&run->arena);
	free(run);
}

bool
totals_unjudged(const struct totals *totals)
{
	return totals->errors > totals->blocked || (totals->errors > 0 && totals->failed == 0);
}

/* A number of the header's `run`, or `otherwise`. */
static long
pinned(const struct run *run, const char *key, long otherwise)
{
	const json_t *value = json_object_get(json_object_get(run->header, "run"), key);

	return json_is_integer(value) ? (long)json_integer_value(value) : otherwise;
}

static bool
something_is_wrong(const struct run *run)
{
	long flaky_budget = pinned(run, "flaky_budget", LONG_MAX);
	long expected = pinned(run, "expected_count", run->totals.executed);

	return run->totals.failed > 0 || run->invariants.replies_5xx > 0 ||
	       run->totals.flaky > flaky_budget || run->totals.executed != expected;
}

int
run_exit_status(const struct run *run)
{
	if (run->broken[0])
		return 6;
	if (!run->complete || run->interrupted ||
	    json_is_true(json_object_get(run->footer, "interrupted")))
		return 4;
	if (totals_unjudged(&run->totals))
		return 3;
	if (run->entry_count == 0)
		return 5;
	if (something_is_wrong(run))
		return 1;
	/* A limit this table does not know, such as a threshold of the gate. */
	return (int)json_integer_value(json_object_get(run->footer, "exit_status"));
}
