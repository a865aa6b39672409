#include "watch/alert.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MINUTE 60000000LL

static struct alert_rules rules;
static struct alert alerts[8];
static char log_[4000];

/* Load rules from a text; the mistakes, joined, in `said`. */
static bool
load(const char *yaml, char *said, size_t size)
{
	char path[] = "/tmp/lensgate-alerts-XXXXXX";
	struct errors errors = { 0 };
	FILE *file = fdopen(mkstemp(path), "w");

	cr_assert_not_null(file);
	(void)fputs(yaml, file);
	(void)fclose(file);
	bool ok = alert_rules_load(&rules, path, &errors);
	said[0] = '\0';
	for (size_t i = 0; i < errors.count; i++)
		(void)snprintf(said + strlen(said), size - strlen(said), "%d: %s\n",
			       errors.items[i].line, errors.items[i].message);
	errors_release(&errors);
	(void)unlink(path);
	return ok;
}

static void
note(void *arg, const struct alert *alert, enum alert_change change, int64_t at_us, const char *why,
     const char *untold)
{
	(void)arg;
	(void)why;
	(void)snprintf(log_ + strlen(log_), sizeof(log_) - strlen(log_), "%lld %s %s%s\n",
		       (long long)(at_us / MINUTE), alert->rule->id, alert_change_name(change),
		       untold ? " (untold)" : "");
}

static void
expect_log(const char *rule, const struct observation *series, size_t count, int64_t until_us,
	   const char *expected)
{
	char said[1000];

	cr_assert(load(rule, said, sizeof(said)), "%s", said);
	log_[0] = '\0';
	alert_replay(&rules, alerts, &(struct observed){ series, count, until_us }, note, NULL);
	cr_expect_str_eq(log_, expected, "%s", log_);
	alert_rules_release(&rules);
}

#define RULE(id, rest)                                                                             \
	"  - { id: " id ", title: t, level: critical, channel: ops, runbook: r.md, "               \
	"answer_within: 15m, " rest " }\n"

static struct observation
round_at(int64_t minute, enum health_status status)
{
	return (struct observation){ .at_us = minute * MINUTE, .status = status, .flag = FLAG_ON };
}

Test(alert, it_takes_as_many_rounds_in_a_row_as_the_rule_says)
{
	struct observation series[] = {
		round_at(0, HEALTH_UNHEALTHY),  round_at(15, HEALTH_HEALTHY),
		round_at(30, HEALTH_UNHEALTHY), round_at(45, HEALTH_UNHEALTHY),
		round_at(60, HEALTH_UNHEALTHY), round_at(75, HEALTH_HEALTHY),
	};

	expect_log("alerts:\n" RULE("bad", "when: unhealthy, consecutive: 2"), series, 6,
		   75 * MINUTE, "0 bad pending\n30 bad pending\n45 bad firing\n75 bad resolved\n");
}

Test(alert, it_resolves_only_after_as_many_good_looks_as_the_rule_says)
{
	struct observation series[] = {
		round_at(0, HEALTH_UNHEALTHY),  round_at(15, HEALTH_HEALTHY),
		round_at(30, HEALTH_UNHEALTHY), round_at(45, HEALTH_HEALTHY),
		round_at(60, HEALTH_HEALTHY),
	};

	expect_log("alerts:\n" RULE("bad", "when: unhealthy, consecutive: 1, resolve_after: 2"),
		   series, 5, 60 * MINUTE, "0 bad firing\n60 bad resolved\n");
}

Test(alert, a_missing_round_resolves_nothing_and_is_silence)
{
	struct observation series[] = { round_at(0, HEALTH_UNHEALTHY),
					round_at(60, HEALTH_HEALTHY) };

	expect_log("alerts:\n" RULE("bad", "when: unhealthy, consecutive: 1")
			   RULE("dead", "when: no_round, within: 30m"),
		   series, 2, 60 * MINUTE,
		   "0 bad firing\n30 dead firing\n60 bad resolved\n60 dead resolved\n");
}

Test(alert, it_is_silent_up_to_now_and_not_only_up_to_the_last_round)
{
	struct observation series[] = { round_at(0, HEALTH_HEALTHY) };

	expect_log("alerts:\n" RULE("dead", "when: no_round, within: 30m"), series, 1, 50 * MINUTE,
		   "30 dead firing\n");
}

Test(alert, a_child_is_told_nobody_while_its_parent_fires_and_neither_is_its_end)
{
	struct observation series[] = { round_at(0, HEALTH_UNHEALTHY),
					round_at(15, HEALTH_HEALTHY) };

	series[0].p95_ms = 20000;
	expect_log("alerts:\n" RULE("bad", "when: unhealthy, consecutive: 1")
			   RULE("slow", "when: p95_ms, above: 10000, consecutive: 1, parent: bad"),
		   series, 2, 15 * MINUTE,
		   "0 bad firing\n0 slow firing (untold)\n15 bad resolved\n"
		   "15 slow resolved (untold)\n");
}

