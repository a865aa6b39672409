#include "exec/signature.h"

#include <criterion/criterion.h>
#include <string.h>

#include "suite/world.h"

/* 2026-11-22T21:35:45.123Z */
#define AT_US 1795383345123000

struct made {
	struct world world;
	json_t *payload, *object;
	struct error err;
};

static void
make(struct made *made, const char *signature)
{
	char body[1024];

	*made = (struct made){ .payload = json_pack("{s:s}", "item_id", "i-1") };
	(void)snprintf(body, sizeof(body),
		       "cases:\n  - id: one\n    as: hod\n    steps:\n"
		       "      - { action: sign_item, payload: {}, expect: { status: 200 }, "
		       "signature: %s }\n",
		       signature);
	const struct suite *suite = world_suite(&made->world, body);
	struct step step = suite->cases[0].steps.items[0];
	struct persona signer = *step.signature->signer;
	struct signature own = *step.signature;
	const struct scope scope = { .environment = made->world.environment,
				     .suite = suite,
				     .persona = step.persona,
				     .payload = made->payload };

	signer.pin = "2468";
	signer.totp = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
	own.signer = &signer;
	step.signature = &own;
	made->object = signature_make(&step, &scope, AT_US, &made->err);
}

static void
release(struct made *made)
{
	json_decref(made->object);
	json_decref(made->payload);
	world_end(&made->world);
}

static const char *
member(const struct made *made, const char *key)
{
	return json_string_value(json_object_get(made->object, key));
}

Test(signature_object, it_says_who_signed_as_what_when_and_how)
{
	struct made made;

	make(&made, "{ type: pin }");
	cr_assert_not_null(made.object, "%s", made.err.message);
	cr_expect_str_eq(member(&made, "user_id"), "05a488fd-e099-4d18-bf86-d87afba4fcdf");
	cr_expect_str_eq(member(&made, "role_at_signing"), "hod");
	cr_expect_str_eq(member(&made, "signed_at"), "2026-11-22T21:35:45.123Z");
	cr_expect_str_eq(member(&made, "signature_type"), "pin");
	/* printf '%s' 'sign_item i-1 05a488fd-... hod 2026-11-22T21:35:45.123Z pin' |
	 * openssl dgst -sha256 -hmac 2468 -binary | base64url */
	cr_expect_str_eq(member(&made, "signature_hash"),
			 "Y_uUqHNvo1qwPDhU0vei0ZrEye7fxjKuTNC9pyrQmw0");
	release(&made);
}

Test(signature_object, a_one_time_code_is_that_of_the_moment_of_signing)
{
	struct made made;

	make(&made, "{ type: totp, with: { signed_at: '1970-01-01T00:00:59.000Z' } }");
	cr_assert_not_null(made.object, "%s", made.err.message);
	/* The same with the key 287082, which RFC 6238 gives for second 59. */
	cr_expect_str_eq(member(&made, "signature_hash"),
			 "ybuDA3o04YoSx1hQ0vbO8ek75KhaMILZoiqShcWDBLs");
	release(&made);
}

Test(signature_object, what_is_replaced_before_is_signed_and_what_is_altered_after_is_not)
{
	struct made plain, with, altered;

	make(&plain, "{ type: pin }");
	make(&with, "{ type: pin, with: { role_at_signing: captain } }");
	make(&altered, "{ type: pin, altered: { role_at_signing: captain } }");
	cr_expect_str_eq(member(&with, "role_at_signing"), "captain");
	cr_expect_str_eq(member(&altered, "role_at_signing"), "captain");
	cr_expect_str_neq(member(&with, "signature_hash"), member(&plain, "signature_hash"));
	cr_expect_str_eq(member(&altered, "signature_hash"), member(&plain, "signature_hash"));
	release(&plain);
	release(&with);
	release(&altered);
}

Test(signature_object, null_leaves_a_member_out)
{
	struct made made;

	make(&made, "{ type: pin, altered: { signature_hash: null } }");
	cr_expect_null(member(&made, "signature_hash"));
	cr_expect_eq(json_object_size(made.object), 4);
	release(&made);
}

Test(signature_object, a_one_time_code_of_no_moment_is_a_mistake)
{
	struct made made;

	make(&made, "{ type: totp, with: { signed_at: yesterday } }");
	cr_expect_null(made.object);
	cr_expect_str_eq(made.err.message, "signed_at is no time: `yesterday`");
	release(&made);
}
