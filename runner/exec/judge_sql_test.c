#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "exec/judge.h"
#include "suite/expectation.h"

static const struct persona crew = { .name = "crew" };

/* A statement's reply against what is expected of it, in the order of a suite's line. */
static const struct {
	struct outcome_pattern expected;
	struct sql_reply reply;
	long seen; /* rows of the only `unchanged`; -1: none */
	enum trouble trouble;
	const char *actual, *finding; /* NULL: it passes */
} rows[] = {
	/* Broad and fine words, and the policy's name. */
	{ { OUTCOME_DENIED, -1, "", NULL },
	  { .status = SQL_DENIED, .sqlstate = "42501", .source_function = "ExecWithCheckOptions" },
	  -1,
	  TROUBLE_NONE,
	  "denied.policy",
	  NULL },
	{ { OUTCOME_DENIED_POLICY, -1, "", "own rows" },
	  { .status = SQL_DENIED,
	    .sqlstate = "42501",
	    .source_function = "ExecWithCheckOptions",
	    .message = "new row violates row-level security policy \"own rows\" for table \"t\"" },
	  -1,
	  TROUBLE_NONE,
	  "denied.policy own rows",
	  NULL },
	{ { OUTCOME_DENIED_POLICY, -1, "", "own rows" },
	  { .status = SQL_DENIED, .sqlstate = "42501", .source_function = "ExecWithCheckOptions" },
	  -1,
	  TROUBLE_NONE,
	  "denied.policy",
	  "rls.denied" },
	{ { OUTCOME_DENIED_POLICY, -1, "", NULL },
	  { .status = SQL_DENIED,
	    .sqlstate = "42501",
	    .source_function = "aclcheck_error",
	    .message = "permission denied for table t" },
	  -1,
	  TROUBLE_NONE,
	  "denied.grant",
	  "rls.denied" },
	{ { OUTCOME_DENIED, -1, "", NULL },
	  { .status = SQL_DENIED,
	    .sqlstate = "42501",
	    .source_function = "aclcheck_error",
	    .message = "permission denied for function helper" },
	  -1,
	  TROUBLE_NONE,
	  "broken 42501",
	  "rls.denied" },
	/* A constraint where a denial was expected: the policy had let the row pass. */
	{ { OUTCOME_DENIED, -1, "", NULL },
	  { .status = SQL_ERROR, .sqlstate = "23514", .table = "t", .constraint = "positive" },
	  -1,
	  TROUBLE_NONE,
	  "allowed.constraint positive 23514",
	  "rls.leak" },
	{ { OUTCOME_ALLOWED, -1, "", NULL },
	  { .status = SQL_ERROR, .sqlstate = "23514", .table = "t", .constraint = "positive" },
	  -1,
	  TROUBLE_NONE,
	  "allowed.constraint positive 23514",
	  "rls.denied" },
	{ { OUTCOME_ERROR, -1, "23514", NULL },
	  { .status = SQL_ERROR, .sqlstate = "23514", .table = "t" },
	  -1,
	  TROUBLE_NONE,
	  "allowed.constraint 23514",
	  NULL },
	{ { OUTCOME_ALLOWED_CONSTRAINT, -1, "", "positive" },
	  { .status = SQL_ERROR, .sqlstate = "23514", .table = "t", .constraint = "positive" },
	  -1,
	  TROUBLE_NONE,
	  "allowed.constraint positive 23514",
	  NULL },
	{ { OUTCOME_ALLOWED_CONSTRAINT, -1, "", "other" },
	  { .status = SQL_ERROR, .sqlstate = "23514", .table = "t", .constraint = "positive" },
	  -1,
	  TROUBLE_NONE,
	  "allowed.constraint positive 23514",
	  "rls.denied" },
	/* Some of the rows. */
	{ { OUTCOME_PARTIAL, 2, "", NULL },
	  { .status = SQL_DONE, .rows = 2 },
	  3,
	  TROUBLE_NONE,
	  "partial 2",
	  NULL },
	{ { OUTCOME_PARTIAL, 2, "", NULL },
	  { .status = SQL_DONE, .rows = 3 },
	  3,
	  TROUBLE_NONE,
	  "allowed 3",
	  "rows" },
	/* A policy that cannot be evaluated is no denial. */
	{ { OUTCOME_BROKEN, -1, "42P17", NULL },
	  { .status = SQL_ERROR, .sqlstate = "42P17", .source_function = "fireRIRrules" },
	  -1,
	  TROUBLE_NONE,
	  "broken 42P17",
	  NULL },
	{ { OUTCOME_BROKEN, -1, "54001", NULL },
	  { .status = SQL_ERROR, .sqlstate = "42P17", .source_function = "fireRIRrules" },
	  -1,
	  TROUBLE_NONE,
	  "broken 42P17",
	  "rls.denied" },
	{ { OUTCOME_DENIED, -1, "", NULL },
	  { .status = SQL_ERROR, .sqlstate = "42P17", .source_function = "fireRIRrules" },
	  -1,
	  TROUBLE_NONE,
	  "broken 42P17",
	  "rls.denied" },
	/* What says nothing about the persona. */
	{ { OUTCOME_DENIED, -1, "", NULL },
	  { .status = SQL_DENIED, .sqlstate = "42501", .source_function = "check_enable_rls" },
	  -1,
	  TROUBLE_DATABASE,
	  "no answer",
	  NULL },
	{ { OUTCOME_FILTERED, -1, "", NULL },
	  { .status = SQL_DONE, .rows = 0, .tag = "INSERT" },
	  -1,
	  TROUBLE_UNKNOWN,
	  "filtered",
	  NULL },
};

