#include "watch/chronicle.h"

#include "exec/sample_database.h"
#include "watch/sample.h"

#define MINUTE_US INT64_C(60000000)

Test(chronicle, the_worker_is_dead_after_two_intervals_without_a_round)
{
	static const struct {
		int64_t silent_min;
		enum worker_state state;
	} rows[] = { { 0, WORKER_ALIVE }, { 22, WORKER_ALIVE }, { 23, WORKER_LATE },
		     { 29, WORKER_LATE }, { 30, WORKER_DEAD },  { 9999, WORKER_DEAD } };
	struct chronicle c = { .now_us = SAMPLE_NOW_US, .every_us = 15 * MINUTE_US };

	cr_expect_eq(chronicle_worker(&c), WORKER_NEVER);
	for (size_t i = 0; i < COUNTOF(rows); i++) {
		c.latest.at_us = SAMPLE_NOW_US - rows[i].silent_min * MINUTE_US;
		cr_expect_eq(chronicle_worker(&c), rows[i].state, "row %zu", i);
	}
}

/* ---- on a real database ---- */

/* The tables of a service that has been watched for three hours, the last quarter of which nobody
 * did; with another lens and another yacht that must not be seen. $now is a full hour. */
static const char rows_sql[] =
	"insert into public.pms_health_checks (yacht_id, lens_id, status, p95_latency_ms,"
	" error_rate_percent, sample_size, observed_at, notes)"
	" select '85fe1119-b04c-41ac-80f1-829d23322598', 'shopping_list',"
	"  case when n in (5, 6) then 'unhealthy' when n = 9 then 'degraded' else 'healthy' end,"
	"  10 * n, case when n in (5, 6) then 50 else 0 end, 2,"
	"  timestamptz '2026-11-23 04:00Z' - n * interval '15 minutes',"
	"  jsonb_build_object('checks', jsonb_build_object("
	"   'list_endpoint', jsonb_build_object('verdict',"
	"     case when n in (5, 6) then 'FAIL' else 'PASS' end, 'status_code', 200,"
	"     'latency_ms', 10 * n),"
	"   'feature_flags', jsonb_build_object('verdict', 'PASS', 'status_code',"
	"     case when n in (5, 6) then 503 else 200 end, 'latency_ms', 'quick')),"
	"   'errors', jsonb_build_array(),"
	"   'target', jsonb_build_object('commit', case when n > 7 then 'aaaaaaaaaaaaaaaa'"
	"     else 'bbbbbbbbbbbbbbbb' end, 'version', '1'))"
	" from generate_series(1, 12) n where n not in (2, 3);"
	"insert into public.pms_health_events (check_id, level, detail_json)"
	" select id, 'error', '{\"check\": \"list_endpoint\", \"message\": \"it said no\"}'"
	" from public.pms_health_checks where status = 'unhealthy';"
	"insert into public.pms_health_checks (yacht_id, lens_id, status, observed_at, notes) "
	"values"
	" ('6513270e-269e-4d37-b2a7-4de452e6b438', 'shopping_list', 'unhealthy',"
	"  '2026-11-23 03:30Z', '[]'),"
	" ('85fe1119-b04c-41ac-80f1-829d23322598', 'parts', 'unhealthy', '2026-11-23 03:15Z',"
	"  '{\"checks\": 7, \"target\": \"x\"}')";

static struct sample_database t;
static struct chronicle chronicle;

static void
start(void)
{
	struct error err = { 0 };

	sample_database_start(&t);
	cr_assert(sql_session_script(t.session, rows_sql, 5000, NULL, &err), "%s", err.message);
}

static void
stop(void)
{
	chronicle_release(&chronicle);
	sample_database_stop(&t);
}

static const struct alert_rule silent = { .id = "dead",
					  .kind = ALERT_SILENCE,
					  .consecutive = 1,
					  .within_ms = 1800000,
					  .resolve_after = 1 };

