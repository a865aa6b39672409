#include "watch/versus.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct canary_difference limit = { .sure_percent = 95,
						.slower_percent = 10,
						.error_points = 1 };
static struct versus versus;

/* `count` rounds of `version`: two checks that take from `from_ms` on, each round 1 ms longer up to
 * ten; `wrong` of the four checks are. */
static void
add(const char *version, long count, long from_ms, long wrong)
{
	for (long i = 0; i < count; i++) {
		json_t *row =
			json_pack("{s:s, s:f, s:i, s:{s:{s:s}, s:{s:{s:I}, s:{s:I}}}}", "status",
				  "healthy", "error_rate_percent", (double)wrong * 25,
				  "sample_size", 4, "notes", "target", "commit", version, "checks",
				  "list", "latency_ms", (json_int_t)(from_ms + i % 10), "health",
				  "latency_ms", (json_int_t)(from_ms + i % 10));
		versus_add(&versus, row);
		json_decref(row);
	}
}

static void
expect(enum canary_verdict verdict, const char *sentence)
{
	struct buf text;

	buf_init(&text, 10000);
	enum canary_verdict found = versus_judge(&versus, &limit, &text);
	cr_expect_eq(found, verdict, "%s\n%s", canary_verdict_name(found), text.text);
	cr_expect_not_null(strstr(text.text, sentence), "%s", text.text);
	buf_release(&text);
}

static void
enter(void)
{
	versus_init(&versus, "aaa", "bbb");
}

static void
leave(void)
{
	versus_release(&versus);
}

TestSuite(versus, .init = enter, .fini = leave);

Test(versus, a_candidate_like_the_baseline_is_promoted)
{
	add("aaa111", 100, 100, 0);
	add("bbb222", 100, 100, 0);
	expect(CANARY_PROMOTE,
	       "- latency: bbb is neither surely slower nor faster (95 % sure that it is "
	       "between 0.957 % faster and 0.957 % slower); the limit is 10 %.");
	expect(CANARY_PROMOTE, "| wrong checks | 0 of 400 | 0 of 400 | 1 |");
}

Test(versus, a_candidate_surely_slower_by_more_is_rolled_back)
{
	add("aaa111", 100, 100, 0);
	add("bbb222", 100, 120, 0);
	expect(CANARY_ROLL_BACK,
	       "- latency: bbb is slower by 19.1 % (95 % sure that it is between 18.2 % "
	       "and 20.1 %); the limit is 10 %.");
}

Test(versus, a_candidate_slower_by_no_more_than_allowed_is_promoted)
{
	add("aaa111", 100, 100, 0);
	add("bbb222", 100, 104, 0);
	expect(CANARY_PROMOTE, "bbb is slower by 3.83 %");
}

Test(versus, a_candidate_that_may_be_slower_by_more_is_held)
{
	add("aaa111", 100, 100, 0);
	add("bbb222", 100, 110, 0);
	expect(CANARY_HOLD, "bbb is slower by 9.57 %");
}

Test(versus, a_candidate_more_often_wrong_is_rolled_back)
{
	add("aaa111", 100, 100, 0);
	add("bbb222", 90, 100, 0);
	add("bbb222", 10, 100, 2);
	expect(CANARY_ROLL_BACK, "bbb is more often wrong by 5 points (95 % sure");
}

Test(versus, a_few_rounds_are_inconclusive_whatever_they_say)
{
	add("aaa111", 3, 100, 0);
	add("bbb222", 3, 100, 0);
	expect(CANARY_INCONCLUSIVE, "latency: too few rounds to be 95 % sure of anything");
	expect(CANARY_INCONCLUSIVE, "a difference of 1 point, the limit, is not ruled out.");
}

Test(versus, a_version_without_a_round_is_inconclusive)
{
	add("aaa111", 100, 100, 0);
	add("ccc333", 100, 100, 0);
	expect(CANARY_INCONCLUSIVE, "- errors: too few rounds");
	expect(CANARY_INCONCLUSIVE, "bbb has no round with a reply to each check");
}

Test(versus, a_check_that_only_one_version_has_is_not_compared)
{
	add("aaa111", 50, 100, 0);
	json_t *row =
		json_pack("{s:s, s:f, s:i, s:{s:{s:s}, s:{s:{s:i}, s:{s:i}, s:{s:i}}}}", "status",
			  "healthy", "error_rate_percent", 0.0, "sample_size", 4, "notes", "target",
			  "commit", "bbb222", "checks", "list", "latency_ms", 105, "health",
			  "latency_ms", 105, "fresh", "latency_ms", 9000);
	for (int i = 0; i < 50; i++)
		versus_add(&versus, row);
	json_decref(row);
	expect(CANARY_INCONCLUSIVE, "105.0 ms of 50");
}
