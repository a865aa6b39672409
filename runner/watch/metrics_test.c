#include "watch/metrics.h"

#include <criterion/criterion.h>
#include <string.h>

static struct metrics metrics = { .lens = "shopping_list", .yacht = "y", .every_us = 1000000 };

static void
expect_text(const char *wanted)
{
	struct buf out;

	buf_init(&out, 10000);
	metrics_text(&metrics, &out);
	cr_expect_not_null(strstr(out.text, wanted), "no `%s` in\n%s", wanted, out.text);
	cr_expect_str_eq(out.text + out.len - 6, "# EOF\n");
	buf_release(&out);
}

static void
add_round(enum health_status status, int64_t observed_us)
{
	struct health_round round = { .status = status,
				      .observed_us = observed_us,
				      .checks = 4,
				      .wrong = status == HEALTH_HEALTHY ? 0 : 1,
				      .replies = 7,
				      .replies_5xx = 2 };

	histogram_add(&round.times_us, 120000);
	metrics_round(&metrics, &round);
}

Test(metrics, before_the_first_round_nothing_is_claimed)
{
	expect_text("lensgate_health_status=\"healthy\"} 0\n");
	expect_text("lensgate_leader{lens=\"shopping_list\",yacht=\"y\"} 0\n");
}

Test(metrics, a_round_shows_as_status_time_and_share)
{
	add_round(HEALTH_DEGRADED, 1700000000000000);
	expect_text("lensgate_health_status=\"degraded\"} 1\n");
	expect_text("lensgate_rounds_total{lens=\"shopping_list\",yacht=\"y\",status=\"degraded\"} "
		    "1\n");
	expect_text("lensgate_last_round_timestamp_seconds{lens=\"shopping_list\",yacht=\"y\"} "
		    "1700000000\n");
	expect_text("lensgate_p95_latency_seconds{lens=\"shopping_list\",yacht=\"y\"} 0.12\n");
	add_round(HEALTH_DEGRADED, 1700000000000000);
	expect_text("lensgate_replies_total{lens=\"shopping_list\",yacht=\"y\"} 14\n");
	expect_text("lensgate_replies_5xx_total{lens=\"shopping_list\",yacht=\"y\"} 4\n");
	expect_text("lensgate_error_ratio{lens=\"shopping_list\",yacht=\"y\"} 0.25\n");
}

Test(metrics, a_leader_whose_rounds_stay_out_is_not_alive)
{
	cr_expect(metrics_alive(&metrics, 9000000), "it has just begun");
	add_round(HEALTH_HEALTHY, 1000000);
	metrics.leader = true;
	cr_expect(metrics_alive(&metrics, 3000000));
	cr_expect_not(metrics_alive(&metrics, 3000001));
	metrics.leader = false;
	cr_expect(metrics_alive(&metrics, 9000000), "who stands by makes none");
}
