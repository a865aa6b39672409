#include "watch/canary.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct canary_stage stage = { .name = "s",
				     .title = "t",
				     .window_ms = 86400000,
				     .every_ms = 900000,
				     .p99_ms = 10000,
				     .error_rate_percent = 1,
				     .uptime_percent = 99.5 };
static struct canary_window window;

static void
add(long count, const char *status, long code, long took_ms)
{
	char text[400];

	(void)snprintf(text, sizeof(text),
		       "{\"status\": \"%s\", \"error_rate_percent\": %d, \"sample_size\": 4,"
		       " \"notes\": {\"checks\": {\"list\": {\"status_code\": %ld,"
		       " \"latency_ms\": %ld}}}}",
		       status, strcmp(status, "healthy") == 0 ? 0 : 25, code, took_ms);
	json_t *row = json_loads(text, 0, NULL);
	for (long i = 0; i < count; i++)
		canary_add(&window, &stage, row);
	json_decref(row);
}

static void
expect(enum canary_verdict verdict, const char *not_met)
{
	struct canary_judgement found;
	struct buf table;

	buf_init(&table, 10000);
	canary_judge(&window, &stage, &found);
	canary_table(&found, &table);
	cr_expect_eq(found.verdict, verdict, "%s\n%s", canary_verdict_name(found.verdict),
		     table.text);
	if (not_met)
		cr_expect_not_null(strstr(table.text, not_met), "%s", table.text);
	else
		cr_expect_null(strstr(table.text, "not met"), "%s", table.text);
	buf_release(&table);
}

static void
enter(void)
{
	window = (struct canary_window){ .expected = 96 };
}

TestSuite(canary, .init = enter);

Test(canary, a_day_without_a_fault_is_promoted)
{
	add(96, "healthy", 200, 120);
	expect(CANARY_PROMOTE, NULL);
}

Test(canary, one_5xx_rolls_back)
{
	add(95, "healthy", 200, 120);
	add(1, "unhealthy", 503, 120);
	expect(CANARY_ROLL_BACK, "| 5xx replies | at most 0 | 1 | -1 | 96 | **not met** |");
}

Test(canary, a_5xx_that_no_check_saw_last_rolls_back_all_the_same)
{
	json_t *row = json_loads("{\"status\": \"healthy\", \"sample_size\": 4, \"notes\":"
				 " {\"replies\": 9, \"replies_5xx\": 1, \"checks\": {\"list\":"
				 " {\"status_code\": 200, \"latency_ms\": 120}}}}",
				 0, NULL);

	add(95, "healthy", 200, 120);
	canary_add(&window, &stage, row);
	json_decref(row);
	expect(CANARY_ROLL_BACK, "| 5xx replies | at most 0 | 1 | -1 | 104 | **not met** |");
}

Test(canary, two_slow_rounds_roll_back_and_one_does_not)
{
	add(95, "healthy", 200, 120);
	add(1, "healthy", 200, 12000);
	expect(CANARY_HOLD, "P99");
	enter();
	add(94, "healthy", 200, 120);
	add(2, "healthy", 200, 12000);
	expect(CANARY_ROLL_BACK, "rounds with a reply over the limit | at most 1 | 2 | -1 | 96 |");
}

Test(canary, a_gap_is_inconclusive_and_never_a_pass)
{
	add(90, "healthy", 200, 120);
	expect(CANARY_INCONCLUSIVE,
	       "rounds in the window | at least 96 | 90 | -6 | 96 | **not met**");
	enter();
	expect(CANARY_INCONCLUSIVE, "not met");
}

Test(canary, too_many_wrong_checks_hold)
{
	add(90, "healthy", 200, 120);
	add(6, "degraded", 200, 120);
	expect(CANARY_HOLD, "wrong checks | at most 1 %");
}

Test(canary, who_is_in_at_ten_percent_is_in_at_fifty)
{
	int ten = 0, fifty = 0;
	char tenant[32];

	for (int i = 0; i < 2000; i++) {
		(void)snprintf(tenant, sizeof(tenant), "yacht-%d", i);
		bool early = canary_is_in("shopping_list", tenant, 10);
		bool later = canary_is_in("shopping_list", tenant, 50);
		cr_assert(!early || later, "%s", tenant);
		ten += early;
		fifty += later;
		cr_assert(canary_is_in("shopping_list", tenant, 100));
		cr_assert_not(canary_is_in("shopping_list", tenant, 0));
	}
	cr_expect(ten > 140 && ten < 260, "%d", ten);
	cr_expect(fifty > 900 && fifty < 1100, "%d", fifty);
}

Test(canary, of_two_verdicts_the_worse_counts)
{
	cr_expect_eq(canary_worse(CANARY_PROMOTE, CANARY_HOLD), CANARY_HOLD);
	cr_expect_eq(canary_worse(CANARY_INCONCLUSIVE, CANARY_HOLD), CANARY_INCONCLUSIVE);
	cr_expect_eq(canary_worse(CANARY_ROLL_BACK, CANARY_INCONCLUSIVE), CANARY_ROLL_BACK);
}
