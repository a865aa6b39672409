/* engine_state.h - an engine at work; for the engine's own files only.
 *
 *   engine.c          its life, the ready queue, attempts in flight
 *   engine_settling.c what a node's end means for it and for all that waited for it
 *   engine_cleanup.c  what fixtures and suites leave behind
 */
#ifndef EXEC_ENGINE_STATE_H
#define EXEC_ENGINE_STATE_H

#include "base/arena.h"
#include "exec/attempt.h"
#include "exec/engine.h"

/* Where a node is; each state is on one queue at most. */
enum state {
	STATE_WAITING, /* counted in `blockers` */
	STATE_READY,   /* in the ready queue */
	STATE_RUNNING, /* owns an attempt in flight */
	STATE_HELD,    /* passed; its controls are not settled; keeps its attempt */
	STATE_SETTLED
};

struct node_state {
	enum state state;
	enum verdict verdict;
	size_t blockers;
	json_t *captures;     /* once it passed, while others may need them */
	size_t watchers;      /* nodes not yet settled that see its captures */
	struct attempt *held; /* also of a fixture that failed, for the record */
	bool told;            /* what that fixture did is on record */
	int tries;
	const char *reason; /* of a fixture that failed, in the engine's arena */
	bool blocked;       /* a node it needs did not pass: */
	size_t blocked_by;
};

struct engine {
	struct session *session;
	const struct plan *plan;
	struct engine_options options;
	struct arena arena;
	struct node_state *states;
	size_t *ready; /* ring of node numbers */
	size_t ready_head, ready_count;
	size_t running, unsettled;
	size_t *held; /* nodes, unordered */
	size_t held_count;
	struct attempt **idle; /* attempts to be used again */
	size_t idle_count, idle_room;
	size_t next_number;
	bool pumping, cleaning;
	size_t clean_at; /* counts down over suites, then over nodes */
	const char *stop_reason;
	struct totals totals;
	json_t *leftovers;
};

/* Put a node that waited at the end of the ready queue. */
void engine_make_ready(struct engine *engine, size_t node);

/* Settle what ran, unless it has to wait for a control; true when it is settled. */
bool engine_settle_attempt(struct engine *engine, size_t node, struct attempt *attempt);
/* Settle a case that never ran: its whole record is one sentence. */
void engine_settle_unrun(struct engine *engine, size_t node, enum verdict verdict,
			 enum trouble kind, const char *reason);
/* Settle a node that needs `cause`, which did not pass. */
void engine_block(struct engine *engine, size_t node, size_t cause);

/* Run the clean-ups, the janitor last; then the loop is stopped. */
void engine_clean_up(struct engine *engine);

static inline const struct plan_node *
engine_planned(const struct engine *engine, size_t node)
{
	return &engine->plan->nodes[node];
}

#endif
