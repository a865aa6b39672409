#include "watch/switched_off.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct role roles[] = { { "crew", "crew" }, { "captain", "skipper" } };
static const char *const captains[] = { "captain" };
static const struct action actions[] = {
	{ .name = "look", .variant = VARIANT_READ },
	{ .name = "sign", .variant = VARIANT_SIGNED, .allow = captains, .allow_count = 1 },
};
static const struct lens lens = { .name = "boats",
				  .domain = "harbour",
				  .roles = roles,
				  .role_count = 2,
				  .actions = actions,
				  .action_count = 2 };
static struct switched_off off;
static const char *const ids[] = { "list", "suggestions", "execute.look" };

static void
settle(size_t index, enum verdict verdict, const char *actual)
{
	const struct planned_case planned = { .id = ids[index] };
	const struct run_case run_case = { .index = index, .verdict = verdict, .actual = actual };

	switched_off_case(&off, &planned, &run_case);
}

static void
says(bool proved, const char *sentence)
{
	struct buf text;

	buf_init(&text, 1000);
	switched_off_sentence(&off, &text);
	cr_expect_str_eq(text.text, sentence);
	cr_expect_eq(switched_off_proved(&off), proved);
	buf_release(&text);
	switched_off_release(&off);
}

Test(switched_off, the_suite_asks_list_suggestions_and_each_action_three_times)
{
	json_t *suite = switched_off_suite(&lens);
	json_t *cases = json_object_get(suite, "cases");
	json_t *last = json_array_get(cases, 5);

	cr_assert_eq(json_array_size(cases), 8);
	cr_expect_str_eq(json_string_value(json_object_get(last, "id")), "execute.sign");
	cr_expect_str_eq(json_string_value(json_object_get(last, "as")), "skipper");
	char *text = json_dumps(json_object_get(last, "steps"), JSON_COMPACT);
	cr_expect_not_null(strstr(text, "\"payload\":{}"), "%s", text);
	cr_expect_not_null(
		strstr(text, "\"expect\":{\"status\":503,\"error\":\"FEATURE_DISABLED\"}"), "%s",
		text);
	free(text);
	json_decref(suite);
}

Test(switched_off, all_endpoints_off_is_proved)
{
	for (size_t i = 0; i < 3; i++)
		settle(i, VERDICT_PASS, "503 FEATURE_DISABLED");
	says(true, "all 3 endpoints answer 503 FEATURE_DISABLED");
}

Test(switched_off, one_that_is_still_on_is_named)
{
	settle(2, VERDICT_FAIL, "200");
	settle(0, VERDICT_PASS, "503 FEATURE_DISABLED");
	settle(1, VERDICT_PASS, "503 FEATURE_DISABLED");
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(off.endpoints, 2), "id")),
			 "execute.look", "not in the order of the suite");
	says(false, "1 of 3 endpoints is not off: execute.look");
}

Test(switched_off, one_that_cannot_be_asked_proves_nothing)
{
	settle(0, VERDICT_PASS, "503 FEATURE_DISABLED");
	settle(1, VERDICT_ERROR, NULL);
	says(false, "1 of 2 endpoints could not be asked: suggestions");
}

Test(switched_off, nothing_asked_proves_nothing)
{
	says(false, "no endpoint was asked");
}
