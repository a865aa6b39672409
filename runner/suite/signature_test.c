#include "suite/signature.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/base.h"
#include "suite/world.h"

#define STEP(rest)                                                                                 \
	"cases:\n  - id: one\n    as: hod\n    steps:\n"                                           \
	"      - { action: sign_item, payload: { item_id: a }, expect: { status: 200 }, "          \
	"signature: "                                                                              \
	"{ " rest " } }\n"

static const struct {
	const char *body, *said;
} wrong[] = {
	{ STEP("type: ink"), "5:99: unknown type of a signature `ink`" },
	{ STEP("as: hod"), "5:91: missing key `type`" },
	{ STEP("type: pin, by: hod"), "unknown key `by`" },
	{ STEP("type: totp, as: crew"), "the persona `crew` has no `totp` to sign with" },
	{ STEP("type: pin, as: nobody"), "unknown persona `nobody`" },
	{ STEP("type: pin, with: { signed_by: me }"), "unknown key `signed_by`" },
	{ STEP("type: pin, altered: { user_id: 7 }"), "must be text, or null to leave it out" },
	{ STEP("type: pin, with: { user_id: '${nothing}' }"), "nothing is called `nothing`" },
	{ "cases:\n  - id: one\n    as: hod\n    steps:\n      - { action: approve_item, payload: "
	  "{}, "
	  "expect: { status: 200 }, signature: { type: pin } }\n",
	  "the lens does not say what `approve_item` is signed over" },
	{ "cases:\n  - id: one\n    as: hod\n    steps:\n      - { http: GET /, expect: { status: "
	  "200 "
	  "}, signature: { type: pin } }\n",
	  "an HTTP step has no `signature`" },
	{ "cases:\n  - id: one\n    steps:\n      - { action: sign_item, as: none, payload: {}, "
	  "expect: { status: 401, error: X }, unproved: because, signature: { type: pin } }\n",
	  "nobody signs: a signature needs a persona" },
};

Test(signature, what_cannot_be_signed_is_a_mistake_of_the_file)
{
	for (size_t i = 0; i < COUNTOF(wrong); i++) {
		struct world world;

		world_load(&world, wrong[i].body);
		cr_expect_null(world.suite, "row %zu", i);
		cr_expect_not_null(strstr(world.said, wrong[i].said), "row %zu: %s", i, world.said);
		world_end(&world);
	}
}

Test(signature, whoever_sends_it_signs_unless_it_says_otherwise)
{
	struct world world;
	const struct suite *suite = world_suite(
		&world,
		"cases:\n  - id: one\n    as: crew\n    steps:\n"
		"      - { action: sign_item, payload: {}, expect: { status: 200 }, as: hod, "
		"signature: { type: totp } }\n"
		"      - { action: sign_item, payload: {}, expect: { status: 200 }, "
		"signature: { type: pin, as: hod, with: { user_id: null } } }\n");
	const struct step *steps = suite->cases[0].steps.items;

	cr_assert_not_null(steps[0].signature);
	cr_expect_eq(steps[0].signature->type, SIGNATURE_TOTP);
	cr_expect_str_eq(steps[0].signature->signer->name, "hod");
	cr_expect_str_eq(steps[1].signature->signer->name, "hod");
	cr_expect_str_eq(steps[1].persona->name, "crew");
	cr_expect_not_null(steps[1].signature->with.value);
	cr_expect_null(steps[1].signature->altered.value);
	world_end(&world);
}
