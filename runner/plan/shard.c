#include "plan/shard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

/* The digests are over all ids of a plan at once. */
#define NAMES_BYTES ((size_t)1024 * 1024 * 1024)

struct bundle {
	int64_t load_us;
	const struct plan_node *first; /* of its cases, by name */
	size_t root;
};

bool
shard_parse(const char *text, size_t *number, size_t *count, struct error *err)
{
	char *slash, *end;

	errno = 0;
	long i = strtol(text, &slash, 10);
	long n = *slash == '/' ? strtol(slash + 1, &end, 10) : 0;
	if (errno || *slash != '/' || *end || i < 1 || n < i || n > 1000)
		return error_set(err, ERROR_USAGE,
				 "a shard is i/n with 1 <= i <= n <= 1000, as 2/4; not \"%s\"",
				 text);
	*number = (size_t)i;
	*count = (size_t)n;
	return true;
}

/* ---- bundles: union of everything that is linked ---- */

static size_t
root_of(size_t *parent, size_t node)
{
	while (parent[node] != node) {
		parent[node] = parent[parent[node]];
		node = parent[node];
	}
	return node;
}

static void
join(size_t *parent, size_t left, size_t right)
{
	parent[root_of(parent, left)] = root_of(parent, right);
}

/* By node: the node that stands for its bundle. */
static size_t *
bundle_nodes(const struct plan *plan)
{
	size_t *parent = must(calloc(plan->node_count + 1, sizeof(*parent)));

	for (size_t i = 0; i < plan->node_count; i++)
		parent[i] = i;
	for (size_t i = 0; i < plan->node_count; i++) {
		const struct plan_node *node = &plan->nodes[i];

		for (size_t k = 0; k < node->unlock_count; k++)
			join(parent, i, node->unlocks[k].node);
		for (size_t k = 0; k < node->control_count; k++)
			join(parent, i, node->controls[k]);
		/* A suite's clean-up runs after all its cases, so somebody must see them all. Nodes
		 * of one suite stand together. */
		if (i && node->suite == plan->nodes[i - 1].suite && node->suite->cleanup.count)
			join(parent, i, i - 1);
	}
	for (size_t i = 0; i < plan->node_count; i++)
		parent[i] = root_of(parent, i);
	return parent;
}

/* ---- what each case is expected to take ---- */

static int
by_name(const char *left_suite, const char *left_id, const char *right_suite, const char *right_id)
{
	int order = strcmp(left_suite, right_suite);

	return order ? order : strcmp(left_id, right_id);
}

static int
timing_order(const void *left, const void *right)
{
	const struct shard_timing *a = left, *b = right;

	return by_name(a->suite, a->id, b->suite, b->id);
}

/* By case index, in microseconds; 0: nothing is known of it. */
static int64_t *
look_up(const struct plan *plan, const struct shard_timing *timings, size_t timing_count)
{
	struct shard_timing *sorted = must(calloc(timing_count + 1, sizeof(*sorted)));
	int64_t *loads = must(calloc(plan->case_count + 1, sizeof(*loads)));

	if (timing_count) {
		memcpy(sorted, timings, timing_count * sizeof(*sorted));
		qsort(sorted, timing_count, sizeof(*sorted), timing_order);
	}
	for (size_t i = 0; i < plan->case_count; i++) {
		const struct plan_node *node = &plan->nodes[plan->cases[i]];
		struct shard_timing wanted = { node->suite->name, node->test->id, 0 };
		const struct shard_timing *found =
			bsearch(&wanted, sorted, timing_count, sizeof(*sorted), timing_order);

		loads[i] = found && found->elapsed_us > 0 ? found->elapsed_us : 0;
	}
	free(sorted);
	return loads;
}

