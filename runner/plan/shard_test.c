#include "plan/shard.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANY   ((size_t)100000)
#define SHARDS ((size_t)64)

static struct plan *
build(const struct suite *const *suites, size_t count)
{
	struct error err = { 0 };
	struct selection *selection = selection_new(&(struct selection_options){ 0 }, &err);
	struct plan *plan = plan_build(suites, count, selection);

	selection_free(selection);
	return plan;
}

/* "a" to "h": c needs b needs a; d is proved by e; f and g use `login`; h stands alone. */
static const char *const needs_a[] = { "a" };
static const char *const needs_b[] = { "b" };
static const char *const needs_login[] = { "login" };
static const struct step denial[] = { { .kind = STEP_HTTP, .control = "e", .refusal = true } };
static const struct suite_case linked[] = {
	{ .id = "a" },
	{ .id = "b", .needs = needs_a, .need_count = 1 },
	{ .id = "c", .needs = needs_b, .need_count = 1 },
	{ .id = "d", .steps = { denial, 1 } },
	{ .id = "e" },
	{ .id = "f", .needs = needs_login, .need_count = 1 },
	{ .id = "g", .needs = needs_login, .need_count = 1 },
	{ .id = "h" },
};
static const struct fixture fixtures[] = { { .id = "login" } };
static const struct suite links = {
	.name = "s", .cases = linked, .case_count = 8, .fixtures = fixtures, .fixture_count = 1
};
static const struct step sweep[] = { { .kind = STEP_HTTP } };
static const struct suite_case loose[] = { { .id = "x" }, { .id = "y" } };
static const struct suite swept = {
	.name = "t", .cases = loose, .case_count = 2, .cleanup = { sweep, 1 }
};
static const struct suite *const suites[] = { &links, &swept };

static size_t
shard_of(const struct plan *plan, const struct shard_packing *packing, const char *id)
{
	for (size_t i = 0; i < plan->case_count; i++) {
		if (strcmp(plan->nodes[plan->cases[i]].test->id, id) == 0)
			return packing->of[i];
	}
	cr_assert_fail("no case %s", id);
	return 0;
}

Test(shard, what_the_plan_links_is_never_parted)
{
	static const char *const together[][2] = {
		{ "a", "b" }, { "b", "c" }, { "d", "e" }, { "f", "g" }, { "x", "y" }
	};
	struct plan *plan = build(suites, 2);

	for (size_t count = 1; count <= 12; count++) {
		struct shard_packing *packing = shard_pack(plan, count, NULL, 0);

		cr_expect_eq(packing->bundle_count, 5);
		for (size_t i = 0; i < COUNTOF(together); i++)
			cr_expect_eq(shard_of(plan, packing, together[i][0]),
				     shard_of(plan, packing, together[i][1]), "%s, %s of %zu",
				     together[i][0], together[i][1], count);
		shard_packing_free(packing);
	}
	plan_free(plan);
}

Test(shard, without_timings_cases_are_dealt_evenly_and_the_same_each_time)
{
	struct plan *plan = build(suites, 2);
	struct shard_packing *one = shard_pack(plan, 3, NULL, 0);
	struct shard_packing *two = shard_pack(plan, 3, NULL, 0);

	/* Bundles of 3, 2, 2, 2 and 1 cases. */
	cr_expect_eq(one->load_us[0], 3);
	cr_expect_eq(one->load_us[1], 4);
	cr_expect_eq(one->load_us[2], 3);
	cr_expect_str_eq(one->plan, two->plan);
	cr_expect_str_eq(one->packing, two->packing);
	shard_packing_free(one);
	shard_packing_free(two);
	plan_free(plan);
}

Test(shard, the_longest_case_of_the_past_has_a_shard_to_itself)
{
	const struct shard_timing timings[] = {
		{ "s", "h", 9000 }, { "s", "a", 100 },  { "s", "b", 100 }, { "s", "c", 100 },
		{ "s", "d", 100 },  { "t", "gone", 1 }, { "t", "x", 100 }, { "s", "e", 0 },
	};
	struct plan *plan = build(suites, 2);
	struct shard_packing *plain = shard_pack(plan, 2, NULL, 0);
	struct shard_packing *packing = shard_pack(plan, 2, timings, 7);
	size_t alone = shard_of(plan, packing, "h");

	/* e, f, g and y have no past: they count as the mean of the six that have, 1583. */
	cr_expect_eq(packing->load_us[alone], 9000);
	cr_expect_eq(packing->load_us[1 - alone], 5 * 100 + 4 * 1583);
	cr_expect_eq(packing->largest_us, 9000);
	cr_expect_str_eq(plain->plan, packing->plan);
	cr_expect_str_neq(plain->packing, packing->packing);
	shard_packing_free(plain);
	shard_packing_free(packing);
	plan_free(plan);
}

static void
expect_same_links(const struct plan *whole, const struct plan *part, size_t node)
{
	const struct plan_node *mine = &part->nodes[node];

	for (size_t i = 0; i < whole->node_count; i++) {
		const struct plan_node *theirs = &whole->nodes[i];

		if (theirs->test != mine->test || theirs->fixture != mine->fixture)
			continue;
		cr_assert_eq(mine->blockers, theirs->blockers);
		cr_assert_eq(mine->unlock_count, theirs->unlock_count);
		cr_assert_eq(mine->need_count, theirs->need_count);
		for (size_t k = 0; k < mine->unlock_count; k++)
			cr_expect_eq(part->nodes[mine->unlocks[k].node].test,
				     whole->nodes[theirs->unlocks[k].node].test);
		for (size_t k = 0; k < mine->need_count; k++)
			cr_expect_eq(part->nodes[mine->needs[k]].fixture,
				     whole->nodes[theirs->needs[k]].fixture);
		for (size_t k = 0; k < mine->control_count; k++)
			cr_expect_eq(part->nodes[mine->controls[k]].test,
				     whole->nodes[theirs->controls[k]].test);
		return;
	}
	cr_assert_fail("a node that the whole plan has not");
}

