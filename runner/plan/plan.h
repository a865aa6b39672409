/* plan.h - what will run: every selected case and what it needs, as a graph that is counted down.
 *
 * Nodes are cases, in suite order, and the fixtures (`setup`, `once`) they stand on. A node holds
 * the number of nodes it waits for; settling one decrements its dependants. The plan is const once
 * built: the engine keeps its own counters.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "plan/select.h"
#include "suite/suite.h"

struct plan_edge {
	size_t node; /* the one that waits */
	bool need;   /* it also wants the other to have passed; false: order only (serial suites) */
};

struct plan_node {
	const struct suite *suite;
	const struct suite_case *test; /* NULL: a fixture */
	const struct fixture *fixture; /* NULL: a case */
	size_t case_index;             /* in reports; cases only */
	const struct plan_edge *unlocks;
	size_t unlock_count;
	size_t blockers;     /* nodes it waits for */
	const size_t *needs; /* nodes whose captures it sees, nearest first, transitively */
	size_t need_count;
	const size_t *controls; /* cases that must pass for its refusals to count */
	size_t control_count;
	bool selected; /* false: only here because another one needs it */
};

struct plan {
	struct arena arena;
	const struct suite *const *suites;
	size_t suite_count;
	struct plan_node *nodes;
	size_t node_count;
	const size_t *cases; /* nodes that are cases, in report order */
	size_t case_count;
	const size_t *order; /* of starting, see plan/order.h; NULL: as nodes stand */
	long seed;           /* that made it; 0: none */
	bool mutates;
	bool needs_database; /* some step, guard or promise wants SQL */
};

/* Build the plan of what `selection` accepts in `suites` (both borrowed). Fails only for our
 * own caller's mistakes: suites were checked when loaded. */
struct plan *plan_build(const struct suite *const *suites, size_t suite_count,
			struct selection *selection);
void plan_free(struct plan *plan);

/* Set `mutates` and `needs_database` from the nodes; for who makes a plan out of another. */
void plan_note_demands(struct plan *plan);

/* Write the plan for people: one line per case in an order it may run, with what it waits for and
 * why. */
void plan_print(const struct plan *plan, struct buf *out);

/* Write one line per case: "suite/id  title". */
void plan_list(const struct plan *plan, struct buf *out);

#endif
