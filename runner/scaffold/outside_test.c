#include "scaffold/outside.h"

#include "scaffold/sketch.h"

#define LENS                                                                                       \
	"lens: l\nroles: [crew, captain]\nwithout_role: [inactive]\nrefusal: { e: \"${error}\" "   \
	"}\n"                                                                                      \
	"actions:\n  take: { variant: MUTATE, allow: [captain], required: [x], writes: FILL_IN "   \
	"}\n"                                                                                      \
	"  sweep: { variant: MUTATE, allow: [captain], writes: FILL_IN }\n"

Test(outside, an_empty_payload_shows_who_is_let_through)
{
	struct sketch sketch;
	json_t *cases = json_array();

	sketch_text(&sketch, LENS);
	outside_add(&sketch.draft, lens_action(sketch.lens, "take"), cases);
	cr_expect_eq(json_array_size(cases), 4);
	sketch_expect(
		json_object_get(sketch_step(sketch_case(cases, "router.take.captain")), "expect"),
		"{\"status\": 400, \"error\": \"MISSING_REQUIRED_FIELD\"}");
	const json_t *denied = sketch_case(cases, "deny.take.crew");
	cr_assert_not_null(denied);
	sketch_expect(json_object_get(denied, "needs"), "[\"router.take.captain\"]");
	sketch_expect(json_object_get(sketch_step(denied), "payload"), "{}");
	cr_expect_not_null(sketch_case(cases, "roleless.take"));
	cr_expect_not_null(sketch_case(cases, "stranger.take"));
	json_decref(cases);
	sketch_end(&sketch);
}

Test(outside, what_requires_nothing_is_not_sent_at_all)
{
	struct sketch sketch;
	json_t *cases = json_array();

	sketch_text(&sketch, LENS);
	outside_add(&sketch.draft, lens_action(sketch.lens, "sweep"), cases);
	cr_expect_eq(json_array_size(cases), 0, "an empty payload might do something");
	json_decref(cases);
	sketch_end(&sketch);
}
