#include "base/digest.h"

#include <criterion/criterion.h>

/* Source: FIPS 180-2, appendix B.1. */
Test(digest, abc_has_the_published_sum)
{
	char hex[DIGEST_HEX_BYTES];

	digest_hex("abc", 3, hex);
	cr_expect_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
