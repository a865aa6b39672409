#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "plan/order.h"

#define NOWHERE ((size_t)-1)

struct name {
	const char *text;
	size_t index; /* of the case, or fixture_base + of the fixture */
};

/* One suite on its way into the plan. */
struct part {
	const struct suite *suite;
	struct name *names; /* sorted: cases and fixtures by name */
	size_t name_count;
	bool *wanted;    /* by name index: cases first, then fixtures */
	bool *selected;  /* cases only */
	size_t *node_of; /* by the same index; NOWHERE when not wanted */
};

struct link {
	size_t from, to;
	bool need;
};

struct links {
	struct link *items;
	size_t count, room;
};

static int
by_text(const void *left, const void *right)
{
	return strcmp(((const struct name *)left)->text, ((const struct name *)right)->text);
}

static size_t
find(const struct part *part, const char *text)
{
	struct name wanted = { .text = text };
	const struct name *found =
		bsearch(&wanted, part->names, part->name_count, sizeof(*part->names), by_text);

	return found ? found->index : NOWHERE;
}

static void
part_init(struct part *part, const struct suite *suite)
{
	size_t count = suite->case_count + suite->fixture_count;

	*part = (struct part){ .suite = suite, .name_count = count };
	part->names = must(calloc(count + 1, sizeof(*part->names)));
	part->wanted = must(calloc(count + 1, sizeof(*part->wanted)));
	part->selected = must(calloc(count + 1, sizeof(*part->selected)));
	part->node_of = must(calloc(count + 1, sizeof(*part->node_of)));
	for (size_t i = 0; i < suite->case_count; i++)
		part->names[i] = (struct name){ suite->cases[i].id, i };
	for (size_t i = 0; i < suite->fixture_count; i++)
		part->names[suite->case_count + i] =
			(struct name){ suite->fixtures[i].id, suite->case_count + i };
	qsort(part->names, count, sizeof(*part->names), by_text);
}

static void
part_release(struct part *part)
{
	free(part->names);
	free(part->wanted);
	free(part->selected);
	free(part->node_of);
}

static void want(struct part *part, size_t index);

static void
want_name(struct part *part, const char *name)
{
	size_t index = find(part, name);

	if (index != NOWHERE)
		want(part, index);
}

static void
want_controls(struct part *part, const struct suite_case *test)
{
	for (size_t i = 0; i < test->steps.count; i++) {
		if (test->steps.items[i].control)
			want_name(part, test->steps.items[i].control);
	}
}

/* Mark a case or fixture, and all it stands on. Depth is bounded by the longest chain of
 * needs, which the loader has shown to be free of cycles. */
static void
want(struct part *part, size_t index)
{
	const struct suite *suite = part->suite;

	if (part->wanted[index])
		return;
	part->wanted[index] = true;
	if (suite->has_setup && index != suite->case_count)
		want(part, suite->case_count);
	if (index >= suite->case_count) {
		const struct fixture *fixture = &suite->fixtures[index - suite->case_count];
		for (size_t i = 0; i < fixture->need_count; i++)
			want_name(part, fixture->needs[i]);
		return;
	}
	const struct suite_case *test = &suite->cases[index];
	for (size_t i = 0; i < test->need_count; i++)
		want_name(part, test->needs[i]);
	want_controls(part, test);
}

static void
part_select(struct part *part, struct selection *selection)
{
	for (size_t i = 0; i < part->suite->case_count; i++) {
		if (selection_accepts(selection, part->suite, &part->suite->cases[i])) {
			part->selected[i] = true;
			want(part, i);
		}
	}
}

static void
number_nodes(struct plan *plan, struct part *parts)
{
	size_t total = 0;

	for (size_t p = 0; p < plan->suite_count; p++)
		total += parts[p].name_count;
	plan->nodes = ARENA_ARRAY(&plan->arena, total + 1, struct plan_node);
	size_t *cases = ARENA_ARRAY(&plan->arena, total + 1, size_t);
	for (size_t p = 0; p < plan->suite_count; p++) {
		const struct suite *suite = parts[p].suite;

		for (size_t i = 0; i < parts[p].name_count; i++) {
			/* Fixtures first: they stand at the end of the name index. */
			size_t index = (i + suite->case_count) % parts[p].name_count;
			parts[p].node_of[index] = NOWHERE;
			if (!parts[p].wanted[index])
				continue;
			struct plan_node *node = &plan->nodes[plan->node_count];
			parts[p].node_of[index] = plan->node_count;
			node->suite = suite;
			if (index >= suite->case_count) {
				node->fixture = &suite->fixtures[index - suite->case_count];
			} else {
				node->test = &suite->cases[index];
				node->selected = parts[p].selected[index];
				node->case_index = plan->case_count;
				cases[plan->case_count++] = plan->node_count;
			}
			plan->node_count++;
		}
	}
	plan->cases = cases;
}

