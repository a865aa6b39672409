/* comparison.h - does a mutant change what anybody can do? The matrix as it is, beside the matrix
 * under the mutant, cell by cell until one differs.
 *
 * All of it is one transaction for each connection, which is rolled back; a mutant is applied
 * between two savepoints of it. Only relations are looked at that can depend on what the mutant
 * changes (mutant.h). Functions with arguments are, beyond the matrix, called with those that fit
 * rows of two tenants (calls.sql). Several connections, each to a copy of the
 * database of its own, look at as many mutants at once.
 */
#ifndef RLS_COMPARISON_H
#define RLS_COMPARISON_H

#include <stdbool.h>

#include "rls/matrix.h"
#include "rls/mutant.h"
#include "rls/score.h"

struct comparison;

#define COMPARISON_SESSIONS 4

/* All is borrowed until comparison_close(). */
struct comparison_options {
	struct sql_session *const *sessions; /* at most COMPARISON_SESSIONS, on one loop, to
					      * databases that are alike */
	size_t session_count;
	struct actors *actors; /* get their twins */
	const struct matrix_options *matrix;
	const struct score *score; /* what its survivors can change is measured; NULL: everything */
	/* Asked before each probe: when over(arg), no more is begun, and what was found by then is
	 * no verdict. */
	bool (*over)(void *arg);
	void *arg;
};

struct difference {
	bool found;         /* some cell is another one */
	bool looked;        /* some cell could show it: there are mutants that none can */
	bool unclear;       /* none is, but some could not be told this time */
	bool refused;       /* the server did not take the mutant here */
	char sentence[300]; /* which, or what the server said */
};

/* Begin, and measure how it is. NULL with ERROR_ENVIRONMENT when nothing can be measured. */
struct comparison *comparison_open(const struct comparison_options *options,
				   struct error *err) MUST_USE;
/* Roll back. NULL does nothing. */
void comparison_close(struct comparison *comparison);

/* Look at one mutant; it is gone afterwards. False with err when the connection is lost. */
bool comparison_try(struct comparison *comparison, const struct mutant *mutant,
		    struct difference *difference, struct error *err) MUST_USE;

/* Look at every mutant of the score that no case noticed (FATE_SURVIVED): it is killed by the
 * matrix, equivalent, or not judged. One that the server does not take here stays what it is, as
 * does one that there was no time for. `tell` hears how many of how many are behind us. */
bool comparison_settle(struct comparison *comparison, struct score *score,
		       void (*tell)(void *arg, size_t done, size_t total), void *arg,
		       struct error *err) MUST_USE;

#endif
