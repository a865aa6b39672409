#include "watch/health.h"

#include <criterion/criterion.h>
#include <string.h>

#include "watch/alert.h"

static struct arena arena;
static struct health_round round_;

static void
enter(void)
{
	health_begin(&round_, "shopping_list", "85fe1119-b04c-41ac-80f1-829d23322598",
		     1700000000000000);
}

static void
leave(void)
{
	health_release(&round_);
	arena_release(&arena);
}

TestSuite(health, .init = enter, .fini = leave);

/* A check `id` with one reply. */
static void
check(const char *id, const char *tags, enum verdict verdict, enum trouble trouble, long status,
      const char *problem)
{
	static const char body[] = "{\"error_code\": \"FEATURE_DISABLED\", \"total_count\": 5}";
	struct planned_case planned = { .suite = "health", .id = id, .tags = tags };
	struct exchange exchange = {
		.kind = EXCHANGE_HTTP,
		.purpose = PURPOSE_STEP,
		.http = { .method = "GET",
			  .url = "/v1/actions/list",
			  .status = status,
			  .problem = problem,
			  .response_body = body,
			  .response_body_len = strlen(body),
			  .timing = { .total_us = 20000 } },
	};
	struct run_case result = { .verdict = verdict,
				   .trouble = trouble,
				   .reason = trouble ? "why it could not" : NULL,
				   .exchanges = &exchange,
				   .exchange_count = 1,
				   .findings = { .arena = &arena } };

	if (verdict == VERDICT_FAIL)
		finding_add(&result.findings, FINDING_STATUS, "", "200", "404", "expected 200");
	health_case(&round_, &planned, &result);
}

static const char *
event(size_t index, const char *key)
{
	const json_t *row = json_array_get(round_.events, index);
	const json_t *value = json_object_get(row, key);

	if (!value)
		value = json_object_get(json_object_get(row, "detail_json"), key);
	return value ? json_string_value(value) : "(none)";
}

Test(health, a_round_in_which_all_is_as_expected_is_healthy)
{
	check("list", NULL, VERDICT_PASS, TROUBLE_NONE, 200, NULL);
	health_conclude(&round_);
	cr_expect_eq(round_.status, HEALTH_HEALTHY);
	cr_expect_eq(json_array_size(round_.events), 0);
	cr_expect_eq(health_p95_ms(&round_), 20);
	cr_expect_eq(health_error_rate_percent(&round_), 0.0);
}

Test(health, a_5xx_is_unhealthy_and_is_quoted)
{
	check("list", "degraded", VERDICT_FAIL, TROUBLE_NONE, 503, NULL);
	health_conclude(&round_);
	cr_expect_eq(round_.status, HEALTH_UNHEALTHY);
	cr_expect_str_eq(event(0, "level"), "error");
	cr_expect_str_eq(event(0, "message"), "GET /v1/actions/list answered 503 FEATURE_DISABLED");
}

Test(health, no_whole_reply_is_unhealthy)
{
	check("list", "degraded", VERDICT_ERROR, TROUBLE_TRANSPORT, 0, "connection refused");
	health_conclude(&round_);
	cr_expect_eq(round_.status, HEALTH_UNHEALTHY);
	cr_expect_str_eq(event(0, "message"), "connection refused");
	cr_expect_eq(round_.times_us.count, 0, "no reply has no time");
}

Test(health, a_failed_check_is_unhealthy_unless_it_only_degrades)
{
	check("handlers", "health degraded", VERDICT_FAIL, TROUBLE_NONE, 200, NULL);
	cr_expect_eq(round_.status, HEALTH_DEGRADED);
	cr_expect_str_eq(event(0, "level"), "warning");
	check("service", "health degraded-not", VERDICT_FAIL, TROUBLE_NONE, 200, NULL);
	cr_expect_eq(round_.status, HEALTH_UNHEALTHY);
	cr_expect_str_eq(event(1, "check"), "service");
}

Test(health, what_could_not_be_judged_degrades)
{
	check("flags", NULL, VERDICT_ERROR, TROUBLE_BLOCKED, 200, NULL);
	cr_expect_eq(round_.status, HEALTH_DEGRADED);
	cr_expect_str_eq(event(0, "message"), "could not be judged: why it could not");
}

Test(health, a_refused_preflight_is_one_event_for_all_checks)
{
	check("a", NULL, VERDICT_ERROR, TROUBLE_PREFLIGHT, 200, NULL);
	check("b", NULL, VERDICT_ERROR, TROUBLE_PREFLIGHT, 200, NULL);
	cr_expect_eq(round_.status, HEALTH_UNHEALTHY);
	cr_expect_eq(json_array_size(round_.events), 1);
	cr_expect_eq(health_error_rate_percent(&round_), 100.0);
}

Test(health, a_round_without_a_check_is_unhealthy)
{
	health_conclude(&round_);
	cr_expect_eq(round_.status, HEALTH_UNHEALTHY);
	cr_expect_eq(health_error_rate_percent(&round_), 100.0);
}

Test(health, a_row_holds_the_columns_of_its_table_and_its_events)
{
	check("list", NULL, VERDICT_FAIL, TROUBLE_NONE, 500, NULL);
	health_conclude(&round_);
	json_t *row = health_row(&round_);
	json_t *events = json_object_get(row, "events");

	cr_expect_str_eq(json_string_value(json_object_get(row, "status")), "unhealthy");
	cr_expect_str_eq(json_string_value(json_object_get(row, "observed_at")),
			 "2023-11-14T22:13:20.000Z");
	cr_expect_eq(json_real_value(json_object_get(row, "error_rate_percent")), 100.0);
	cr_expect_eq(json_integer_value(json_object_get(row, "sample_size")), 1);
	const json_t *checks = json_object_get(json_object_get(row, "notes"), "checks");
	const json_t *list = json_object_get(checks, "list");
	cr_expect_eq(json_integer_value(json_object_get(list, "status_code")), 500);
	cr_expect_eq(json_integer_value(json_object_get(list, "action_count")), 5);
	cr_assert_eq(json_array_size(events), 1);
	const char *id = json_string_value(json_object_get(json_array_get(events, 0), "id"));
	cr_expect(strlen(id) == 36 && strcmp(id, round_.id) != 0, "%s", id);
	json_decref(row);
}