static void
read_lens(const char *lens)
{
	struct alert_rule rule = silent;
	struct error err = { 0 };
	const struct alert_rules rules = { .items = &rule, .count = 1, .every_ms = 900000 };

	chronicle_release(&chronicle);
	chronicle = (struct chronicle){ .lens = lens,
					.environment = "test",
					.yacht = "85fe1119-b04c-41ac-80f1-829d23322598" };
	/* 04:08: the round of 04:00 is half an interval late. */
	cr_assert(clock_parse("2026-11-23T04:08:00.000Z", &chronicle.now_us));
	cr_assert(chronicle_read(&chronicle, t.session, &rules, &err), "%s", err.message);
}

TestSuite(chronicle_read, .init = start, .fini = stop);

Test(chronicle_read, what_the_tables_hold_of_one_lens_is_counted)
{
	const struct chronicle *c = &chronicle;
	const struct chronicle_stretch *week = &c->windows[WINDOW_WEEK];

	read_lens("shopping_list");
	cr_expect_str_eq(c->latest.status, "healthy");
	cr_expect_str_eq(c->latest.commit, "bbbbbbbbbbbbbbbb");
	cr_expect_eq(c->now_us - c->latest.at_us, 23 * MINUTE_US);
	cr_expect_eq(week->due, 13, "%ld: 12 and the one of 04:00", week->due);
	cr_expect_eq(week->missing, 3);
	cr_expect_eq(week->unhealthy, 2);
	cr_expect_eq(week->degraded, 1);
	cr_expect_float_eq(week->uptime_percent, 100.0 * 8 / 13, 0.001);
	cr_expect_float_eq(week->wrong_percent, 10.0, 0.001);
	cr_expect_eq(week->replies, 10, "a latency that is no number is none");
	cr_expect_eq(week->times.p50_ms, 70.0);
	cr_expect_eq(week->times.max_ms, 120.0);
	cr_expect_eq(c->windows[WINDOW_HOUR].due, 4);
	cr_expect_eq(c->windows[WINDOW_HOUR].missing, 3);
}

Test(chronicle_read, changes_errors_checks_and_alerts_are_listed_newest_first)
{
	const struct chronicle *c = &chronicle;

	read_lens("shopping_list");
	cr_assert_eq(c->flag_count, 2);
	cr_expect_str_eq(c->flags[0].now, "on");
	cr_expect_str_eq(c->flags[1].now, "off");
	cr_assert_eq(c->deploy_count, 1);
	cr_expect_str_eq(c->deploys[0].was, "1 aaaaaaaaaaaa");
	cr_assert_eq(c->event_count, 2);
	cr_expect(c->events[0].at_us > c->events[1].at_us);
	cr_expect_str_eq(c->events[0].message, "it said no");
	cr_assert_eq(c->check_count, 2);
	cr_expect_eq(c->checks[0].times.p50_ms, CHRONICLE_UNKNOWN);
	cr_expect_eq(c->checks[1].wrong, 2);
	cr_expect_eq(c->hour_count, 4);
	cr_expect_eq(c->day_count, 1);
	cr_expect_eq(c->alert_count, 0, "two rounds were missing, and one came");
}

Test(chronicle_read, a_lens_without_rounds_has_nothing_and_odd_notes_break_nothing)
{
	const struct chronicle *c = &chronicle;

	read_lens("work_orders");
	cr_expect_eq(c->latest.at_us, 0);
	cr_expect_eq(c->windows[WINDOW_MONTH].due, 0);
	cr_expect_eq(c->hour_count + c->day_count + c->check_count + c->event_count, 0);
	read_lens("parts");
	cr_expect_str_eq(c->latest.status, "unhealthy");
	cr_expect_eq(c->windows[WINDOW_DAY].missing, 3);
	cr_expect_eq(c->check_count, 0);
	cr_assert_eq(c->alert_count, 1);
	cr_expect_str_eq(c->alerts[0].why, "no round for 45 minutes");
}
