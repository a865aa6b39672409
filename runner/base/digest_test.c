#include "base/digest.h"

#include <criterion/criterion.h>
#include <string.h>

/* Source: FIPS 180-2, appendix B.1. */
Test(digest, abc_has_the_published_sum)
{
	char hex[DIGEST_HEX_BYTES];

	digest_hex("abc", 3, hex);
	cr_expect_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

Test(digest, many_give_the_same_sums_as_one_by_one)
{
	static const char *const texts[] = { "", "abc", "",
					     "a longer text than one block of the "
					     "hash, which has sixty-four bytes" };
	struct digest *digest = digest_new();
	char one[DIGEST_HEX_BYTES];
	char many[DIGEST_HEX_BYTES];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		digest_hex(texts[i], strlen(texts[i]), one);
		digest_next(digest, texts[i], strlen(texts[i]), many);
		cr_expect_str_eq(many, one);
	}
	digest_free(digest);
	digest_free(NULL);
}
