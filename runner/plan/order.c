#include "plan/order.h"

#include <stdint.h>

static uint64_t
draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* Below `count`. The remainder favours small numbers by count / 2^64: no order shows it. */
static size_t
below(uint64_t *state, size_t count)
{
	return (size_t)(draw(state) % count);
}

static void
shuffle_nodes(struct plan *plan, uint64_t *state)
{
	size_t *order = ARENA_ARRAY(&plan->arena, plan->node_count + 1, size_t);

	for (size_t i = 0; i < plan->node_count; i++) {
		size_t k = below(state, i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	plan->order = order;
}

/* Cases behind one fixture are unlocked together: they start in the order of its edges. */
static void
shuffle_unlocks(struct plan *plan, struct plan_node *node, uint64_t *state)
{
	struct plan_edge *edges =
		ARENA_ARRAY(&plan->arena, node->unlock_count + 1, struct plan_edge);

	for (size_t i = 0; i < node->unlock_count; i++) {
		size_t k = below(state, i + 1);

		edges[i] = edges[k];
		edges[k] = node->unlocks[i];
	}
	node->unlocks = edges;
}

void
plan_shuffle(struct plan *plan, long seed)
{
	uint64_t state = (uint64_t)seed;

	plan->seed = seed;
	shuffle_nodes(plan, &state);
	for (size_t i = 0; i < plan->node_count; i++)
		if (plan->nodes[i].unlock_count > 1)
			shuffle_unlocks(plan, &plan->nodes[i], &state);
}

size_t
plan_at(const struct plan *plan, size_t place)
{
	return plan->order ? plan->order[place] : place;
}