Test(judge_sql, an_outcome_meets_its_own_word_and_the_broad_one)
{
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct arena arena = { 0 };
		struct findings findings = { .arena = &arena };
		json_t *before = json_array();
		struct judgement judgement = { .findings = &findings,
					       .before = rows[i].seen < 0 ? NULL : before };
		struct scope scope = { 0 };
		struct step step = { .kind = STEP_SQL,
				     .as = "crew",
				     .persona = &crew,
				     .sql = "insert into t values (1)",
				     .expect = { .outcome = { rows[i].expected },
						 .outcome_count = 1 } };

		for (long k = 0; k < rows[i].seen; k++)
			json_array_append_new(before, json_object());
		step.refusal = expectation_refuses(&step.expect);
		judge_sql(&step, &scope, &rows[i].reply, &judgement);
		cr_expect_eq(judgement.trouble, rows[i].trouble, "row %zu", i);
		cr_expect_str_eq(judgement.actual, rows[i].actual, "row %zu: %s", i,
				 judgement.actual);
		cr_expect_eq(findings.count, rows[i].finding ? 1 : 0, "row %zu", i);
		if (rows[i].finding && findings.count)
			cr_expect_str_eq(finding_type_name(findings.items[0].type), rows[i].finding,
					 "row %zu", i);
		json_decref(before);
		arena_release(&arena);
	}
}

/* What `stored` has to be, what the witness found, and what that makes of an accepted write. */
static const struct {
	enum outcome expected;
	const char *found;
	enum trouble trouble;
	const char *actual;
	size_t findings;
} stores[] = {
	{ OUTCOME_ALLOWED, "[{\"yacht\":\"ours\"}]", TROUBLE_NONE, "allowed 1", 0 },
	{ OUTCOME_ALLOWED, "[{\"yacht\":\"theirs\"}]", TROUBLE_NONE, "rewritten", 2 },
	{ OUTCOME_REWRITTEN, "[{\"yacht\":\"theirs\"}]", TROUBLE_NONE, "rewritten", 0 },
	{ OUTCOME_REWRITTEN, "[{\"yacht\":\"ours\"}]", TROUBLE_NONE, "allowed 1", 1 },
	{ OUTCOME_ALLOWED, "[]", TROUBLE_UNKNOWN, "allowed 1", 0 },
};

Test(judge_sql, what_was_stored_tells_an_accepted_write_from_a_rewritten_one)
{
	for (size_t i = 0; i < COUNTOF(stores); i++) {
		struct arena arena = { 0 };
		struct findings findings = { .arena = &arena };
		json_t *found = json_loads(stores[i].found, 0, NULL);
		json_t *pattern = json_pack("{s:s}", "yacht", "ours");
		const struct guard stored = { .table = "t", .row = { pattern, true } };
		struct judgement judgement = { .findings = &findings, .stored = found };
		struct scope scope = { 0 };
		const struct step step = {
			.kind = STEP_SQL,
			.as = "crew",
			.persona = &crew,
			.sql = "insert into t values (1)",
			.stored = &stored,
			.expect = { .outcome = { { stores[i].expected, -1, "", NULL } },
				    .outcome_count = 1 }
		};
		const struct sql_reply reply = { .status = SQL_DONE, .rows = 1, .tag = "INSERT" };

		judge_sql(&step, &scope, &reply, &judgement);
		cr_expect_eq(judgement.trouble, stores[i].trouble, "row %zu", i);
		cr_expect_str_eq(judgement.actual, stores[i].actual, "row %zu: %s", i,
				 judgement.actual);
		cr_expect_eq(findings.count, stores[i].findings, "row %zu: %zu", i, findings.count);
		json_decref(found);
		json_decref(pattern);
		arena_release(&arena);
	}
}
