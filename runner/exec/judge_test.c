#include "exec/judge.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/rows.h"

/* One HTTP judgement per row: a step's expectation against a reply. */
static const struct {
	const char *name;
	int status;          /* expected */
	const char *error;   /* expected; NULL */
	const char *pattern; /* expected body; NULL */
	long actual;
	const char *body; /* NULL: none */
	const char *type; /* content type */
	long elapsed_ms;
	enum trouble trouble;
	const char *findings; /* types, in order, separated by blanks */
} http_rows[] = {
	{ "as expected", 200, NULL, NULL, 200, "{}", "application/json", 1, TROUBLE_NONE, "" },
	{ "another status", 200, NULL, NULL, 404, "{}", "application/json", 1, TROUBLE_NONE,
	  "status" },
	{ "a 5xx", 200, NULL, NULL, 500, "{}", "application/json", 1, TROUBLE_NONE, "invariant" },
	{ "a refusal with its code", 403, "NO", NULL, 403,
	  "{\"status\": \"error\", \"error_code\": \"NO\", \"message\": \"m\"}", "application/json",
	  1, TROUBLE_NONE, "" },
	{ "the right number for the wrong reason", 403, "NO", NULL, 403,
	  "{\"status\": \"error\", \"error_code\": \"NO_ACTIVE_ROLE\", \"message\": \"m\"}",
	  "application/json", 1, TROUBLE_NONE, "status" },
	{ "another error shape", 403, "NO", NULL, 403, "{\"detail\": \"no\"}", "application/json",
	  1, TROUBLE_NONE, "schema schema schema" },
	{ "another body", 200, NULL, "{\"a\": 1, \"b\": 2}", 200, "{\"a\": 2}", "application/json",
	  1, TROUBLE_NONE, "body body" },
	{ "a body of another status is not judged", 200, NULL, "{\"a\": 1}", 403, "{}",
	  "application/json", 1, TROUBLE_NONE, "status" },
	{ "HTML instead of JSON", 200, NULL, "{\"a\": 1}", 200, NULL, "text/html", 1, TROUBLE_NONE,
	  "schema" },
	{ "broken JSON cannot be judged", 200, NULL, "{\"a\": 1}", 200, NULL, "application/json", 1,
	  TROUBLE_MALFORMED, "" },
	{ "an empty body where one is wanted", 200, NULL, "{\"a\": 1}", 200, "", NULL, 1,
	  TROUBLE_NONE, "body" },
	{ "an empty body where none may be", 200, NULL, "{\"$absent\": true}", 200, "", NULL, 1,
	  TROUBLE_NONE, "" },
	{ "no body, none wanted", 200, NULL, NULL, 200, NULL, NULL, 1, TROUBLE_NONE, "" },
	{ "too late", 200, NULL, NULL, 200, "{}", "application/json", 2500, TROUBLE_NONE,
	  "latency" },
	{ "too late and wrong: both are kept", 200, NULL, NULL, 409, "{}", "application/json", 2500,
	  TROUBLE_NONE, "status latency" },
};

static void
expect_types(const struct findings *findings, const char *expected, const char *name)
{
	char types[200] = "";

	for (size_t i = 0; i < findings->count; i++)
		(void)snprintf(types + strlen(types), sizeof(types) - strlen(types), "%s%s",
			       i ? " " : "", finding_type_name(findings->items[i].type));
	cr_expect_str_eq(types, expected, "%s: %s", name, types);
}

ParameterizedTestParameters(judge, http_rows)
{
	return rows_of(COUNTOF(http_rows));
}

