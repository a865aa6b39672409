#include "suite/suite_case.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/world.h"

#define STEPS "steps: [{ http: GET /, expect: { status: 200 } }]"

static const struct {
	const char *entry, *said;
} cases[] = {
	{ "id: a, " STEPS, "" },
	{ "id: a, skip: no target, " STEPS, "" },
	{ "id: a, flags: { COMMON_V1: false }, outage: database, " STEPS, "" },
	{ "id: a, tags: x, timeout: 3s, " STEPS, "" },
	{ STEPS, "missing key `id`" },
	{ "id: a", "missing key `steps`" },
	{ "id: a, steps: []", "must not be empty" },
	{ "id: a, steps: [{ wait: 1s }]", "a case that only waits proves nothing" },
	{ "id: a, skip: \"\", " STEPS, "must not be empty" },
	{ "id: a, flags: { COMMON_V1: 1 }, " STEPS,
	  "must be `true`, `false` or null, which is unset" },
	{ "id: a, flags: { COMMON_V2: true }, " STEPS,
	  "unknown flag `COMMON_V2`; did you mean `COMMON_V1`?" },
	{ "id: a, outage: redis, " STEPS, "unknown outage `redis`" },
	{ "id: a, title: \"${x}\", " STEPS, "a title holds only ${matrix.*} that have a value" },
	{ "id: a, step: [], " STEPS, "unknown key `step`; did you mean `steps`?" },
	{ "id: a, needs: [5], " STEPS, "must be text, not a number" },
};

ParameterizedTestParameters(suite_case, says_what_is_wrong_with_it)
{
	return rows_of(COUNTOF(cases));
}

ParameterizedTest(size_t *row, suite_case, says_what_is_wrong_with_it)
{
	struct world world;
	char body[512];

	(void)snprintf(body, sizeof(body), "cases: [{ %s }]\n", cases[*row].entry);
	world_load(&world, body);
	cr_expect_eq(world.suite != NULL, cases[*row].said[0] == '\0', "row %zu", *row);
	cr_expect_str_eq(world.errors.count ? world.errors.items[0].message : "", cases[*row].said,
			 "row %zu", *row);
	world_end(&world);
}

Test(suite_case, has_the_tags_of_its_suite_and_its_own)
{
	struct world world;
	const struct suite *suite = world_suite(&world, "tags: [a, b]\n"
							"cases:\n"
							"  - { id: x, tags: c, " STEPS " }\n"
							"  - { id: y, " STEPS " }\n");

	cr_assert_eq(suite->cases[0].tag_count, 3);
	cr_expect_str_eq(suite->cases[0].tags[0], "a");
	cr_expect_str_eq(suite->cases[0].tags[2], "c");
	cr_expect_eq(suite->cases[1].tag_count, 2);
	world_end(&world);
}

Test(suite_case, a_mistake_in_a_matrix_is_told_once)
{
	struct world world;

	world_load(&world, "cases:\n"
			   "  - id: a\n"
			   "    matrix: { n: [1, 2, 3] }\n"
			   "    steps: [{ http: GET /, expect: { stats: 200 } }]\n");
	cr_expect_str_eq(world.said, "4:38: unknown key `stats`; did you mean `status`?");
	world_end(&world);
}
