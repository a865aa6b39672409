#include "rls/score.h"

#include <criterion/criterion.h>
#include <string.h>

static struct mutant items[] = {
	{ .name = "a/dropped", .kind = "dropped", .family = "a" },
	{ .name = "a/using-true", .kind = "using-true", .family = "a" },
	{ .name = "b/using-true", .kind = "using-true", .family = "b" },
	{ .name = "b/dropped", .kind = "dropped", .family = "b" },
	{ .name = "c/force-off", .kind = "force-off", .family = "c" },
};
static const struct mutants mutants = { .items = items, .count = 5 };

Test(score, asks_first_who_noticed_the_like)
{
	struct score score;
	const char *ids[3];

	score_init(&score, &mutants);
	score_settle(&score, 0, FATE_KILLED, "s/one", "red");
	score_settle(&score, 1, FATE_KILLED, "s/two", "red");
	score_settle(&score, 2, FATE_KILLED, "s/three", "red");
	/* b/dropped: the same table first, then the same kind; nothing in common is not asked. */
	cr_assert_eq(score_suspects(&score, 3, ids, 3), 2);
	cr_expect_str_eq(ids[0], "s/three");
	cr_expect_str_eq(ids[1], "s/one");
	cr_expect_eq(score_suspects(&score, 4, ids, 3), 0);
	cr_expect_eq(score_suspects(&score, 3, ids, 1), 1);
	score_release(&score);
}

Test(score, asks_nobody_first_when_the_last_of_a_kind_got_past_all)
{
	static struct mutant alike[] = {
		{ .name = "a/x", .kind = "x", .family = "a" },
		{ .name = "b/x", .kind = "x", .family = "b" },
		{ .name = "c/x", .kind = "x", .family = "c" },
		{ .name = "d/x", .kind = "x", .family = "d" },
	};
	static const struct mutants list = { .items = alike, .count = 4 };
	struct score score;
	const char *ids[3];

	score_init(&score, &list);
	score_settle(&score, 0, FATE_KILLED, "s/one", "red");
	score_settle(&score, 1, FATE_SURVIVED, NULL, NULL);
	cr_expect_eq(score_suspects(&score, 2, ids, 3), 1);
	score_settle(&score, 2, FATE_SURVIVED, NULL, NULL);
	cr_expect_eq(score_suspects(&score, 3, ids, 3), 0);
	score_release(&score);
}

Test(score, never_suspects_preflight_nor_one_case_twice)
{
	struct score score;
	const char *ids[3];

	score_init(&score, &mutants);
	score_settle(&score, 0, FATE_KILLED, "preflight", "no");
	score_settle(&score, 1, FATE_KILLED, "s/one", "red");
	score_settle(&score, 2, FATE_KILLED, "s/one", "red");
	cr_expect_eq(score_suspects(&score, 3, ids, 3), 1);
	score_release(&score);
}

Test(score, what_is_no_mistake_does_not_count)
{
	struct score score;

	score_init(&score, &mutants);
	score_settle(&score, 0, FATE_KILLED, "s/one", NULL);
	score_settle(&score, 1, FATE_SURVIVED, NULL, NULL);
	score_settle(&score, 2, FATE_EQUIVALENT, NULL, NULL);
	score_settle(&score, 3, FATE_STILLBORN, NULL, "syntax");
	cr_expect_eq(score_counted(&score), 3);
	cr_expect_eq(score_count(&score, FATE_SURVIVED), 1);
	cr_expect_eq(score_count(&score, FATE_UNTRIED), 1);
	score_release(&score);
}

Test(score, keeps_its_own_copy_of_what_it_is_told)
{
	struct score score;
	char killer[] = "s/one";

	score_init(&score, &mutants);
	score_settle(&score, 0, FATE_KILLED, killer, killer);
	killer[0] = 'X';
	cr_expect_str_eq(score.trials[0].killer, "s/one");
	cr_expect_str_eq(score.trials[0].how, "s/one");
	score_release(&score);
}
