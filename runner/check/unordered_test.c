#include "check/unordered.h"

#include <criterion/criterion.h>

#include "base/base.h"

static struct arena arena;

static void
stop(void)
{
	arena_release(&arena);
}

TestSuite(unordered, .fini = stop);

/* How many mismatches there are between the items and the patterns, both JSON arrays. */
static size_t
mismatches(const char *patterns_text, const char *items_text)
{
	json_t *patterns = json_loads(patterns_text, 0, NULL);
	json_t *items = json_loads(items_text, 0, NULL);
	struct findings findings = { .arena = &arena };
	struct matching matching = { .findings = &findings, .pointer = "" };
	const struct at at = { .value = items };

	cr_assert(patterns && items);
	bool ok = unordered_match(&matching, &at, patterns);
	cr_expect_eq(ok, matching.mismatches == 0);
	json_decref(patterns);
	json_decref(items);
	return matching.mismatches;
}

Test(unordered, order_does_not_matter_and_number_does)
{
	cr_expect_eq(mismatches("[1, 2, 3]", "[3, 1, 2]"), 0);
	cr_expect_eq(mismatches("[]", "[]"), 0);
	cr_expect_eq(mismatches("[1, 1, 2]", "[1, 2, 2]"), 2, "one is missing, one too many");
	cr_expect_eq(mismatches("[1]", "[1, 1]"), 1);
	cr_expect_eq(mismatches("[1, 1]", "[1]"), 1);
}

Test(unordered, a_wide_pattern_leaves_the_only_item_of_a_narrow_one)
{
	cr_expect_eq(mismatches("[{\"a\": {\"$type\": \"integer\"}}, {\"a\": 1}]",
				"[{\"a\": 1}, {\"a\": 2}]"),
		     0);
	cr_expect_eq(mismatches("[{\"a\": 1}, {\"a\": {\"$type\": \"integer\"}}]",
				"[{\"a\": 2}, {\"a\": 1}]"),
		     0);
	cr_expect_gt(mismatches("[{\"a\": 1}, {\"a\": 1}]", "[{\"a\": 1}, {\"a\": 2}]"), 0);
}

Test(unordered, what_is_no_array_is_a_mismatch)
{
	cr_expect_eq(mismatches("[1]", "{\"a\": 1}"), 1);
}
