#include "exec/totp.h"

#include <criterion/criterion.h>

#include "base/base.h"

/* RFC 6238, appendix B: the last six digits of the SHA-1 column. The secret is
 * "12345678901234567890". */
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static const struct {
	int64_t at_s;
	const char *code;
} rows[] = {
	{ 59, "287082" },         { 1111111109, "081804" }, { 1111111111, "050471" },
	{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
};

Test(totp, the_codes_are_those_of_the_rfc)
{
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		char code[TOTP_BYTES] = "";

		cr_expect(totp_code(SECRET, rows[i].at_s, code));
		cr_expect_str_eq(code, rows[i].code, "row %zu: %s", i, code);
	}
}

Test(totp, padding_changes_nothing)
{
	char plain[TOTP_BYTES], padded[TOTP_BYTES];

	cr_assert(totp_code("GEZDGNBVGY", 59, plain));
	cr_assert(totp_code("GEZDGNBVGY======", 59, padded));
	cr_expect_str_eq(plain, padded);
}

Test(totp, what_is_no_base_32_has_no_code)
{
	static const char *const wrong[] = { "", "=", "not base 32", "gezdgnbv", "GEZD1" };
	char code[TOTP_BYTES];

	for (size_t i = 0; i < COUNTOF(wrong); i++)
		cr_expect_not(totp_code(wrong[i], 59, code), "%s", wrong[i]);
}
