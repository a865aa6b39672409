#include "exec/proof.h"

#include <criterion/criterion.h>
#include <string.h>

static json_t *
json(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	cr_assert_not_null(value, "%s", text);
	return value;
}

Test(proof, values_travel_as_parameters_and_names_are_quoted)
{
	struct arena arena = { 0 };
	struct proof_query query;
	json_t *where = json("{\"id\": \"a' or true --\", \"odd\\\" name\": 5, \"gone\": null}");

	proof_select("pms_items", where, &arena, &query);
	cr_expect_str_eq(query.text, "select to_jsonb(t) as row from \"pms_items\" t where "
				     "t.\"id\"::text = $1 and t.\"odd\"\" name\"::text = $2 and "
				     "t.\"gone\" is null order by to_jsonb(t)::text");
	cr_assert_eq(query.param_count, 2);
	cr_expect_str_eq(query.params[0], "a' or true --");
	cr_expect_str_eq(query.params[1], "5");
	json_decref(where);
	arena_release(&arena);
}

Test(proof, a_changed_row_is_a_finding_that_shows_only_what_changed)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	json_t *before = json("[{\"id\": 1, \"status\": \"candidate\", \"note\": null}]");
	json_t *after = json("[{\"id\": 1, \"status\": \"approved\", \"note\": null}]");

	proof_compare("items", before, before, &findings);
	cr_expect_eq(findings.count, 0);
	proof_compare("items", before, after, &findings);
	cr_assert_eq(findings.count, 1);
	cr_expect_eq(findings.items[0].type, FINDING_UNCHANGED);
	cr_expect_str_eq(findings.items[0].expected, "{\"status\": \"candidate\"}");
	cr_expect_str_eq(findings.items[0].actual, "{\"status\": \"approved\"}");
	json_decref(before);
	json_decref(after);
	arena_release(&arena);
}

Test(proof, a_row_more_or_less_is_a_finding)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	json_t *none = json("[]"), *one = json("[{\"id\": 1}]");

	proof_compare("items", none, one, &findings);
	proof_compare("items", one, none, &findings);
	cr_expect_eq(findings.count, 2);
	json_decref(none);
	json_decref(one);
	arena_release(&arena);
}

Test(proof, a_promise_is_broken_by_a_missing_row_a_double_row_and_a_wrong_row)
{
	struct arena arena = { 0 };
	struct findings findings = { .arena = &arena };
	struct promise promise = { .table = "items", .rows = 1 };
	json_t *pattern = json("{\"status\": \"candidate\"}");
	json_t *none = json("[]"), *good = json("[{\"status\": \"candidate\"}]");
	json_t *two = json("[{\"status\": \"candidate\"}, {\"status\": \"candidate\"}]");
	json_t *wrong = json("[{\"status\": \"approved\"}]");

	proof_promise(&promise, pattern, good, &findings);
	cr_expect_eq(findings.count, 0);
	proof_promise(&promise, pattern, none, &findings);
	cr_expect_eq(findings.count, 1);
	proof_promise(&promise, pattern, two, &findings);
	cr_expect_eq(findings.count, 2);
	proof_promise(&promise, pattern, wrong, &findings);
	cr_assert_eq(findings.count, 3);
	cr_expect_str_eq(findings.items[2].pointer, "/items/0/status");
	for (size_t i = 0; i < findings.count; i++)
		cr_expect_eq(findings.items[i].type, FINDING_WRITTEN);
	json_decref(pattern);
	json_decref(none);
	json_decref(good);
	json_decref(two);
	json_decref(wrong);
	arena_release(&arena);
}
