/* score.h - which mutants the tests noticed, and which got past them.
 *
 * Plain bookkeeping: who tries the mutants tells it what came of each, and asks which cases are
 * worth asking first.
 */
#ifndef RLS_SCORE_H
#define RLS_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "rls/mutant.h"

enum fate {
	FATE_UNTRIED,    /* the proof ended before it was its turn */
	FATE_KILLED,     /* a case turned red, or preflight refused */
	FATE_BY_MATRIX,  /* every case stayed green, but the matrix of who may do what changed */
	FATE_SURVIVED,   /* nothing noticed */
	FATE_EQUIVALENT, /* every case stayed green, and no cell of the matrix changed */
	FATE_STILLBORN,  /* the server did not take it: no mistake somebody could make */
	FATE_UNJUDGED,   /* the run came to no verdict */
	FATES
};

/* One mutant's. Texts live in the score's arena. */
struct trial {
	enum fate fate;
	const char *killer; /* "suite/case" or "preflight"; NULL */
	const char *how;    /* what it said, or why there is no verdict; NULL */
	int64_t elapsed_us;
};

struct score {
	struct arena arena;
	const struct mutants *mutants; /* borrowed */
	struct trial *trials;          /* one for each */
};

void score_init(struct score *score, const struct mutants *mutants);
/* Does nothing to a zeroed one. */
void score_release(struct score *score);

/* What came of mutant `index`. Texts are copied; NULL: none. */
void score_settle(struct score *score, size_t index, enum fate fate, const char *killer,
		  const char *how);

/* Cases that noticed mutants much like `index`, the likeliest first, in `ids`; returns how many, at
 * most `max`. Preflight is no case. Nobody is worth it when the last of this kind got past all. */
size_t score_suspects(const struct score *score, size_t index, const char **ids, size_t max);

size_t score_count(const struct score *score, enum fate fate);
/* By a case, by preflight or by the matrix. */
size_t score_killed(const struct score *score);
/* All but those that are no mistakes: neither equivalent nor stillborn. */
size_t score_counted(const struct score *score);

/* "killed", "killed by the matrix", "survived", ... */
const char *fate_name(enum fate fate);

#endif
