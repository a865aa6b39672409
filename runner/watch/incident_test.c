#include "watch/incident.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct canary_stage stage = { .name = "ten",
					   .title = "Ten percent",
					   .window_ms = 3600000,
					   .every_ms = 900000,
					   .p99_ms = 10000,
					   .error_rate_percent = 1,
					   .uptime_percent = 99.5,
					   .runbooks = { .errors = "runbooks/errors.md",
							 .slow = "runbooks/slow.md",
							 .silence = "runbooks/silence.md",
							 .flag = "runbooks/flag.md" } };

/* An hour: a good round, one with a 5xx, and two that are missing. */
static const char rows_text[] =
	"[{\"id\":\"r1\",\"observed_at\":\"2026-11-23T10:00:00.000Z\",\"status\":\"healthy\","
	"\"sample_size\":4,\"error_rate_percent\":0,\"p95_latency_ms\":20,"
	"\"notes\":{\"checks\":{\"list\":{\"status_code\":200,\"latency_ms\":20}}},"
	"\"events\":[{\"level\":\"info\",\"detail_json\":{\"event\":\"worker started\"}}]},"
	"{\"id\":\"r2\",\"observed_at\":\"2026-11-23T10:15:00.000Z\",\"status\":\"unhealthy\","
	"\"sample_size\":4,\"error_rate_percent\":25,\"p95_latency_ms\":30,"
	"\"notes\":{\"checks\":{\"list\":{\"status_code\":500,\"latency_ms\":30}},"
	"\"errors\":[\"list: it | broke\"],\"target\":{\"commit\":\"abcdef0123456789\"}},"
	"\"events\":[{\"level\":\"error\",\"detail_json\":{\"check\":\"list\",\"message\":\"it | "
	"broke\"}}]}]";
static const char transcripts_text[] =
	"[{\"at\":\"2026-11-23T10:15:00.000Z\",\"record\":\"r/run.jsonl\",\"cases\":[{\"id\":"
	"\"list\",\"verdict\":\"FAIL\",\"text\":\"GET /v1/actions/list\\n\"}]}]";

static struct canary_window window;
static struct canary_judgement judgement;
static struct switched_off off;
static struct incident incident;
static json_t *rows, *transcripts;

static void
enter(void)
{
	rows = json_loads(rows_text, 0, NULL);
	transcripts = json_loads(transcripts_text, 0, NULL);
	window = (struct canary_window){ .from_us = INT64_C(1795427100000000),
					 .to_us = INT64_C(1795430700000000),
					 .expected = 4 };
	for (size_t i = 0; i < json_array_size(rows); i++)
		canary_add(&window, &stage, json_array_get(rows, i));
	canary_judge(&window, &stage, &judgement);
	incident = (struct incident){ .lens = "boats",
				      .environment = "staging",
				      .yacht = "85fe1119",
				      .stage = &stage,
				      .window = &window,
				      .judgement = &judgement,
				      .rows = rows,
				      .transcripts = transcripts };
}

static void
leave(void)
{
	switched_off_release(&off);
	json_decref(rows);
	json_decref(transcripts);
}

TestSuite(incident, .init = enter, .fini = leave);

static void
has(const char *const *parts, size_t count)
{
	struct buf text;

	buf_init(&text, 100000);
	incident_markdown(&incident, &text);
	for (size_t i = 0; i < count; i++)
		cr_expect_not_null(strstr(text.text, parts[i]), "\"%s\" is not in:\n%s", parts[i],
				   text.text);
	buf_release(&text);
}

Test(incident, a_roll_back_has_all_that_is_known_of_it)
{
	static const char *const parts[] = {
		"# Ten percent: roll back\n",
		"| 5xx replies | at most 0 | 1 | -1 | 2 | **not met** |",
		"asks every endpoint whether it is off",
		"`lensgate canary boats --stage ten --env staging --verify-off`",
		"- suites/boats/runbooks/errors.md\n- suites/boats/runbooks/silence.md\n",
		"| 2026-11-23 10:00:00 | a worker started |",
		"| 2026-11-23 10:15:00 | unhealthy: list: it \\| broke |",
		"decision: roll back |",
		"| 2026-11-23 10:15:00 | unhealthy | error | list | it \\| broke |",
		"| 2026-11-23 10:15:00 | unhealthy | 30 ms | 25 % of 4 | abcdef012345 | `r2` |",
		"### 2026-11-23 10:15:00: list, FAIL",
		"GET /v1/actions/list",
	};

	has(parts, sizeof(parts) / sizeof(parts[0]));
}

Test(incident, what_is_still_on_is_said_with_its_answer_and_runbook)
{
	static const char *const parts[] = {
		"## Is the flag off?\n\n**No**: 1 of 1 endpoint is not off: list.",
		"| list | 200 | on |",
		"- suites/boats/runbooks/flag.md",
	};
	const struct planned_case planned = { .id = "list" };
	const struct run_case run_case = { .verdict = VERDICT_FAIL, .actual = "200" };

	switched_off_case(&off, &planned, &run_case);
	incident.off = &off;
	has(parts, 3);
}

Test(incident, a_flag_that_is_off_is_said_to_be)
{
	static const char *const parts[] = { "Yes: the only endpoint answers 503 FEATURE_DISABLED.",
					     "The flag is off already." };
	const struct planned_case planned = { .id = "list" };
	const struct run_case run_case = { .verdict = VERDICT_PASS, .actual = "503" };

	switched_off_case(&off, &planned, &run_case);
	incident.off = &off;
	has(parts, 2);
}

Test(incident, the_json_has_the_same_facts)
{
	json_t *json = incident_json(&incident);

	cr_assert_not_null(json);
	cr_expect_str_eq(json_string_value(json_object_get(json, "verdict")), "roll back");
	cr_expect_eq(json_array_size(json_object_get(json, "criteria")), CANARY_CRITERIA);
	cr_expect_eq(json_array_size(json_object_get(json, "rows")), 1);
	cr_expect_eq(json_array_size(json_object_get(json, "transcripts")), 1);
	cr_expect_eq(json_array_size(json_object_get(json, "runbooks")), 2);
	cr_expect_null(json_object_get(json, "off"));
	json_decref(json);
}
