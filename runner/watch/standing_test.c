#include "watch/standing.h"

#include <jansson.h>

#include "watch/sample.h"

static struct chronicle chronicle;
static struct standing standing;
static struct buf out;

static void
enter(void)
{
	buf_init(&out, (size_t)1024 * 1024);
	sample_chronicle(&chronicle);
}

static void
leave(void)
{
	standing_release(&standing);
	chronicle_release(&chronicle);
	buf_release(&out);
}

TestSuite(standing, .init = enter, .fini = leave);

Test(standing, is_written_as_ever)
{
	standing_make(&standing, &chronicle);
	standing_markdown(&standing, &out);
	sample_expect("standing.md", &out);
	buf_clear(&out);
	standing_json(&standing, &out);
	sample_expect("standing.json", &out);
	buf_clear(&out);
	standing_terminal(&standing, false, &out);
	sample_expect("standing.txt", &out);
}

Test(standing, a_lens_without_a_round_is_unknown_and_says_so_in_every_form)
{
	chronicle_release(&chronicle);
	sample_nothing(&chronicle);
	chronicle.worker_runbook = "runbook.md#worker";
	standing_make(&standing, &chronicle);
	cr_expect_eq(standing.verdict, STANDING_UNKNOWN);
	cr_expect(strstr(standing.next.items[0], "suites/receiving/runbook.md#worker."), "%s",
		  standing.next.items[0]);
	standing_markdown(&standing, &out);
	cr_expect(strstr(out.text, "# receiving on staging: unknown\n"), "%s", out.text);
	buf_clear(&out);
	standing_json(&standing, &out);
	json_t *json = json_loads(out.text, 0, NULL);
	cr_assert(json, "%s", out.text);
	cr_expect(json_is_null(json_object_get(json, "last_round")));
	cr_expect_str_eq(json_string_value(json_object_get(json, "worker")), "never seen");
	json_decref(json);
	buf_clear(&out);
	standing_terminal(&standing, true, &out);
	cr_expect(strstr(out.text, "UNKNOWN") && strstr(out.text, "lensgate watch receiving"), "%s",
		  out.text);
}

/* What makes it bad, one at a time: the rest is well. */
Test(standing, one_thing_that_is_wrong_is_enough)
{
	static const struct {
		int64_t silent_min;
		const char *status, *level;
		enum standing_verdict verdict;
	} rows[] = {
		{ 14, "healthy", NULL, STANDING_GOOD },
		{ 29, "healthy", NULL, STANDING_GOOD }, /* late is not dead */
		{ 30, "healthy", NULL, STANDING_BAD },
		{ 14, "degraded", NULL, STANDING_BAD },
		{ 14, "unhealthy", NULL, STANDING_BAD },
		{ 14, "healthy", "info", STANDING_GOOD },
		{ 14, "healthy", "warning", STANDING_BAD },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct alert_rule rule = {
			.id = "a", .title = "A", .runbook = "r.md", .level = rows[i].level
		};
		struct chronicle_alert alert = { .rule = &rule, .firing = true, .why = "so" };

		chronicle.latest.at_us = SAMPLE_NOW_US - rows[i].silent_min * 60000000;
		chronicle.latest.status = rows[i].status;
		chronicle.alerts = &alert;
		chronicle.alert_count = rows[i].level != NULL;
		standing_make(&standing, &chronicle);
		cr_expect_eq(standing.verdict, rows[i].verdict, "row %zu: %s", i,
			     standing.headline);
		standing_release(&standing);
	}
	standing = (struct standing){ 0 };
}