Test(health, a_row_says_which_version_answered_and_nothing_of_one_that_does_not_tell)
{
	json_t *target =
		json_pack("{s:s, s:s, s:s}", "commit", "4ec8c5a", "version", "", "uptime", "1 day");
	json_t *row = health_row(&round_);

	cr_expect_null(json_object_get(json_object_get(row, "notes"), "target"));
	json_decref(row);
	health_target(&round_, target);
	row = health_row(&round_);
	json_t *said = json_object_get(json_object_get(row, "notes"), "target");
	cr_expect_eq(json_object_size(said), 1);
	cr_expect_str_eq(json_string_value(json_object_get(said, "commit")), "4ec8c5a");
	json_decref(row);
	json_decref(target);
}

/* A lens that is off is refused before any check is made: its row has to say so all the same. */
Test(health, a_refused_round_keeps_which_5xx_it_was_and_that_the_flag_is_off)
{
	static const char off[] = "{\"error_code\": \"FEATURE_DISABLED\"}";
	const struct exchange asked[] = {
		{ .kind = EXCHANGE_HTTP, .http = { .status = 200 } },
		{ .kind = EXCHANGE_SQL },
		{ .kind = EXCHANGE_HTTP,
		  .http = { .status = 503,
			    .response_body = off,
			    .response_body_len = strlen(off) } },
		{ .kind = EXCHANGE_HTTP, .http = { .status = 500 } },
	};
	struct observation seen;

	check("feature_flags", NULL, VERDICT_ERROR, TROUBLE_PREFLIGHT, 0, NULL);
	const struct invariants counted = { .replies = 0 };

	health_count(&round_, &counted, asked, 4);
	health_refused(&round_, asked, 4);
	json_t *row = health_row(&round_);
	const json_t *checks = json_object_get(json_object_get(row, "notes"), "checks");
	const json_t *before = json_object_get(checks, "preflight");
	cr_expect_eq(json_integer_value(json_object_get(before, "status_code")), 500);
	cr_assert(observation_read(row, &seen));
	cr_expect_eq(seen.flag, FLAG_OFF);
	cr_expect(seen.has_5xx);
	json_decref(row);
}

Test(health, the_same_moment_makes_the_same_row_and_another_one_another)
{
	struct health_round again, later;

	health_begin(&again, "shopping_list", "85fe1119-b04c-41ac-80f1-829d23322598",
		     1700000000000000);
	health_begin(&later, "shopping_list", "85fe1119-b04c-41ac-80f1-829d23322598",
		     1700000900000000);
	cr_expect_str_eq(again.id, round_.id);
	cr_expect_str_neq(later.id, round_.id);
	health_release(&again);
	health_release(&later);
}

static long
noted(const char *key)
{
	json_t *row = health_row(&round_);
	long count = (long)json_integer_value(json_object_get(json_object_get(row, "notes"), key));

	json_decref(row);
	return count;
}

Test(health, a_5xx_of_the_preflight_alone_is_counted_and_unhealthy)
{
	const struct exchange asked[] = {
		{ .kind = EXCHANGE_HTTP, .http = { .status = 200 } },
		{ .kind = EXCHANGE_HTTP, .http = { .status = 502 } },
		{ .kind = EXCHANGE_HTTP, .http = { .problem = "connection refused" } },
		{ .kind = EXCHANGE_SQL },
	};
	const struct invariants counted = { .replies = 1 };

	check("list", NULL, VERDICT_PASS, TROUBLE_NONE, 200, NULL);
	health_count(&round_, &counted, asked, COUNTOF(asked));
	health_conclude(&round_);
	cr_expect_eq(round_.status, HEALTH_UNHEALTHY);
	cr_expect_eq(noted("replies"), 3);
	cr_expect_eq(noted("replies_5xx"), 1);
}

Test(health, a_5xx_in_any_reply_of_a_check_that_passed_is_counted_and_unhealthy)
{
	struct planned_case planned = { .suite = "health", .id = "list" };
	struct exchange exchanges[] = {
		{ .kind = EXCHANGE_HTTP, .http = { .method = "GET", .url = "/a", .status = 503 } },
		{ .kind = EXCHANGE_HTTP, .http = { .method = "GET", .url = "/a", .status = 200 } },
	};
	const struct run_case result = { .verdict = VERDICT_PASS,
					 .exchanges = exchanges,
					 .exchange_count = COUNTOF(exchanges) };

	health_case(&round_, &planned, &result);
	health_conclude(&round_);
	cr_expect_eq(round_.status, HEALTH_UNHEALTHY);
	cr_expect_eq(noted("replies_5xx"), 1);
}

Test(health, what_the_session_counted_beside_its_cases_counts)
{
	const struct invariants counted = { .replies = 12, .replies_5xx = 2 };

	check("list", NULL, VERDICT_FAIL, TROUBLE_NONE, 503, NULL);
	health_count(&round_, &counted, NULL, 0);
	cr_expect_eq(noted("replies"), 12);
	cr_expect_eq(noted("replies_5xx"), 2);
}
