#include "watch/timeline.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"

#define MINUTE INT64_C(60000000)

static json_t *rows;
static int64_t now_us;

/* A round `minutes` after the one before. */
static void
add(long minutes, const char *status, long code, const char *commit, const char *event)
{
	char at[CLOCK_TEXT_BYTES];

	now_us += minutes * MINUTE;
	clock_text(now_us, at);
	json_array_append_new(
		rows,
		json_pack("{s:s, s:s, s:{s:{s:{s:I}}, s:{s:s}, s:[s]}, s:[{s:{s:s}}]}",
			  "observed_at", at, "status", status, "notes", "checks", "list",
			  "status_code", (json_int_t)code, "target", "commit", commit, "errors",
			  "list: it broke", "events", "detail_json", "event", event));
}

static void
expect(size_t count, const char *const *whats)
{
	json_t *entries = timeline_make(rows, 900000, now_us + 14 * MINUTE);
	char *text = json_dumps(entries, JSON_INDENT(1));

	cr_expect_eq(json_array_size(entries), count, "%s", text);
	for (size_t i = 0; i < count; i++)
		cr_expect_str_eq(
			json_string_value(json_object_get(json_array_get(entries, i), "what")),
			whats[i], "%s", text);
	free(text);
	json_decref(entries);
	json_decref(rows);
}

static void
enter(void)
{
	rows = json_array();
	now_us = INT64_C(1700000000000000);
}

TestSuite(timeline, .init = enter);

Test(timeline, rounds_that_are_alike_make_one_entry)
{
	for (int i = 0; i < 5; i++)
		add(15, "healthy", 200, "aaa", "");
	expect(1, (const char *[]){ "first round: healthy: list: it broke" });
}

Test(timeline, a_gap_says_how_many_rounds_are_missing)
{
	add(15, "healthy", 200, "aaa", "");
	add(45, "healthy", 200, "aaa", "");
	add(30, "healthy", 200, "aaa", "");
	expect(3, (const char *[]){ "first round: healthy: list: it broke",
				    "no round: 2 are missing", "no round: 1 is missing" });
}

Test(timeline, a_silence_until_the_end_is_a_gap)
{
	add(15, "healthy", 200, "aaa", "");
	json_t *entries = timeline_make(rows, 900000, now_us + 60 * MINUTE);

	cr_assert_eq(json_array_size(entries), 2);
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(entries, 1), "what")),
			 "no round: 3 are missing");
	json_decref(entries);
	json_decref(rows);
}

Test(timeline, a_status_a_version_and_a_start_are_entries)
{
	add(15, "healthy", 200, "aaa", "worker started");
	add(15, "unhealthy", 503, "bbb", "");
	add(15, "unhealthy", 503, "bbb", "");
	add(15, "unhealthy", 200, "bbb", "");
	add(15, "unhealthy", 500, "bbb", "");
	expect(5, (const char *[]){ "a worker started", "first round: healthy: list: it broke",
				    "deploy: bbb instead of aaa", "unhealthy: list: it broke",
				    "5xx: list: it broke" });
}