Test(alert, a_silence_ends)
{
	struct observation series[] = { round_at(0, HEALTH_UNHEALTHY),
					round_at(15, HEALTH_UNHEALTHY) };

	expect_log(
		"alerts:\n" RULE(
			"bad", "when: unhealthy, consecutive: 1, remind: 15m") "silences:\n  - { "
									       "alert: bad, until: "
									       "1970-01-01T00:10:"
									       "00.000Z, reason: "
									       "known }\n",
		series, 2, 15 * MINUTE, "0 bad firing (untold)\n15 bad reminder\n");
}

Test(alert, numbers_are_compared_as_numbers)
{
	struct observation series[] = { round_at(0, HEALTH_HEALTHY), round_at(15, HEALTH_HEALTHY) };

	series[0].error_rate_percent = 9.5; /* as text "9.5" is more than "10" */
	series[1].error_rate_percent = 10.5;
	expect_log("alerts:\n" RULE("wrong", "when: error_rate_percent, above: 10, consecutive: 1"),
		   series, 2, 15 * MINUTE, "15 wrong firing\n");
}

Test(alert, a_flag_of_which_nothing_is_known_has_not_changed)
{
	struct observation series[] = { round_at(0, HEALTH_HEALTHY), round_at(15, HEALTH_HEALTHY),
					round_at(30, HEALTH_HEALTHY),
					round_at(45, HEALTH_HEALTHY) };

	series[1].flag = FLAG_UNKNOWN;
	series[3].flag = FLAG_OFF;
	expect_log("alerts:\n" RULE("flag", "when: flag_changed"), series, 4, 45 * MINUTE,
		   "45 flag firing\n");
}

Test(alert, mistakes_in_the_rules_are_found_all_at_once)
{
	char said[1000];

	cr_expect_not(load("alerts:\n" RULE("a", "when: unhealty, consecutive: 1")
				   RULE("b", "when: p95_ms, consecutive: 1")
					   RULE("c", "when: flag_changed, within: 1m")
						   RULE("d", "when: flag_changed, parent: x"),
			   said, sizeof(said)));
	cr_expect_str_eq(said,
			 "2: unknown `unhealty`; did you mean `unhealthy`?\n"
			 "3: missing key `above`\n"
			 "4: does not go with this `when`\n"
			 "5: no alert above is called `x`\n",
			 "%s", said);
	alert_rules_release(&rules);
}

Test(alert, a_row_of_the_worker_is_read_as_it_was_written)
{
	static const char row[] =
		"{\"observed_at\": \"2026-01-02T03:04:05.000Z\", \"status\": \"degraded\","
		" \"p95_latency_ms\": 120, \"error_rate_percent\": 25.0, \"notes\": {\"checks\":"
		" {\"feature_flags\": {\"verdict\": \"FAIL\", \"status_code\": 503}}}, \"events\":"
		" [{\"detail_json\": {\"event\": \"worker started\"}}]}";
	json_t *object = json_loads(row, 0, NULL);
	struct observation seen;

	cr_assert(observation_read(object, &seen));
	cr_expect_eq(seen.status, HEALTH_DEGRADED);
	cr_expect_eq(seen.p95_ms, 120.0);
	cr_expect(seen.has_5xx && seen.restarted && seen.flag == FLAG_OFF);
	json_decref(object);
	object = json_object();
	cr_expect_not(observation_read(object, &seen));
	json_decref(object);
}

Test(alert, a_round_has_a_5xx_when_any_of_its_replies_was_one)
{
	json_t *row = json_pack("{s:s, s:s, s:{s:{}, s:i, s:i}}", "observed_at",
				"2026-01-02T03:04:05.000Z", "status", "healthy", "notes", "checks",
				"replies", 9, "replies_5xx", 1);
	struct observation seen;

	cr_assert(observation_read(row, &seen));
	cr_expect(seen.has_5xx);
	json_object_set_new(json_object_get(row, "notes"), "replies_5xx", json_integer(0));
	cr_assert(observation_read(row, &seen));
	cr_expect_not(seen.has_5xx);
	json_decref(row);
}

Test(alert, an_alert_that_fires_keeps_the_facts_of_its_last_round)
{
	struct observation series[] = { round_at(0, HEALTH_HEALTHY), round_at(15, HEALTH_HEALTHY) };

	series[0].p95_ms = 6000;
	series[1].p95_ms = 9000;
	expect_log("alerts:\n" RULE("slow", "when: p95_ms, above: 5000, consecutive: 1"), series, 2,
		   15 * MINUTE, "0 slow firing\n");
	cr_expect_str_eq(alerts[0].why, "P95 is 9000 ms, the limit 5000 ms");
}