ParameterizedTest(size_t *row, judge, http_rows)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	struct judgement judgement = { .findings = &findings, .within_ms = 2000 };
	json_t *pattern =
		http_rows[*row].pattern ? json_loads(http_rows[*row].pattern, 0, NULL) : NULL;
	bool empty = http_rows[*row].body && !*http_rows[*row].body;
	json_t *body =
		http_rows[*row].body && !empty ? json_loads(http_rows[*row].body, 0, NULL) : NULL;
	json_t *refusal = json_loads("{\"status\": \"error\", \"error_code\": \"${error}\", "
				     "\"message\": {\"$type\": \"string\"}}",
				     0, NULL);
	struct lens lens = { .name = "l", .refusal = { refusal, false } };
	struct scope scope = { .lens = &lens };
	struct step step = { .kind = STEP_HTTP };
	struct http_reply reply = { .status = http_rows[*row].actual,
				    .content_type = http_rows[*row].type,
				    .headers = "",
				    .body = "x",
				    .body_len = !empty,
				    .total_us = http_rows[*row].elapsed_ms * 1000 };

	step.expect.status[0] = http_rows[*row].status;
	step.expect.status_count = 1;
	step.expect.error[0] = http_rows[*row].error;
	step.expect.error_count = http_rows[*row].error != NULL;
	step.expect.body = (struct template){ pattern, true };
	judge_http(&step, &scope, &reply, body, &judgement);
	cr_expect_eq(judgement.trouble, http_rows[*row].trouble, "%s", http_rows[*row].name);
	expect_types(&findings, http_rows[*row].findings, http_rows[*row].name);
	json_decref(pattern);
	json_decref(body);
	json_decref(refusal);
	arena_release(&arena);
}

Test(judge, no_reply_is_never_a_finding)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	struct judgement judgement = { .findings = &findings, .within_ms = 2000 };
	struct scope scope = { 0 };
	struct step step = { .kind = STEP_HTTP,
			     .expect = { .status = { 403 }, .status_count = 1 } };
	struct http_reply reply = { .problem = HTTP_BROKEN,
				    .sentence = "the connection was reset" };

	judge_http(&step, &scope, &reply, NULL, &judgement);
	cr_expect_eq(findings.count, 0);
	cr_expect_eq(judgement.trouble, TROUBLE_TRANSPORT);
	cr_expect_str_eq(judgement.reason, "the connection was reset");
	arena_release(&arena);
}

static struct persona crew = { .name = "crew" };

/* One SQL judgement per row. */
static const struct {
	enum outcome expected;
	long expected_rows;
	const char *expected_state;
	enum sql_status status;
	long rows;
	const char *state;
	enum trouble trouble;
	bool needs_witness;
	const char *findings;
} sql_rows[] = {
	{ OUTCOME_ALLOWED, -1, "", SQL_DONE, 3, "", TROUBLE_NONE, false, "" },
	{ OUTCOME_ALLOWED, 1, "", SQL_DONE, 3, "", TROUBLE_NONE, false, "rows" },
	{ OUTCOME_ALLOWED, 1, "", SQL_DONE, 0, "", TROUBLE_NONE, false, "rls.denied" },
	{ OUTCOME_ALLOWED, 1, "", SQL_DENIED, 0, "42501", TROUBLE_NONE, false, "rls.denied" },
	{ OUTCOME_FILTERED, 0, "", SQL_DONE, 0, "", TROUBLE_NONE, true, "" },
	{ OUTCOME_FILTERED, 0, "", SQL_DENIED, 0, "42501", TROUBLE_NONE, false, "rls.denied" },
	{ OUTCOME_FILTERED, 0, "", SQL_DONE, 1, "", TROUBLE_NONE, false, "rls.leak" },
	{ OUTCOME_DENIED, 0, "", SQL_DENIED, 0, "42501", TROUBLE_NONE, false, "" },
	{ OUTCOME_DENIED, 0, "", SQL_DONE, 0, "", TROUBLE_NONE, false, "rls.denied" },
	{ OUTCOME_DENIED, 0, "", SQL_DONE, 1, "", TROUBLE_NONE, false, "rls.leak" },
	{ OUTCOME_DENIED, 0, "", SQL_ERROR, 0, "42P01", TROUBLE_NONE, false, "rls.denied" },
	{ OUTCOME_ERROR, 0, "23514", SQL_ERROR, 0, "23514", TROUBLE_NONE, false, "" },
	{ OUTCOME_ERROR, 0, "23514", SQL_ERROR, 0, "23505", TROUBLE_NONE, false, "rls.denied" },
	{ OUTCOME_DENIED, 0, "", SQL_LOST, 0, "", TROUBLE_DATABASE, false, "" },
	{ OUTCOME_DENIED, 0, "", SQL_HARNESS, 0, "22023", TROUBLE_DATABASE, false, "" },
};

ParameterizedTestParameters(judge, sql_rows)
{
	return rows_of(COUNTOF(sql_rows));
}

