#include "suite/loading.h"

#include <criterion/criterion.h>

Test(loading, what_is_kept_lives_as_long_as_the_suite)
{
	struct suite suite = { .expanded = json_array() };
	struct loading loading = { .suite = &suite };
	const json_t *kept = loading_keep(&loading, json_string("made"));

	cr_expect_str_eq(json_string_value(kept), "made");
	cr_expect_eq(json_array_get(suite.expanded, 0), kept);
	json_decref(suite.expanded);
}
