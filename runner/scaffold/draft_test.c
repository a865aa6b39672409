#include "scaffold/draft.h"

#include "scaffold/sketch.h"

#define REFUSAL "refusal: { status: error, error_code: \"${error}\" }\n"

Test(draft, the_people_are_those_of_the_environment_and_of_the_lens)
{
	struct sketch sketch;

	sketch_text(&sketch, "lens: l\nroles: [crew, captain]\n" REFUSAL
			     "derived: { no_sub: { like: hod, token: no_sub } }\n"
			     "actions:\n  look: { variant: READ, allow: [captain] }\n");
	cr_expect_str_eq(sketch.draft.foreign->name, "foreign_hod");
	cr_expect_str_eq(sketch.draft.forger->name, "crew");
	sketch_expect(sketch.draft.strangers,
		      "[\"anonymous\", \"empty\", \"garbage\", \"expired\", \"wrong_signature\","
		      " \"alg_none\", \"future_iat\", \"no_sub\"]");
	json_t *derived = draft_derived(&sketch.draft);
	sketch_expect(derived,
		      "{\"forger\": {\"like\": \"crew\", \"claims\": {\"app_metadata\":"
		      " {\"role\": \"captain\"}, \"user_metadata\": {\"role\": \"captain\"}}}}");
	json_decref(derived);
	sketch_end(&sketch);
}

Test(draft, nobody_gains_by_forging_where_all_may_do_the_same)
{
	struct sketch sketch;

	sketch_text(&sketch, "lens: l\nroles: [crew, captain]\n" REFUSAL
			     "actions:\n  look: { variant: READ, allow: [everyone] }\n");
	cr_expect_null(sketch.draft.forger);
	cr_expect_null(draft_derived(&sketch.draft));
	sketch_end(&sketch);
}

Test(draft, every_role_that_nobody_has_is_a_mistake)
{
	static const char text[] = "lens: l\nroles: [crew, deckhand, chief_officer]\n" REFUSAL
				   "actions:\n  look: { variant: READ, allow: [crew] }\n";
	struct sketch sketch;
	struct errors errors = { 0 };
	struct draft draft;
	char path[SCRATCH_BYTES];

	sketch_begin(&sketch, "fixtures/scaffold/parts.yaml");
	scratch_make(path, "lens.yaml", text, strlen(text));
	struct lens *lens = lens_load(path, &errors);
	scratch_remove(path);
	cr_assert_not_null(lens);
	cr_expect_not(draft_init(&draft, lens, sketch.environment, &errors));
	cr_assert_eq(errors.count, 2);
	cr_expect_str_eq(
		errors.items[0].message,
		"unknown role `deckhand`: environment embedded has no persona `deckhand` of "
		"this role; say in `personas` who stands for it");
	cr_expect(strstr(errors.items[1].message, "`chief_officer`"));
	draft_release(&draft);
	lens_free(lens);
	errors_release(&errors);
	sketch_end(&sketch);
}

Test(draft, a_lens_that_does_not_say_where_an_error_code_is_is_a_mistake)
{
	static const char text[] = "lens: l\nroles: [crew]\n"
				   "actions:\n  look: { variant: READ, allow: [crew] }\n";
	struct sketch sketch;
	struct errors errors = { 0 };
	struct draft draft;
	char path[SCRATCH_BYTES];

	sketch_begin(&sketch, "fixtures/scaffold/parts.yaml");
	scratch_make(path, "lens.yaml", text, strlen(text));
	struct lens *lens = lens_load(path, &errors);
	scratch_remove(path);
	cr_assert_not_null(lens);
	cr_expect_not(draft_init(&draft, lens, sketch.environment, &errors));
	cr_assert_eq(errors.count, 1);
	cr_expect_str_eq(errors.items[0].message,
			 "the lens l has no `refusal`: nobody could tell one error from another");
	draft_release(&draft);
	lens_free(lens);
	errors_release(&errors);
	sketch_end(&sketch);
}

Test(draft, who_cannot_sign_has_it_signed_by_who_may)
{
	struct sketch sketch;

	sketch_begin(&sketch, "suites/receiving/lens.yaml");
	const struct action *accept = lens_action(sketch.lens, "accept_receiving");
	struct recipe recipe =
		draft_recipe(&sketch.draft, accept, draft_permitted(&sketch.draft, accept));
	json_t *own = draft_request(&sketch.draft, &recipe, NULL, draft_ok());
	json_t *other = draft_request(&sketch.draft, &recipe, "anonymous", draft_ok());
	sketch_expect(json_object_get(own, "signature"), "{\"type\": \"pin\"}");
	sketch_expect(json_object_get(other, "signature"),
		      "{\"type\": \"pin\", \"as\": \"captain\"}");
	json_decref(own);
	json_decref(other);
	sketch_end(&sketch);
}