static void
add_link(struct links *links, size_t from, size_t to, bool need)
{
	if (links->count == links->room) {
		links->room = links->room ? links->room * 2 : 64;
		links->items = must(realloc(links->items, links->room * sizeof(*links->items)));
	}
	links->items[links->count++] = (struct link){ from, to, need };
}

static void
link_needs(struct links *links, const struct part *part, size_t node, const char *const *needs,
	   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t index = find(part, needs[i]);
		if (index != NOWHERE)
			add_link(links, part->node_of[index], node, true);
	}
}

static void
link_part(struct links *links, const struct part *part)
{
	const struct suite *suite = part->suite;
	size_t previous = NOWHERE;

	for (size_t index = 0; index < part->name_count; index++) {
		size_t node = part->node_of[index];
		if (node == NOWHERE)
			continue;
		if (suite->has_setup && index != suite->case_count)
			add_link(links, part->node_of[suite->case_count], node, true);
		if (index >= suite->case_count) {
			const struct fixture *fixture = &suite->fixtures[index - suite->case_count];
			link_needs(links, part, node, fixture->needs, fixture->need_count);
			continue;
		}
		link_needs(links, part, node, suite->cases[index].needs,
			   suite->cases[index].need_count);
		if (suite->serial && previous != NOWHERE)
			add_link(links, previous, node, false);
		previous = node;
	}
}

/* Turn the list of links into each node's `unlocks` and `blockers`, links in the order they were
 * added. */
static void
place_edges(struct plan *plan, const struct links *links)
{
	struct plan_edge *edges = ARENA_ARRAY(&plan->arena, links->count + 1, struct plan_edge);
	size_t *start = must(calloc(plan->node_count + 2, sizeof(*start)));

	for (size_t i = 0; i < links->count; i++)
		start[links->items[i].from + 1]++;
	for (size_t i = 0; i < plan->node_count; i++) {
		plan->nodes[i].unlocks = edges + start[i];
		start[i + 1] += start[i];
	}
	for (size_t i = 0; i < links->count; i++) {
		const struct link *link = &links->items[i];
		struct plan_node *from = &plan->nodes[link->from];
		edges[start[link->from] + from->unlock_count++] =
			(struct plan_edge){ link->to, link->need };
		plan->nodes[link->to].blockers++;
	}
	free(start);
}

/* The nodes `node` sees captures of: breadth first, so the nearest come first. `seen` is a
 * stamp per node, so that one array serves all nodes. */
static void
collect_needs(struct plan *plan, const struct links *by_target, const size_t *first, size_t node,
	      size_t *queue, size_t *seen)
{
	size_t head = 0, count = 0;
	size_t at = node;

	seen[node] = node + 1;
	for (;;) {
		for (size_t i = first[at]; i < first[at + 1]; i++) {
			const struct link *link = &by_target->items[i];
			if (link->need && seen[link->from] != node + 1) {
				seen[link->from] = node + 1;
				queue[count++] = link->from;
			}
		}
		if (head == count)
			break;
		at = queue[head++];
	}
	size_t *needs = ARENA_ARRAY(&plan->arena, count + 1, size_t);
	memcpy(needs, queue, count * sizeof(*needs));
	plan->nodes[node].needs = needs;
	plan->nodes[node].need_count = count;
}

static int
by_target(const void *left, const void *right)
{
	const struct link *a = left, *b = right;

	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return a->from < b->from ? -1 : a->from > b->from;
}

static void
place_needs(struct plan *plan, struct links *links)
{
	size_t *first = must(calloc(plan->node_count + 2, sizeof(*first)));
	size_t *queue = must(calloc(plan->node_count + 1, sizeof(*queue)));
	size_t *seen = must(calloc(plan->node_count + 1, sizeof(*seen)));

	if (links->count)
		qsort(links->items, links->count, sizeof(*links->items), by_target);
	for (size_t i = 0; i < links->count; i++)
		first[links->items[i].to + 1]++;
	for (size_t i = 0; i < plan->node_count; i++)
		first[i + 1] += first[i];
	for (size_t i = 0; i < plan->node_count; i++) {
		if (first[i] != first[i + 1])
			collect_needs(plan, links, first, i, queue, seen);
	}
	free(first);
	free(queue);
	free(seen);
}

static void
place_controls(struct plan *plan, const struct part *part)
{
	for (size_t index = 0; index < part->suite->case_count; index++) {
		const struct suite_case *test = &part->suite->cases[index];
		if (part->node_of[index] == NOWHERE)
			continue;
		struct plan_node *node = &plan->nodes[part->node_of[index]];
		size_t *controls = NULL;
		for (size_t i = 0; i < test->steps.count; i++) {
			if (!test->steps.items[i].control)
				continue;
			if (!controls)
				controls = ARENA_ARRAY(&plan->arena, test->steps.count, size_t);
			size_t found = find(part, test->steps.items[i].control);
			if (found != NOWHERE)
				controls[node->control_count++] = part->node_of[found];
		}
		node->controls = controls;
	}
}