static int64_t *
expected_loads(const struct plan *plan, const struct shard_timing *timings, size_t timing_count)
{
	int64_t *loads = look_up(plan, timings, timing_count);
	int64_t sum = 0, known = 0;

	for (size_t i = 0; i < plan->case_count; i++) {
		sum += loads[i];
		known += loads[i] > 0;
	}
	for (size_t i = 0; i < plan->case_count; i++) {
		if (!loads[i])
			loads[i] = known ? sum / known : 1;
		if (!loads[i])
			loads[i] = 1;
	}
	return loads;
}

/* ---- packing ---- */

static int
heavier_first(const void *left, const void *right)
{
	const struct bundle *a = left, *b = right;

	if (a->load_us != b->load_us)
		return a->load_us > b->load_us ? -1 : 1;
	return by_name(a->first->suite->name, a->first->test->id, b->first->suite->name,
		       b->first->test->id);
}

/* One bundle per root that has cases; roots without any are of no use to anybody. */
static struct bundle *
collect(const struct plan *plan, const size_t *roots, const int64_t *loads, size_t *count)
{
	struct bundle *bundles = must(calloc(plan->case_count + 1, sizeof(*bundles)));
	size_t *place = must(calloc(plan->node_count + 1, sizeof(*place))); /* 0: none yet */

	*count = 0;
	for (size_t i = 0; i < plan->case_count; i++) {
		const struct plan_node *node = &plan->nodes[plan->cases[i]];
		size_t root = roots[plan->cases[i]];

		if (!place[root]) {
			bundles[*count] = (struct bundle){ .first = node, .root = root };
			place[root] = ++*count;
		}
		struct bundle *bundle = &bundles[place[root] - 1];
		bundle->load_us += loads[i];
		if (by_name(node->suite->name, node->test->id, bundle->first->suite->name,
			    bundle->first->test->id) < 0)
			bundle->first = node;
	}
	free(place);
	return bundles;
}

static size_t
lightest(const int64_t *loads, size_t count)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++) {
		if (loads[i] < loads[best])
			best = i;
	}
	return best;
}

/* Longest first, to whoever has least; the first of equals. */
static void
deal(struct shard_packing *packing, struct bundle *bundles, const struct plan *plan,
     const size_t *roots)
{
	int64_t *loads = ARENA_ARRAY(&packing->arena, packing->count, int64_t);
	size_t *of = ARENA_ARRAY(&packing->arena, plan->case_count + 1, size_t);
	size_t *shard_of = must(calloc(plan->node_count + 1, sizeof(*shard_of)));

	if (packing->bundle_count) {
		qsort(bundles, packing->bundle_count, sizeof(*bundles), heavier_first);
		packing->largest_us = bundles[0].load_us;
	}
	for (size_t i = 0; i < packing->bundle_count; i++) {
		size_t shard = lightest(loads, packing->count);

		loads[shard] += bundles[i].load_us;
		shard_of[bundles[i].root] = shard;
	}
	for (size_t i = 0; i < plan->case_count; i++)
		of[i] = shard_of[roots[plan->cases[i]]];
	packing->of = of;
	packing->load_us = loads;
	free(shard_of);
}

static void
name_packing(struct shard_packing *packing, const struct plan *plan)
{
	struct buf names, places;

	buf_init(&names, NAMES_BYTES);
	buf_init(&places, NAMES_BYTES);
	for (size_t i = 0; i < plan->case_count; i++) {
		const struct plan_node *node = &plan->nodes[plan->cases[i]];

		buf_printf(&names, "%s/%s\n", node->suite->name, node->test->id);
		buf_printf(&places, "%s/%s %zu\n", node->suite->name, node->test->id,
			   packing->of[i] + 1);
	}
	digest_hex(names.text, names.len, packing->plan);
	digest_hex(places.text, places.len, packing->packing);
	buf_release(&names);
	buf_release(&places);
}

