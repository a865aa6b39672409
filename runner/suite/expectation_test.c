#include "suite/expectation.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/trial.h"

static const struct {
	enum step_kind kind;
	const char *yaml;
	bool refuses;
	const char *said; /* NULL: nothing */
} expectations[] = {
	{ STEP_HTTP, "e: { status: 200, body: { a: 1 }, headers: { x: y }, within: 2s }", false,
	  NULL },
	{ STEP_HTTP, "e: { status: 399 }", false, NULL },
	{ STEP_HTTP, "e: { status: 400, error: NO }", true, NULL },
	{ STEP_ACTION, "e: { status: 503 }", true, NULL },
	{ STEP_HTTP, "e: { status: { $one_of: [403, 404], because: x } }", true, NULL },
	{ STEP_HTTP, "e: { body: { a: 1 } }", false, NULL },
	{ STEP_SQL, "e: { outcome: allowed, rows: 1, values: [{ a: 1 }] }", false, NULL },
	{ STEP_SQL, "e: { outcome: allowed 12 }", false, NULL },
	{ STEP_SQL, "e: { outcome: filtered }", true, NULL },
	{ STEP_SQL, "e: { outcome: denied }", true, NULL },
	{ STEP_SQL, "e: { outcome: error 23514 }", false, NULL },
	{ STEP_SQL, "e: { outcome: { $one_of: [error 23514, denied], because: x } }", true, NULL },
	{ STEP_SQL, "e: { within: 1s }", false, NULL },
	{ STEP_SQL, "e: { outcome: { $one_of: [allowed, filtered], because: x } }", true,
	  "1:15: alternatives must not mix success and refusal" },
	{ STEP_HTTP, "e: { status: { $one_of: [200, 404], because: x } }", false,
	  "1:14: alternatives must not mix success and refusal" },
	{ STEP_HTTP, "e: { status: { $one_of: [401, 402, 403, 404, 405], because: x } }", false,
	  "1:25: must be a list of 2 to 4 alternatives" },
	{ STEP_HTTP, "e: { status: { $one_of: [403, 404] } }", false,
	  "1:14: alternatives need a reason: `because`" },
	{ STEP_HTTP, "e: { status: { because: x } }", false, "1:14: missing key `$one_of`" },
	{ STEP_HTTP, "e: { status: 600 }", false, "1:14: must be a status from 100 to 599" },
	{ STEP_HTTP, "e: { status: ok }", false, "1:14: must be a status from 100 to 599" },
	{ STEP_HTTP, "e: { error: NO }", false, "1:4: `error` needs the `status` it comes with" },
	{ STEP_HTTP, "e: { status: 200, error: NO }", false,
	  "1:4: a reply of status 200 has no `error`" },
	{ STEP_HTTP, "e: { status: 403, error: \"${x}\" }", true,
	  "1:26: an error code holds no `${}`" },
	{ STEP_HTTP, "e: { stats: 200 }", false,
	  "1:6: unknown key `stats`; did you mean `status`?" },
	{ STEP_HTTP, "e: { rows: 1 }", false, "1:6: `rows` cannot be expected of a reply" },
	{ STEP_SQL, "e: { headers: {} }", false,
	  "1:6: `headers` cannot be expected of a statement" },
	{ STEP_SQL, "e: { outcome: allowed x }", false,
	  "1:15: `allowed` takes a number of rows, 1 or more" },
	{ STEP_SQL, "e: { outcome: error 2351 }", false,
	  "1:15: `error` takes an SQLSTATE such as 23514" },
	{ STEP_HTTP, "e: {}", false, "1:4: must not be empty" },
	{ STEP_HTTP, "e: 200", false, "1:4: must be a mapping, not a number" },
};

ParameterizedTestParameters(expectation, is_of_one_kind_and_exact)
{
	return rows_of(COUNTOF(expectations));
}

ParameterizedTest(size_t *row, expectation, is_of_one_kind_and_exact)
{
	struct expectation expect;
	struct trial trial;

	trial_begin(&trial, expectations[*row].yaml);
	struct node node = trial_node(&trial, "e");
	bool ok = expectation_read(&node, expectations[*row].kind, &expect);
	cr_expect_eq(ok, expectations[*row].said == NULL, "row %zu", *row);
	cr_expect_str_eq(trial_said(&trial), expectations[*row].said ? expectations[*row].said : "",
			 "row %zu", *row);
	if (ok)
		cr_expect_eq(expectation_refuses(&expect), expectations[*row].refuses, "row %zu",
			     *row);
	trial_end(&trial);
}

Test(expectation, every_alternative_is_kept_with_its_reason)
{
	struct expectation expect;
	struct trial trial;

	trial_begin(&trial,
		    "e: { outcome: { $one_of: [allowed 3, allowed], because: it depends } }");
	struct node node = trial_node(&trial, "e");
	cr_assert(expectation_read(&node, STEP_SQL, &expect));
	cr_expect_eq(expect.outcome_count, 2);
	cr_expect_eq(expect.outcome[0].rows, 3);
	cr_expect_eq(expect.outcome[1].rows, -1);
	cr_expect_str_eq(expect.because, "it depends");
	trial_end(&trial);
}

Test(expectation, an_error_is_no_refusal_but_no_success_either)
{
	struct expectation expect;
	struct trial trial;

	trial_begin(&trial, "e: { outcome: error 23505 }");
	struct node node = trial_node(&trial, "e");
	cr_assert(expectation_read(&node, STEP_SQL, &expect));
	cr_expect(expectation_fails(&expect));
	cr_expect_not(expectation_refuses(&expect));
	cr_expect_str_eq(expect.outcome[0].sqlstate, "23505");
	trial_end(&trial);
}
