#include "suite/generate.h"

#include <criterion/criterion.h>

#include "base/rows.h"
#include "suite/world.h"

static const struct {
	const char *entry;
	size_t cases;
	const char *first, *last;
} matrices[] = {
	/* Four actions, three roles; only one of them has `sql`. */
	{ "generate: role_matrix", 27, "matrix.create_item.crew.list",
	  "matrix.view_item.purser.execute" },
	{ "generate: role_matrix, layers: execute", 12, "matrix.create_item.crew.execute",
	  "matrix.view_item.purser.execute" },
	{ "generate: role_matrix, layers: [rls], roles: [hod, crew]", 2,
	  "matrix.approve_item.hod.rls", "matrix.approve_item.crew.rls" },
	{ "generate: role_matrix, actions: [view_item, create_item], layers: [list], roles: crew",
	  2, "matrix.view_item.crew.list", "matrix.create_item.crew.list" },
};

ParameterizedTestParameters(generate, makes_a_case_per_action_role_and_layer)
{
	return rows_of(COUNTOF(matrices));
}

ParameterizedTest(size_t *row, generate, makes_a_case_per_action_role_and_layer)
{
	struct world world;
	char body[256];

	(void)snprintf(body, sizeof(body), "cases: [{ %s }]\n", matrices[*row].entry);
	const struct suite *suite = world_suite(&world, body);
	cr_assert_eq(suite->case_count, matrices[*row].cases, "row %zu: %zu", *row,
		     suite->case_count);
	cr_expect_str_eq(suite->cases[0].id, matrices[*row].first);
	cr_expect_str_eq(suite->cases[suite->case_count - 1].id, matrices[*row].last);
	world_end(&world);
}

Test(generate, a_case_says_what_it_covers)
{
	struct world world;
	const struct suite *suite =
		world_suite(&world, "tags: [all]\ncases:\n"
				    "  - { generate: role_matrix, actions: approve_item, layers: "
				    "rls, tags: [rls], timeout: 9s }\n");
	const struct suite_case *crew = &suite->cases[0], *hod = &suite->cases[1];

	cr_expect_str_eq(crew->group, "rls");
	cr_expect_str_eq(json_string_value(json_object_get(crew->covers, "action")),
			 "approve_item");
	cr_expect_str_eq(json_string_value(json_object_get(crew->covers, "role")), "crew");
	cr_expect_str_eq(json_string_value(json_object_get(crew->covers, "layer")), "rls");
	cr_expect_eq(crew->tag_count, 2);
	cr_expect_eq(crew->timeout_ms, 9000);
	cr_expect_eq(crew->place.line, 5, "where `generate` stands");
	cr_assert_eq(crew->steps.count, 2);
	cr_expect(crew->steps.items[1].refusal);
	cr_expect_str_eq(crew->steps.items[1].control, hod->id);
	cr_expect_not(hod->steps.items[1].refusal);
	world_end(&world);
}

Test(generate, a_matrix_without_the_permitted_role_says_that_it_proves_less)
{
	struct world world;
	const struct suite *suite =
		world_suite(&world, "cases: [{ generate: role_matrix, actions: [create_item], "
				    "roles: [purser], layers: [execute] }]\n");

	cr_expect_null(suite->cases[0].steps.items[0].control);
	cr_expect_str_eq(suite->cases[0].steps.items[0].unproved,
			 "no role of this matrix may do it");
	world_end(&world);
}