static bool
step_wants_database(const struct step *step)
{
	if (step->kind == STEP_SQL || step->unchanged_count > 0)
		return true;
	return step->kind == STEP_ACTION && !step->refusal && step->action &&
	       step->action->write_count > 0;
}

static bool
list_wants_database(const struct step_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (step_wants_database(&list->items[i]))
			return true;
	}
	return false;
}

void
plan_note_demands(struct plan *plan)
{
	for (size_t i = 0; i < plan->node_count; i++) {
		const struct plan_node *node = &plan->nodes[i];
		const struct step_list *steps =
			node->test ? &node->test->steps : &node->fixture->steps;
		plan->mutates = plan->mutates || node->suite->mutates;
		plan->needs_database = plan->needs_database || list_wants_database(steps);
	}
}

struct plan *
plan_build(const struct suite *const *suites, size_t suite_count, struct selection *selection)
{
	struct plan *plan = must(calloc(1, sizeof(*plan)));
	struct part *parts = must(calloc(suite_count + 1, sizeof(*parts)));
	struct links links = { 0 };

	plan->suites = suites;
	plan->suite_count = suite_count;
	for (size_t i = 0; i < suite_count; i++) {
		part_init(&parts[i], suites[i]);
		part_select(&parts[i], selection);
	}
	number_nodes(plan, parts);
	for (size_t i = 0; i < suite_count; i++)
		link_part(&links, &parts[i]);
	place_edges(plan, &links);
	place_needs(plan, &links);
	for (size_t i = 0; i < suite_count; i++) {
		place_controls(plan, &parts[i]);
		part_release(&parts[i]);
	}
	plan_note_demands(plan);
	free(links.items);
	free(parts);
	return plan;
}

void
plan_free(struct plan *plan)
{
	if (!plan)
		return;
	arena_release(&plan->arena);
	free(plan);
}

static const char *
node_name(const struct plan_node *node)
{
	return node->test ? node->test->id : node->fixture->id;
}

/* Why the node waits: what it needs directly, and what proves its refusals. */
static void
print_reasons(const struct plan *plan, const struct plan_node *node, struct buf *out)
{
	const char *lead = "  after ";

	if (node->test) {
		for (size_t i = 0; i < node->test->need_count; i++, lead = ", ")
			buf_printf(out, "%s%s", lead, node->test->needs[i]);
	}
	if (node->suite->has_setup && node->fixture != &node->suite->fixtures[0])
		buf_printf(out, "%ssetup", lead);
	lead = "  proved by ";
	for (size_t i = 0; i < node->control_count; i++, lead = ", ")
		buf_printf(out, "%s%s", lead, node_name(&plan->nodes[node->controls[i]]));
	if (node->test && !node->selected)
		buf_printf(out, "  (needed by a selected case)");
	if (node->test && node->test->skip)
		buf_printf(out, "  skipped: %s", node->test->skip);
}

/* One line per node, in an order the engine may take: a node is printed when all it waits for
 * has been. */
void
plan_print(const struct plan *plan, struct buf *out)
{
	size_t *blockers = must(calloc(plan->node_count + 1, sizeof(*blockers)));
	size_t *queue = must(calloc(plan->node_count + 1, sizeof(*queue)));
	size_t count = 0;

	for (size_t i = 0; i < plan->node_count; i++)
		blockers[i] = plan->nodes[i].blockers;
	for (size_t i = 0; i < plan->node_count; i++) {
		if (!blockers[plan_at(plan, i)])
			queue[count++] = plan_at(plan, i);
	}
	for (size_t head = 0; head < count; head++) {
		const struct plan_node *node = &plan->nodes[queue[head]];

		buf_printf(out, "%4zu  %s/%s%s", head + 1, node->suite->name, node_name(node),
			   node->test ? "" : "  (fixture)");
		print_reasons(plan, node, out);
		buf_add(out, "\n", 1);
		for (size_t i = 0; i < node->unlock_count; i++) {
			if (--blockers[node->unlocks[i].node] == 0)
				queue[count++] = node->unlocks[i].node;
		}
	}
	buf_printf(out, "%zu planned\n", plan->case_count);
	free(blockers);
	free(queue);
}

void
plan_list(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->case_count; i++) {
		const struct plan_node *node = &plan->nodes[plan->cases[i]];
		buf_printf(out, "%s/%s  %s\n", node->suite->name, node->test->id,
			   node->test->title);
	}
}
