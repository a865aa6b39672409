#include "suite/cast.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/world.h"

#define CASES "cases: [{ id: a, steps: [{ http: GET /, as: ghost, expect: { status: 200 } }] }]\n"

Test(cast, a_derived_persona_acts_like_any_other)
{
	struct world world;
	const struct suite *suite = world_suite(
		&world, "derived: { ghost: { like: hod, token: unknown_user } }\n" CASES);
	const struct persona *ghost = suite->cases[0].steps.items[0].persona;

	cr_assert_not_null(ghost);
	cr_expect_str_eq(ghost->name, "ghost");
	cr_expect_str_eq(ghost->role, "hod");
	cr_expect_eq(ghost->token, TOKEN_UNKNOWN_USER);
	cr_expect_eq(suite_persona(suite, world.environment, "ghost"), ghost);
	cr_expect_eq(suite_persona(suite, world.environment, "hod"),
		     environment_persona(world.environment, "hod"));
	cr_expect_null(suite_persona(suite, world.environment, "nobody"));
	world_end(&world);
}

static const struct {
	const char *as, *said;
} actors[] = {
	{ "crew", "" },
	{ "none", "" },
	{ "purse", "unknown persona `purse`; did you mean `purser`?" },
	{ "ghots", "unknown persona `ghots`; did you mean `ghost`?" },
	{ "5", "must be text, not a number" },
};

ParameterizedTestParameters(cast, an_unknown_name_is_reported_once_where_it_is)
{
	return rows_of(COUNTOF(actors));
}

ParameterizedTest(size_t *row, cast, an_unknown_name_is_reported_once_where_it_is)
{
	struct world world;
	char body[512];

	(void)snprintf(
		body, sizeof(body),
		"derived: { ghost: { like: hod, token: expired } }\n"
		"cases: [{ as: %s, id: a, steps: [{ action: view_item, expect: { status: 200 } }, "
		"{ action: view_item, expect: { status: 200 } }] }]\n",
		actors[*row].as);
	world_load(&world, body);
	cr_expect_leq(world.errors.count, 1);
	cr_expect_str_eq(world.errors.count ? world.errors.items[0].message : "", actors[*row].said,
			 "row %zu", *row);
	world_end(&world);
}
