/* Each suite, made for the parts lens: add_part (engineers), consume_part and view_part (crew and
 * heads of department), a purser who may do nothing. */
#include "scaffold/suites.h"

#include "scaffold/sketch.h"

static struct sketch sketch;

static void
begin(void)
{
	sketch_begin(&sketch, "fixtures/scaffold/parts.yaml");
}

static void
end(void)
{
	sketch_end(&sketch);
}

TestSuite(suites, .init = begin, .fini = end);

static const json_t *
body_of(const json_t *suite, const char *id)
{
	const json_t *test = sketch_case(suite, id);

	cr_assert_not_null(test, "%s", id);
	return json_object_get(json_object_get(sketch_step(test), "expect"), "body");
}

Test(suites, acceptance_lists_to_each_role_exactly_what_it_may_run)
{
	json_t *suite = acceptance_make(&sketch.draft);

	sketch_expect(json_object_get(body_of(suite, "list.crew"), "total_count"), "2");
	sketch_expect(json_object_get(body_of(suite, "list.manager"), "total_count"), "3");
	sketch_expect(body_of(suite, "list.purser"),
		      "{\"role\": \"purser\", \"total_count\": 0, \"actions\": {\"$len\": 0}}");
	/* Whatever the forger's token claims. */
	sketch_expect(body_of(suite, "list.forger"),
		      "{\"role\": \"purser\", \"total_count\": 0, \"actions\": {\"$len\": 0}}");
	json_decref(suite);
}

Test(suites, acceptance_denies_the_complement_of_the_allowed_roles)
{
	static const struct {
		const char *id;
		bool there;
	} rows[] = {
		{ "accept.add_part", true },
		{ "deny.add_part.crew", true },
		{ "deny.add_part.captain", true },
		{ "deny.add_part.manager", false },
		{ "deny.add_part.forger", true },
		{ "deny.consume_part.crew", false },
		{ "deny.consume_part.purser", true },
		{ "deny.view_part.purser", true },
		{ "roleless.add_part", true },
		{ "stranger.view_part", true },
		{ "missing.consume_part.quantity", true },
		{ "yacht.consume_part", true },
		{ "signed.add_part.long-ago", false },
	};
	json_t *suite = acceptance_make(&sketch.draft);

	for (size_t i = 0; i < COUNTOF(rows); i++)
		cr_expect_eq(sketch_case(suite, rows[i].id) != NULL, rows[i].there, "%s",
			     rows[i].id);
	json_decref(suite);
}

Test(suites, a_denial_has_its_rows_and_its_control)
{
	json_t *suite = acceptance_make(&sketch.draft);
	const json_t *test = sketch_case(suite, "deny.consume_part.purser");
	const json_t *steps = json_object_get(test, "steps");

	cr_assert_eq(json_array_size(steps), 3, "the part, the denial, and one without a payload");
	sketch_expect(
		json_array_get(steps, 1),
		"{\"action\": \"consume_part\", \"payload\": {\"part_id\": \"${part}\","
		" \"quantity\": 2, \"idempotency_key\": \"key ${unique}\"},"
		" \"expect\": {\"status\": 403, \"error\": \"INSUFFICIENT_PERMISSIONS\"},"
		" \"unchanged\": [{\"table\": \"pms_parts\", \"where\": {\"id\": \"${part}\"}},"
		"  {\"table\": \"pms_part_movements\", \"where\": {\"idempotency_key\":"
		"   \"key ${unique}\"}, \"empty\": true}],"
		" \"control\": \"accept.consume_part\"}");
	sketch_expect(json_object_get(json_array_get(steps, 2), "payload"), "{}");
	json_decref(suite);
}

Test(suites, flags_are_tried_off_and_unset_with_what_is_needed_made_before)
{
	json_t *suite = flags_make(&sketch.draft);
	const json_t *test = sketch_case(suite, "off.PARTS_LENS_V1_ENABLED.view_part");

	cr_assert_not_null(test);
	sketch_expect(json_object_get(test, "flags"),
		      "{\"PARTS_LENS_V1_ENABLED\": \"${matrix.flag.value}\"}");
	sketch_expect(json_object_get(test, "needs"), "[\"for_view_part\"]");
	cr_expect_not_null(json_object_get(json_object_get(suite, "once"), "for_view_part"));
	cr_expect_not_null(sketch_case(suite, "list-off.PARTS_LENS_V1_ENABLED"));
	json_decref(suite);
}

Test(suites, rls_tries_another_yacht_and_a_forged_token)
{
	json_t *suite = rls_make(&sketch.draft);

	sketch_expect(
		json_array_get(json_object_get(suite, "cases"), 0),
		"{\"generate\": \"role_matrix\", \"actions\": [\"add_part\", \"consume_part\"],"
		" \"layers\": [\"rls\"]}");
	cr_expect_not_null(sketch_case(suite, "matrix.add_part.foreign_hod.rls"));
	cr_expect_not_null(sketch_case(suite, "matrix.add_part.forger.rls"));
	cr_expect_not_null(json_object_get(json_object_get(suite, "derived"), DRAFT_FORGER));
	json_decref(suite);
}

Test(suites, smoke_runs_each_action_by_the_last_role_that_may)
{
	json_t *suite = smoke_make(&sketch.draft);
	const json_t *test = sketch_case(suite, "smoke-add_part");

	cr_assert_not_null(test);
	sketch_expect(json_object_get(test, "as"), "\"manager\"");
	sketch_expect(json_object_get(sketch_step(sketch_case(suite, "smoke-add_part-denied")),
				      "control"),
		      "\"smoke-add_part\"");
	json_decref(suite);
}

Test(suites, stress_loads_what_only_reads_and_one_refusal)
{
	json_t *suite = stress_make(&sketch.draft);

	cr_expect_not_null(sketch_case(suite, "view_part-30"));
	cr_expect_not_null(sketch_case(suite, "add_part-denied-30"));
	cr_expect_null(sketch_case(suite, "consume_part-30"), "it writes");
	cr_expect_null(sketch_case(suite, "view_part-denied-30"), "nothing would show a change");
	json_decref(suite);
}

Test(suites, roles_are_tried_in_the_list_only_where_nobody_knows_a_success)
{
	struct sketch drafted;

	sketch_text(&drafted, "lens: l\nroles: [crew]\nrefusal: { e: \"${error}\" }\nactions:\n"
			      "  a: { variant: READ, allow: [crew] }\n"
			      "  b: { variant: MUTATE, allow: [crew], writes: FILL_IN }\n");
	json_t *suite = roles_make(&drafted.draft);
	sketch_expect(suite, "{\"cases\": [{\"generate\": \"role_matrix\", \"actions\": [\"a\"],"
			     "  \"layers\": [\"list\", \"execute\"]},"
			     " {\"generate\": \"role_matrix\", \"actions\": [\"b\"],"
			     "  \"layers\": [\"list\"]}]}");
	json_decref(suite);
	sketch_end(&drafted);
}