/* The four outcomes are told apart, and only the expected one passes. */
ParameterizedTest(size_t *row, judge, sql_rows)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	struct judgement judgement = { .findings = &findings, .within_ms = 2000 };
	struct scope scope = { 0 };
	struct step step = { .kind = STEP_SQL, .as = "crew", .persona = &crew };
	struct sql_reply reply = { .status = sql_rows[*row].status, .rows = sql_rows[*row].rows };
	struct outcome_pattern *pattern = &step.expect.outcome[0];
	char name[32];

	pattern->outcome = sql_rows[*row].expected;
	pattern->rows = sql_rows[*row].expected_rows;
	memcpy(pattern->sqlstate, sql_rows[*row].expected_state,
	       strlen(sql_rows[*row].expected_state) + 1);
	memcpy(reply.sqlstate, sql_rows[*row].state, strlen(sql_rows[*row].state) + 1);
	step.expect.outcome_count = 1;
	step.refusal = pattern->outcome == OUTCOME_DENIED || pattern->outcome == OUTCOME_FILTERED;
	judge_sql(&step, &scope, &reply, &judgement);
	(void)snprintf(name, sizeof(name), "row %zu", *row);
	cr_expect_eq(judgement.trouble, sql_rows[*row].trouble, "%s", name);
	cr_expect_eq(judgement.needs_witness, sql_rows[*row].needs_witness, "%s", name);
	expect_types(&findings, sql_rows[*row].findings, name);
	arena_release(&arena);
}

Test(judge, a_reply_that_repeats_the_token_is_a_finding_wherever_it_does)
{
	static const struct {
		const char *headers, *body, *authorization, *findings;
	} rows[] = {
		{ "", "{\"details\": \"Bearer aaaa.bbbb.cccc.dddd\"}", "Bearer aaaa.bbbb.cccc.dddd",
		  "exposed" },
		{ "X-Token: aaaa.bbbb.cccc.dddd\r\n", "{}", "Bearer aaaa.bbbb.cccc.dddd",
		  "exposed" },
		{ "", "aaaa.bbbb.cccc.ddd", "Bearer aaaa.bbbb.cccc.dddd", "" },
		{ "", "aaaa.bbbb.cccc.dddd", NULL, "" },
		{ "", "{\"details\": \"Bearer\"}", "Bearer", "" },
		{ "", "a garbage", "Bearer garbage", "" },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct arena arena = { 0 };
		struct findings findings = { .arena = &arena };
		struct judgement judgement = { .findings = &findings,
					       .authorization = rows[i].authorization };
		struct scope scope = { 0 };
		struct step step = { .kind = STEP_HTTP };
		struct http_reply reply = { .status = 200,
					    .headers = rows[i].headers,
					    .headers_len = strlen(rows[i].headers),
					    .body = rows[i].body,
					    .body_len = strlen(rows[i].body) };

		step.expect.status[0] = 200;
		step.expect.status_count = 1;
		judge_http(&step, &scope, &reply, NULL, &judgement);
		expect_types(&findings, rows[i].findings, rows[i].body);
		arena_release(&arena);
	}
}

Test(judge, a_capture_that_finds_nothing_is_a_finding_with_what_is_there)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	struct capture wanted = { .name = "item", .at = "/data/id" };
	struct step step = { .kind = STEP_HTTP, .captures = &wanted, .capture_count = 1 };
	json_t *body = json_loads("{\"data\": {\"item_id\": 1}}", 0, NULL);
	json_t *captures = json_object();

	judge_captures(&step, NULL, body, NULL, captures, &findings);
	cr_assert_eq(findings.count, 1);
	cr_expect_eq(findings.items[0].type, FINDING_CAPTURE);
	cr_expect_neq(strstr(findings.items[0].actual, "item_id"), NULL, "%s",
		      findings.items[0].actual);
	cr_expect_eq(json_object_size(captures), 0);
	json_decref(body);
	json_decref(captures);
	arena_release(&arena);
}

Test(judge, a_capture_of_another_type_is_a_finding)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	struct capture wanted = { .name = "item", .at = "/id", .type = "uuid" };
	struct step step = { .kind = STEP_HTTP, .captures = &wanted, .capture_count = 1 };
	json_t *body = json_loads("{\"id\": 7}", 0, NULL);
	json_t *captures = json_object();

	judge_captures(&step, NULL, body, NULL, captures, &findings);
	cr_expect_eq(findings.count, 1);
	json_decref(body);
	json_decref(captures);
	arena_release(&arena);
}
