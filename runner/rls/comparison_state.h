/* comparison_state.h - what comparison.c and comparison_settling.c share: workers, each a
 * connection that looks at one mutant, one probe at a time.
 */
#ifndef RLS_COMPARISON_STATE_H
#define RLS_COMPARISON_STATE_H

#include <stdint.h>

#include "rls/comparison.h"

/* A relation and somebody who tries what can be done to it. */
struct pair {
	size_t relation, actor;
};

/* A connection, and the mutant it looks at. */
struct worker {
	struct sql_session *session;
	struct prober *prober;
	size_t probes;               /* since its transaction began */
	const struct mutant *mutant; /* NULL: none */
	size_t index;                /* of it */
	int64_t from_us;
	json_t *relations;  /* under the mutant */
	struct pair *pairs; /* to be looked at, the likeliest first */
	size_t pair_count, next;
	bool busy;  /* waits for the answer about pairs[next] */
	bool again; /* it is the second time, for the first gave no answer */
	struct difference difference;
};

struct comparison {
	struct worker workers[COMPARISON_SESSIONS];
	size_t worker_count;
	struct actors *actors;
	struct prober_options probing;
	json_t *hints;
	json_t *calls;  /* relations, too: functions with arguments (calls.sql) */
	json_t *before; /* {relation: [{cell: letter}, of each actor]} */
	/* {kind: {relation, actor}} where one of its kind was seen last: the next one is, mostly,
	 * seen there too */
	json_t *seen;
	struct comparison_options options;
};

/* Asked before anything is begun: is there no time left? */
bool comparison_is_over(const struct comparison *comparison);

/* Apply a mutant, and see what there is to look at under it. False with err when the connection is
 * lost; what the server refuses is in worker->difference. */
bool comparison_begin(struct comparison *comparison, struct worker *worker,
		      const struct mutant *mutant, struct error *err) MUST_USE;
/* Take it back. */
bool comparison_end(struct comparison *comparison, struct worker *worker,
		    struct error *err) MUST_USE;

/* A difference was found, or all pairs were looked at, or the time is over. */
bool comparison_is_done(const struct comparison *comparison, const struct worker *worker);

/* Ask about the next pair, and take the answer when its prober is ready. */
bool comparison_begin_probe(struct comparison *comparison, struct worker *worker,
			    struct error *err) MUST_USE;
bool comparison_take_probe(struct comparison *comparison, struct worker *worker,
			   struct error *err) MUST_USE;

#endif
