#include "suite/suite.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/rows.h"
#include "suite/world.h"

Test(suite, what_is_not_said_has_its_default)
{
	struct world world;
	const struct suite *suite = world_suite(
		&world, "defaults: { timeout: 3s, within: 2s, as: crew }\n"
			"cases:\n"
			"  - id: one\n"
			"    steps:\n"
			"      - { action: view_item, expect: { status: 200 } }\n"
			"      - as: hod\n"
			"        timeout: 1s\n"
			"        action: view_item\n"
			"        expect: { status: 200, within: 1s }\n"
			"      - { as: none, http: GET /health, expect: { status: 200 } }\n");
	const struct suite_case *one = &suite->cases[0];

	cr_expect_str_eq(suite->title, "right");
	cr_expect_str_eq(one->title, "one");
	cr_expect_str_eq(one->as, "crew");
	cr_expect_eq(one->place.line, 5);
	cr_assert_eq(one->steps.count, 3);
	cr_expect_str_eq(one->steps.items[0].persona->name, "crew");
	cr_expect_eq(one->steps.items[0].timeout_ms, 3000);
	cr_expect_eq(one->steps.items[0].expect.within_ms, 2000);
	cr_expect_eq(one->steps.items[0].place.line, 7);
	cr_expect_str_eq(one->steps.items[1].as, "hod");
	cr_expect_eq(one->steps.items[1].timeout_ms, 1000);
	cr_expect_eq(one->steps.items[1].expect.within_ms, 1000);
	cr_expect_null(one->steps.items[2].as);
	cr_expect_null(one->steps.items[2].persona);
	world_end(&world);
}

Test(suite, every_part_of_a_step_is_read)
{
	struct world world;
	const struct suite *suite = world_suite(
		&world,
		"cases:\n"
		"  - id: denied\n"
		"    as: purser\n"
		"    tags: slow\n"
		"    flags: { COMMON_V1: null }\n"
		"    outage: database\n"
		"    steps:\n"
		"      - action: create_item\n"
		"        expect:\n"
		"          status: { $one_of: [403, 404], because: either hides it }\n"
		"          error: FORBIDDEN\n"
		"        unchanged: { table: items, where: { name: x }, empty: true }\n"
		"        control: permitted\n"
		"      - sql: delete from items where id = $1\n"
		"        params: [7]\n"
		"        expect: { outcome: denied }\n"
		"        unproved: no row is needed\n"
		"  - id: permitted\n"
		"    as: hod\n"
		"    steps:\n"
		"      - http: POST /v1/bootstrap?x=${persona.user}\n"
		"        form: { a: 1 }\n"
		"        expect: { status: 200 }\n"
		"        capture: { item: { at: /id, type: uuid }, to: { header: Location } }\n"
		"        eventually: { within: 3s }\n"
		"      - { as: witness, sql: select 1, expect: { rows: 1 }, capture: { n: /0/n } "
		"}\n"
		"      - { wait: 250ms }\n");
	const struct suite_case *denied = &suite->cases[0];
	const struct step *step = &denied->steps.items[0], *sql = &denied->steps.items[1];
	const struct step *http = &suite->cases[1].steps.items[0];

	cr_expect_str_eq(denied->tags[0], "slow");
	cr_expect_str_eq(denied->outage, "database");
	cr_expect(json_is_null(json_object_get(denied->flags, "COMMON_V1")));
	cr_expect(step->refusal);
	cr_expect_eq(step->expect.status_count, 2);
	cr_expect_str_eq(step->expect.because, "either hides it");
	cr_expect_str_eq(step->control, "permitted");
	cr_expect(step->unchanged[0].empty);
	cr_expect(sql->refusal);
	cr_expect_eq(sql->expect.outcome[0].outcome, OUTCOME_DENIED);
	cr_expect_str_eq(sql->unproved, "no row is needed");
	cr_expect_eq(http->body_kind, BODY_FORM);
	cr_expect_str_eq(http->method, "POST");
	cr_expect_not(http->path.constant);
	cr_expect_eq(http->captures[1].source, CAPTURE_HEADER);
	cr_expect_eq(http->eventually_every_ms, 500);
	cr_expect_not(http->refusal);
	cr_expect_eq(suite->cases[1].steps.items[1].captures[0].source, CAPTURE_ROWS);
	cr_expect_eq(suite->cases[1].steps.items[2].wait_ms, 250);
	world_end(&world);
}

