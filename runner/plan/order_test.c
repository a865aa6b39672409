#include "plan/order.h"

#include <criterion/criterion.h>
#include <string.h>

#define CASES 40

/* A fixture that unlocks all cases, among as many that wait for nothing. */
static struct plan_edge edges[CASES];
static struct plan_node nodes[CASES + 1];
static struct plan plan;

static void
shuffle(long seed)
{
	plan = (struct plan){ .nodes = nodes, .node_count = CASES + 1 };
	for (size_t i = 0; i < CASES; i++)
		edges[i] = (struct plan_edge){ i + 1, true };
	nodes[0] = (struct plan_node){ .unlocks = edges, .unlock_count = CASES };
	plan_shuffle(&plan, seed);
}

Test(order, every_node_and_every_edge_is_there_once)
{
	bool seen[CASES + 1] = { false }, unlocked[CASES + 1] = { false };

	shuffle(7);
	for (size_t i = 0; i < CASES + 1; i++) {
		size_t node = plan_at(&plan, i);

		cr_assert(node <= CASES && !seen[node], "place %zu: node %zu", i, node);
		seen[node] = true;
	}
	for (size_t i = 0; i < CASES; i++) {
		size_t node = nodes[0].unlocks[i].node;

		cr_assert(node <= CASES && !unlocked[node] && nodes[0].unlocks[i].need);
		unlocked[node] = true;
	}
	arena_release(&plan.arena);
}

Test(order, a_seed_gives_the_same_order_again_and_another_another)
{
	size_t first[CASES + 1];

	shuffle(1);
	memcpy(first, plan.order, sizeof(first));
	arena_release(&plan.arena);
	shuffle(1);
	cr_expect(memcmp(first, plan.order, sizeof(first)) == 0);
	arena_release(&plan.arena);
	shuffle(2);
	cr_expect(memcmp(first, plan.order, sizeof(first)) != 0);
	cr_expect_eq(plan.seed, 2);
	arena_release(&plan.arena);
}

/* An order is part of a rerun command: no version of the program may change it. */
Test(order, the_order_of_a_seed_is_for_ever)
{
	static const size_t ever[] = { 5, 23, 24, 27 };

	shuffle(42);
	for (size_t i = 0; i < COUNTOF(ever); i++)
		cr_expect_eq(plan_at(&plan, i), ever[i], "place %zu: %zu", i, plan_at(&plan, i));
	arena_release(&plan.arena);
}

Test(order, without_a_seed_nodes_stand_as_they_are)
{
	struct plan plain = { .node_count = 3 };

	cr_expect_eq(plan_at(&plain, 2), 2);
}