struct shard_packing *
shard_pack(const struct plan *plan, size_t count, const struct shard_timing *timings,
	   size_t timing_count)
{
	struct shard_packing *packing = must(calloc(1, sizeof(*packing)));
	size_t *roots = bundle_nodes(plan);
	int64_t *loads = expected_loads(plan, timings, timing_count);

	packing->count = count;
	packing->case_count = plan->case_count;
	struct bundle *bundles = collect(plan, roots, loads, &packing->bundle_count);
	deal(packing, bundles, plan, roots);
	name_packing(packing, plan);
	free(bundles);
	free(loads);
	free(roots);
	return packing;
}

void
shard_packing_free(struct shard_packing *packing)
{
	if (!packing)
		return;
	arena_release(&packing->arena);
	free(packing);
}

/* ---- cutting ---- */

/* By node: its number in the part, plus one; 0 when it is not in it. A fixture goes where its
 * bundle goes, which the cases of that bundle know. */
static size_t *
number_kept(const struct plan *plan, const struct shard_packing *packing, size_t number)
{
	size_t *roots = bundle_nodes(plan);
	bool *kept = must(calloc(plan->node_count + 1, sizeof(*kept)));
	size_t *numbers = must(calloc(plan->node_count + 1, sizeof(*numbers)));
	size_t count = 0;

	for (size_t i = 0; i < plan->case_count; i++) {
		if (packing->of[i] == number - 1)
			kept[roots[plan->cases[i]]] = true;
	}
	for (size_t i = 0; i < plan->node_count; i++) {
		if (kept[roots[i]])
			numbers[i] = ++count;
	}
	free(kept);
	free(roots);
	return numbers;
}

static const size_t *
renumber(struct arena *arena, const size_t *nodes, size_t count, const size_t *numbers)
{
	size_t *copy = ARENA_ARRAY(arena, count + 1, size_t);

	for (size_t i = 0; i < count; i++)
		copy[i] = numbers[nodes[i]] - 1;
	return copy;
}

static const struct plan_edge *
renumber_edges(struct arena *arena, const struct plan_node *node, const size_t *numbers)
{
	struct plan_edge *copy = ARENA_ARRAY(arena, node->unlock_count + 1, struct plan_edge);

	for (size_t i = 0; i < node->unlock_count; i++)
		copy[i] = (struct plan_edge){ numbers[node->unlocks[i].node] - 1,
					      node->unlocks[i].need };
	return copy;
}

/* Suites of which nothing is left are left out: somebody else does their clean-up. */
static void
keep_suites(struct plan *part, const struct plan *plan)
{
	const struct suite **suites =
		ARENA_ARRAY(&part->arena, plan->suite_count + 1, const struct suite *);

	for (size_t i = 0; i < plan->suite_count; i++) {
		bool kept = false;
		for (size_t k = 0; k < part->node_count && !kept; k++)
			kept = part->nodes[k].suite == plan->suites[i];
		if (kept)
			suites[part->suite_count++] = plan->suites[i];
	}
	part->suites = suites;
}

struct plan *
shard_cut(const struct plan *plan, const struct shard_packing *packing, size_t number)
{
	struct plan *part = must(calloc(1, sizeof(*part)));
	size_t *numbers = number_kept(plan, packing, number);
	struct arena *arena = &part->arena;

	part->nodes = ARENA_ARRAY(arena, plan->node_count + 1, struct plan_node);
	size_t *cases = ARENA_ARRAY(arena, plan->case_count + 1, size_t);
	for (size_t i = 0; i < plan->node_count; i++) {
		const struct plan_node *from = &plan->nodes[i];
		struct plan_node *to = &part->nodes[part->node_count];

		if (!numbers[i])
			continue;
		*to = *from;
		to->unlocks = renumber_edges(arena, from, numbers);
		to->needs = renumber(arena, from->needs, from->need_count, numbers);
		to->controls = renumber(arena, from->controls, from->control_count, numbers);
		if (to->test) {
			to->case_index = part->case_count;
			cases[part->case_count++] = part->node_count;
		}
		part->node_count++;
	}
	part->cases = cases;
	keep_suites(part, plan);
	plan_note_demands(part);
	free(numbers);
	return part;
}
