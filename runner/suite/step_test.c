#include "suite/step.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/world.h"

static const struct {
	const char *step, *said; /* of a case that acts as hod; said "": it is right */
} steps[] = {
	{ "action: view_item, expect: { status: 200 }", "" },
	{ "action: view_item, as: none, expect: { status: 401 }, unproved: x", "" },
	{ "sql: select 1, as: witness, expect: { rows: 1 }", "" },
	{ "sql: delete from items, expect: { outcome: filtered }, unchanged: { table: items, id: 1 "
	  "}",
	  "nobody in this suite is expected to reach `items` in SQL: without a `control` the "
	  "refusal proves nothing" },
	{ "sql: delete from items, expect: { outcome: error 23503 }", "" },
	{ "sql: delete from items, expect: { outcome: allowed 1 }, blind: { table: items, id: 1 }",
	  "" },
	{ "sql: delete from items, expect: { outcome: filtered }, unproved: x",
	  "`filtered` needs `unchanged`: a row that the witness sees" },
	{ "action: view_item, expect: { status: 200 }, unchanged: { table: items, id: 1 }", "" },
	{ "action: view_item, expect: { status: 200 }, eventually: { within: 1s, every: 1s }", "" },
	{ "http: POST /a, json: {}, expect: { status: 200 }, eventually: { within: 1s }", "" },
	{ "action: create_item, expect: { status: 200 }, together: { times: 2, succeed: 2 }", "" },
	{ "action: create_item, expect: { status: 200 }, together: { times: 2, succeed: 1, "
	  "otherwise: { status: 400 } }",
	  "" },
	{ "action: view_item", "a step needs an expectation: `expect`" },
	{ "expect: { status: 200 }", "a step needs `action`, `http`, `sql`, `wait` or `include`" },
	{ "wait: 1s, http: GET /a, expect: { status: 200 }",
	  "a step is one thing: only one of `action`, `http`, `sql` and `wait`" },
	{ "wait: 1s, as: hod", "a wait has no `as`" },
	{ "sql: select 1, query: {}, expect: { rows: 1 }", "an SQL step has no `query`" },
	{ "action: view_item, json: {}, expect: { status: 200 }", "an action step has no `json`" },
	{ "action: view_item, expects: { status: 200 }",
	  "unknown key `expects`; did you mean `expect`?" },
	{ "action: view_item, as: witness, expect: { status: 200 }",
	  "the witness reads tables, it sends no requests" },
	{ "sql: select 1, as: none, expect: { rows: 1 }",
	  "a statement needs `as`: a persona, or `witness`" },
	{ "sql: update items set a = 1, as: witness, expect: { rows: 1 }",
	  "the witness only reads: begin with select, with, table or values" },
	{ "sql: delete from items, expect: { outcome: denied }",
	  "a refusal needs `control` or `unchanged`, or `unproved` with the reason" },
	{ "action: view_item, expect: { status: 200 }, unproved: x",
	  "only a refusal needs `unproved`" },
	{ "action: view_item, expect: { status: 403 }, unproved: x, unchanged: { table: items, id: "
	  "1 }",
	  "it has a proof: `unproved` has nothing to excuse" },
	{ "action: view_item, expect: { status: 200 }, control: a",
	  "only a refusal has a control" },
	{ "action: create_item, expect: { status: 200 }, eventually: { within: 1s }",
	  "an action that writes is not sent again" },
	{ "action: view_item, expect: { status: 200 }, title: \"${item}\"",
	  "a title holds only ${matrix.*} and ${with.*} that have a value" },
	{ "http: GET /a, expect: { status: 200 }, load: { at_once: 2, requests: 9 }", "" },
	{ "http: GET /a, expect: { status: 200 }, load: { per_second: 2, for: 1s, warm_up: 1 }",
	  "" },
	{ "http: GET /a, expect: { status: 200 }, load: { at_once: 2, for: 1s }",
	  "`at_once` goes with `requests`, `per_second` with `for`" },
	{ "http: GET /a, expect: { status: 200 }, load: { per_second: 2, for: 100ms }",
	  "not one request is due in that time" },
	{ "sql: select 1, expect: { rows: 1 }, load: { at_once: 2, requests: 9 }",
	  "an SQL step has no `load`" },
	{ "http: GET /a, expect: { status: 200 }, load: { at_once: 2, requests: 9 }, "
	  "together: { times: 2, succeed: 2 }",
	  "either `load` or `together`" },
	{ "sql: select 1, expect: { rows: 1 }, together: { times: 2, succeed: 2 }",
	  "an SQL step has no `together`" },
	{ "action: create_item, expect: { status: 200 }, together: { times: 2, succeed: 1 }",
	  "missing key `otherwise`: what those are told that may not succeed" },
	{ "action: create_item, expect: { status: 200 }, together: { times: 2, succeed: 2, "
	  "otherwise: { status: 400 } }",
	  "all of them succeed: nobody is told anything else" },
	{ "action: create_item, expect: { status: 200 }, together: { times: 2, succeed: 1, "
	  "otherwise: { status: 201 } }",
	  "must be a refusal: `expect` says what a success is" },
	{ "action: view_item, expect: { status: 200 }, timeout: 1",
	  "must be a duration such as `250ms`, `3s`, `2m` or `1h`, at most a day" },
};

ParameterizedTestParameters(step, is_one_thing_with_a_provable_expectation)
{
	return rows_of(COUNTOF(steps));
}

ParameterizedTest(size_t *row, step, is_one_thing_with_a_provable_expectation)
{
	struct world world;
	char body[512];

	(void)snprintf(body, sizeof(body), "cases: [{ id: a, as: hod, steps: [{ %s }] }]\n",
		       steps[*row].step);
	world_load(&world, body);
	cr_expect_eq(world.suite != NULL, steps[*row].said[0] == '\0', "row %zu", *row);
	cr_expect_str_eq(world.errors.count ? world.errors.items[0].message : "", steps[*row].said,
			 "row %zu", *row);
	world_end(&world);
}