Test(shard, the_parts_together_are_the_plan_with_every_link)
{
	struct plan *plan = build(suites, 2);
	struct shard_packing *packing = shard_pack(plan, 3, NULL, 0);
	size_t cases = 0, nodes = 0, swept_by = 0;

	for (size_t number = 1; number <= 3; number++) {
		struct plan *part = shard_cut(plan, packing, number);

		for (size_t i = 0; i < part->node_count; i++)
			expect_same_links(plan, part, i);
		for (size_t i = 0; i < part->case_count; i++)
			cr_expect_eq(part->nodes[part->cases[i]].case_index, i);
		for (size_t i = 0; i < part->suite_count; i++)
			swept_by += part->suites[i] == &swept;
		cases += part->case_count;
		nodes += part->node_count;
		plan_free(part);
	}
	cr_expect_eq(cases, plan->case_count);
	cr_expect_eq(nodes, plan->node_count);
	cr_expect_eq(swept_by, 1, "its clean-up is done once");
	shard_packing_free(packing);
	plan_free(plan);
}

Test(shard, only_i_of_n_is_a_shard)
{
	static const struct {
		const char *text;
		size_t number, count; /* 0: refused */
	} rows[] = {
		{ "1/1", 1, 1 },   { "64/64", 64, 64 }, { "0/4", 0, 0 },    { "5/4", 0, 0 },
		{ "1", 0, 0 },     { "1/", 0, 0 },      { "/4", 0, 0 },     { "1/4x", 0, 0 },
		{ "-1/4", 0, 0 },  { "", 0, 0 },        { "1/1001", 0, 0 }, { "a/b", 0, 0 },
		{ "1/4/2", 0, 0 },
	};

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		struct error err = { 0 };
		size_t number = 0, count = 0;
		bool ok = shard_parse(rows[i].text, &number, &count, &err);

		cr_expect_eq(ok, rows[i].count != 0, "\"%s\"", rows[i].text);
		cr_expect_eq(number, rows[i].number, "\"%s\"", rows[i].text);
		cr_expect_eq(count, rows[i].count, "\"%s\"", rows[i].text);
		cr_expect_eq(err.code, ok ? ERROR_NONE : ERROR_USAGE);
	}
}

/* A small generator, so that the simulation is the same everywhere. */
static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

struct simulation {
	struct arena arena;
	struct suite suite;
	const struct suite *suites[1];
	struct suite_case *cases;
	struct shard_timing *timings;
	int64_t *truth_us;
};

/* Times as they are met: most are short, one in fifty is twenty times as long. One case in
 * four needs the one before it, so chains form. One in a hundred has never run before, and the
 * others take up to 20 % more or less than last time. */
static void
simulate(struct simulation *sim)
{
	uint32_t state = 7;

	sim->cases = ARENA_ARRAY(&sim->arena, MANY, struct suite_case);
	sim->timings = ARENA_ARRAY(&sim->arena, MANY, struct shard_timing);
	sim->truth_us = ARENA_ARRAY(&sim->arena, MANY, int64_t);
	for (size_t i = 0; i < MANY; i++) {
		const char **needs = ARENA_ARRAY(&sim->arena, 1, const char *);
		int64_t past_us = 2000 + next_random(&state) % 18000;

		if (next_random(&state) % 50 == 0)
			past_us *= 20;
		sim->cases[i].id = arena_printf(&sim->arena, "case-%zu", i);
		if (i && next_random(&state) % 4 == 0) {
			needs[0] = sim->cases[i - 1].id;
			sim->cases[i].needs = needs;
			sim->cases[i].need_count = 1;
		}
		sim->truth_us[i] = past_us * (80 + next_random(&state) % 41) / 100;
		if (next_random(&state) % 100 == 0)
			past_us = 0;
		sim->timings[i] = (struct shard_timing){ "many", sim->cases[i].id, past_us };
	}
	sim->suite = (struct suite){ .name = "many", .cases = sim->cases, .case_count = MANY };
	sim->suites[0] = &sim->suite;
}

static int64_t
longest(const int64_t *loads, size_t count, int64_t *sum)
{
	int64_t most = 0;

	*sum = 0;
	for (size_t i = 0; i < count; i++) {
		*sum += loads[i];
		most = loads[i] > most ? loads[i] : most;
	}
	return most;
}

Test(shard, of_100000_cases_on_64_shards_the_longest_is_within_5_percent_of_the_ideal)
{
	struct simulation sim = { 0 };
	int64_t real_us[SHARDS] = { 0 };
	int64_t sum;

	simulate(&sim);
	struct plan *plan = build(sim.suites, 1);
	struct shard_packing *packing = shard_pack(plan, SHARDS, sim.timings, MANY);
	int64_t most = longest(packing->load_us, SHARDS, &sum);
	cr_expect(most * 100 <= sum / (int64_t)SHARDS * 101, "as planned: %lld of an ideal %lld",
		  (long long)most, (long long)(sum / (int64_t)SHARDS));

	/* And as it turns out: what is not known beforehand evens out over so many cases. */
	for (size_t i = 0; i < MANY; i++)
		real_us[packing->of[i]] += sim.truth_us[i];
	most = longest(real_us, SHARDS, &sum);
	cr_expect(most * 100 <= sum / (int64_t)SHARDS * 105, "in truth: %lld of an ideal %lld",
		  (long long)most, (long long)(sum / (int64_t)SHARDS));
	shard_packing_free(packing);
	plan_free(plan);
	arena_release(&sim.arena);
}
