#include "scaffold/signed.h"

#include "scaffold/sketch.h"

static json_t *
cases_of(struct sketch *sketch, const char *action)
{
	json_t *cases = json_array();

	signed_add(&sketch->draft, lens_action(sketch->lens, action), cases);
	return cases;
}

static void
expect_signature(const json_t *cases, const char *id, const char *signature)
{
	const json_t *test = sketch_case(cases, id);

	cr_assert_not_null(test, "%s", id);
	sketch_expect(json_object_get(sketch_step(test), "signature"), signature);
	sketch_expect(json_object_get(sketch_step(test), "control"), "\"accept.accept_receiving\"");
}

Test(signed, each_signature_is_bad_in_one_way)
{
	struct sketch sketch;

	sketch_begin(&sketch, "suites/receiving/lens.yaml");
	json_t *cases = cases_of(&sketch, "accept_receiving");
	cr_expect_eq(json_array_size(cases), 6);
	expect_signature(cases, "signed.accept_receiving.by-another",
			 "{\"type\": \"pin\", \"as\": \"manager\"}");
	expect_signature(
		cases, "signed.accept_receiving.in-another-name",
		"{\"type\": \"pin\", \"with\": {\"user_id\": \"${personas.manager.user}\"}}");
	expect_signature(cases, "signed.accept_receiving.in-another-role",
			 "{\"type\": \"pin\", \"with\": {\"role_at_signing\": \"crew\"}}");
	expect_signature(cases, "signed.accept_receiving.long-ago",
			 "{\"type\": \"pin\", \"with\": {\"signed_at\": \"${now-2h}\"}}");
	expect_signature(cases, "signed.accept_receiving.something-else",
			 "{\"type\": \"pin\", \"altered\": {\"signature_hash\":"
			 " \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}");
	cr_expect_null(json_object_get(
		sketch_step(sketch_case(cases, "signed.accept_receiving.not-at-all")),
		"signature"));
	json_decref(cases);
	sketch_end(&sketch);
}

Test(signed, what_is_not_signed_has_no_such_cases)
{
	struct sketch sketch;

	sketch_begin(&sketch, "suites/receiving/lens.yaml");
	json_t *cases = cases_of(&sketch, "reject_receiving");
	cr_expect_eq(json_array_size(cases), 0);
	json_decref(cases);
	sketch_end(&sketch);
}
