#include "suite/lens_cache.h"

#include <criterion/criterion.h>

#include "suite/lens.h"

#define GOOD "fixtures/invalid/common/lens.yaml"
#define BAD  "fixtures/invalid/lens-missing/lens.yaml"

Test(lens_cache, a_lens_is_loaded_once)
{
	struct lens_cache *cache = lens_cache_new();
	struct errors errors = { 0 };
	const struct lens *first = lens_cache_get(cache, GOOD, &errors);

	cr_assert_not_null(first);
	cr_expect_eq(lens_cache_get(cache, GOOD, &errors), first);
	cr_expect_eq(errors.count, 0);
	lens_cache_free(cache);
}

Test(lens_cache, the_mistakes_of_a_lens_are_told_once)
{
	struct lens_cache *cache = lens_cache_new();
	struct errors errors = { 0 };

	cr_expect_null(lens_cache_get(cache, BAD, &errors));
	cr_expect_eq(errors.count, 3);
	cr_expect_null(lens_cache_get(cache, BAD, &errors));
	cr_assert_eq(errors.count, 4);
	cr_expect_str_eq(errors.items[3].message, "the lens " BAD " has mistakes");
	errors_release(&errors);
	lens_cache_free(cache);
}

Test(lens_cache, freeing_none_does_nothing)
{
	lens_cache_free(NULL);
}
