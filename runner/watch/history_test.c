#include "watch/history.h"

#include <time.h>

#include "base/tree.h"
#include "watch/rounds.h"
#include "watch/trial.h"

static struct trial t;
static struct history *one, *two;

static struct history *
worker(const char *name, const char *conninfo)
{
	char folder[64];

	(void)snprintf(folder, sizeof(folder), "%s/%s", t.folder, name);
	struct history *history = history_new(t.loop, conninfo, folder, &t.err);
	cr_assert_not_null(history, "%s", t.err.message);
	return history;
}

static void
start(void)
{
	trial_start(&t);
	one = worker("one", t.conninfo);
	two = worker("two", t.conninfo);
}

static void
stop(void)
{
	history_free(one);
	history_free(two);
	(void)!tree_remove(t.folder);
	trial_stop(&t);
}

TestSuite(history, .init = start, .fini = stop);

/* Keep a round of `moment_us` with two events. */
static void
keep(struct history *history, int64_t moment_us)
{
	struct health_round round;

	health_begin(&round, "boats", TRIAL_YACHT, moment_us);
	health_started(&round);
	health_conclude(&round); /* not one check was made: an error */
	json_t *row = health_row(&round);
	cr_assert(history_keep(history, row, &t.err), "%s", t.err.message);
	json_decref(row);
	health_release(&round);
}

static bool
leads(struct history *history)
{
	bool leader = false;

	cr_assert(history_elect(history, "boats", TRIAL_YACHT, &leader, &t.err), "%s",
		  t.err.message);
	return leader;
}

static long
count(const char *table)
{
	char sql[100];

	(void)snprintf(sql, sizeof(sql), "select count(*)::int as n from public.%s", table);
	return trial_count(&t, sql);
}

Test(history, a_round_is_written_with_its_events_and_leaves_the_disk)
{
	long written = 0;

	keep(one, INT64_C(1795427100000000));
	cr_expect_eq(history_waiting(one), 1);
	cr_assert(history_write(one, &written, &t.err), "%s", t.err.message);
	cr_expect_eq(written, 1);
	cr_expect_eq(history_waiting(one), 0);
	cr_expect_eq(count("pms_health_checks"), 1);
	cr_expect_eq(count("pms_health_events"), 2);
}

Test(history, the_same_round_of_two_workers_is_there_once)
{
	long written;

	keep(one, INT64_C(1795427100000000));
	keep(two, INT64_C(1795427100000000));
	cr_assert(history_write(one, &written, &t.err) && history_write(two, &written, &t.err),
		  "%s", t.err.message);
	cr_expect_eq(count("pms_health_checks"), 1);
	cr_expect_eq(count("pms_health_events"), 2);
}

Test(history, rounds_of_a_database_that_is_away_wait_and_are_written_oldest_first)
{
	struct history *away = worker("one", "host=/nonexistent dbname=none");
	long written = 0;

	keep(away, INT64_C(1795428000000000));
	keep(away, INT64_C(1795427100000000));
	cr_expect_not(history_write(away, &written, &t.err));
	cr_expect_eq(written, 0);
	cr_expect_eq(history_waiting(away), 2);
	history_free(away);
	/* The same folder, and the database is back. */
	cr_assert(history_write(one, &written, &t.err));
	cr_expect_eq(written, 2);
	json_t *rows = rounds_rows(
		t.session,
		&(struct rounds_query){ "boats", TRIAL_YACHT, 0, INT64_C(1795428000000000) },
		&t.err);
	cr_assert_eq(json_array_size(rows), 2);
	cr_expect_str_eq(json_string_value(json_object_get(json_array_get(rows, 0), "observed_at")),
			 "2026-11-23T09:45:00.000Z");
	cr_expect_eq(json_array_size(json_object_get(json_array_get(rows, 1), "events")), 2);
	json_decref(rows);
}

Test(history, one_of_two_workers_leads_until_it_is_gone)
{
	cr_expect(leads(one));
	cr_expect_not(leads(two));
	cr_expect(leads(one));
	history_free(one);
	one = NULL;
	/* The server sees a moment later that the connection is gone; start() set an alarm. */
	while (!leads(two))
		(void)nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

Test(history, workers_of_other_lenses_do_not_meet)
{
	bool leader = false;

	cr_expect(leads(one));
	cr_assert(history_elect(two, "cars", TRIAL_YACHT, &leader, &t.err));
	cr_expect(leader);
}

Test(history, who_was_never_asked_about_fails_and_who_led_goes_on_leading)
{
	struct history *away = worker("away", "host=/nonexistent dbname=none");
	bool leader = false;

	cr_expect_not(history_elect(away, "boats", TRIAL_YACHT, &leader, &t.err));
	history_free(away);
	cr_expect(leads(one));
	cr_assert_eq(trial_count(&t, "select count(pg_terminate_backend(pid))::int as n from "
				     "pg_stat_activity where pid <> pg_backend_pid() and datname = "
				     "current_database() and query like '%advisory%'"),
		     1);
	cr_expect(leads(one), "it did not ask again");
}

Test(history, rounds_are_those_of_the_lens_the_yacht_and_the_time)
{
	const int64_t at_us = INT64_C(1795427100000000);
	long written;

	keep(one, at_us);
	cr_assert(history_write(one, &written, &t.err));
	const struct {
		struct rounds_query query;
		size_t count;
	} asked[] = {
		{ { "boats", TRIAL_YACHT, at_us - 1000000, at_us }, 1 },
		{ { "cars", TRIAL_YACHT, at_us - 1000000, at_us }, 0 },
		{ { "boats", "6513270e-269e-4d37-b2a7-4de452e6b438", at_us - 1000000, at_us }, 0 },
		{ { "boats", TRIAL_YACHT, at_us, at_us + 1000000 }, 0 },
		{ { "boats", TRIAL_YACHT, at_us - 2000000, at_us - 1000000 }, 0 },
	};
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		json_t *rows = rounds_rows(t.session, &asked[i].query, &t.err);
		cr_expect_eq(json_array_size(rows), asked[i].count, "row %zu", i);
		json_decref(rows);
	}
}