Test(suite, a_matrix_makes_a_case_of_each_combination_that_is_not_excluded)
{
	struct world world;
	const struct suite *suite =
		world_suite(&world, "cases:\n"
				    "  - id: see\n"
				    "    title: As ${matrix.who}\n"
				    "    as: ${matrix.who}\n"
				    "    matrix: { who: [crew, hod], n: [1, { name: two, of: 2 }], "
				    "exclude: [{ who: hod, n: two }] }\n"
				    "    steps:\n"
				    "      - { http: \"POST /x/${matrix.who}\", json: { n: "
				    "\"${matrix.n}\" }, expect: { status: 200 } }\n"
				    "  - { id: after, needs: [see.crew.two], steps: [{ http: GET "
				    "/, expect: { status: 200 } }] }\n");
	const struct suite_case *cases = suite->cases;

	cr_assert_eq(suite->case_count, 4);
	cr_expect_str_eq(cases[0].id, "see.crew.1");
	cr_expect_str_eq(cases[1].id, "see.crew.two");
	cr_expect_str_eq(cases[2].id, "see.hod.1");
	cr_expect_str_eq(cases[0].title, "As crew");
	cr_expect_str_eq(cases[2].steps.items[0].as, "hod");
	cr_expect_eq(json_integer_value(json_object_get(cases[0].steps.items[0].body.value, "n")),
		     1, "a value keeps its type");
	cr_expect_eq(cases[2].place.line, cases[0].place.line);
	world_end(&world);
}

Test(suite, captures_come_from_the_setup_and_from_whatever_is_needed)
{
	struct world world;
	const struct suite *suite = world_suite(
		&world,
		"vars: { v: \"${env.X}\" }\n"
		"setup: [{ http: GET /, expect: { status: 200 }, capture: { s: /s } }]\n"
		"once:\n"
		"  a: { steps: [{ http: \"GET /${s}\", expect: { status: 200 }, capture: { x: /x } "
		"}] }\n"
		"  b: { needs: [a], steps: [{ http: \"GET /${x}\", expect: { status: 200 } }] }\n"
		"cases:\n"
		"  - { id: two, needs: one, steps: [{ http: \"GET /${x}/${y}/${s}/${v}\", expect: "
		"{ status: 200 } }] }\n"
		"  - id: one\n"
		"    needs: [b]\n"
		"    steps: [{ http: GET /, expect: { status: 200 }, capture: { y: /y } }]\n"
		"    cleanup: [{ http: \"GET /${y}\", expect: { status: 200 } }]\n"
		"cleanup: [{ http: \"GET /${s}\", expect: { status: 200 } }]\n");

	cr_expect(suite->has_setup);
	cr_expect_eq(suite->fixture_count, 3);
	cr_expect_str_eq(suite->fixtures[0].id, "setup");
	cr_expect_str_eq(suite->fixtures[2].needs[0], "a");
	cr_expect_eq(suite->cases[1].cleanup.count, 1);
	cr_expect_eq(suite->cleanup.count, 1);
	cr_expect_not(suite->mutates);
	world_end(&world);
}

Test(suite, a_block_is_put_where_it_is_included)
{
	struct world world;
	const struct suite *suite = world_suite(
		&world,
		"cases:\n"
		"  - id: one\n"
		"    steps:\n"
		"      - { include: \"#outer\", with: { path: here } }\n"
		"      - { http: GET /last, expect: { status: 200 } }\n"
		"blocks:\n"
		"  outer:\n"
		"    - { include: \"#inner\", with: { part: \"${with.path}\", status: 201 } }\n"
		"    - { http: GET /second, expect: { status: 200 } }\n"
		"  inner:\n"
		"    - { http: \"GET /${with.part}\", expect: { status: \"${with.status}\" } }\n");
	const struct step_list *steps = &suite->cases[0].steps;

	cr_assert_eq(steps->count, 3);
	cr_expect_str_eq(json_string_value(steps->items[0].path.value), "/here");
	cr_expect_eq(steps->items[0].expect.status[0], 201);
	cr_expect_eq(steps->items[0].place.line, 13, "where the block is");
	cr_expect_str_eq(json_string_value(steps->items[2].path.value), "/last");
	world_end(&world);
}

static const struct {
	const char *step;
	bool writes;
} writing[] = {
	{ "action: view_item", false },
	{ "action: create_item", true },
	{ "http: GET /rest/v1/items", false },
	{ "http: POST /rest/v1/items", true },
	{ "http: DELETE /rest/v1/items", true },
	{ "http: POST /auth/v1/token?grant_type=password", false },
	{ "http: POST /v1/actions/suggestions", false },
	{ "http: POST /v1/actions/create_item/preview", false },
	{ "http: POST /v1/actions/execute", true },
	{ "http: POST /v1/bootstrap/../actions/execute", true },
};

ParameterizedTestParameters(suite, mutates_when_a_step_may_write)
{
	return rows_of(COUNTOF(writing));
}

ParameterizedTest(size_t *row, suite, mutates_when_a_step_may_write)
{
	char body[512];

	(void)snprintf(body, sizeof(body),
		       "cases: [{ id: a, as: hod, steps: [{ %s, expect: { status: 403 }, unproved: "
		       "x }] }]\n",
		       writing[*row].step);
	struct world world;
	const struct suite *suite = world_suite(&world, body);
	cr_expect_eq(suite->mutates, writing[*row].writes, "row %zu", *row);
	world_end(&world);
}
