/* proving.h - every mutant tried: made, the cases asked, taken back; what no case notices, the
 * matrix is asked.
 *
 * Who runs the cases is the caller's: a function that runs some of them, or all, against the
 * database as it stands, until one is red.
 *
 * To know that a mutant gets past every case takes a run of all of them, and most runs would be of
 * that kind. So mutants that do nothing but open, or nothing but close, and none of which replaces
 * what another replaces, are made together and looked at in one run (a batch). No verdict is taken
 * from that alone:
 *
 *   red    the case that noticed is asked about half of the batch, and so on, and last about one by
 *          itself; where it does not tell then, all cases are asked about each by itself
 *   green  the matrix is asked about each by itself. Whom it does not kill was maybe noticed by a
 *          case that another mutant of the batch kept quiet: all cases are asked about it alone
 */
#ifndef RLS_PROVING_H
#define RLS_PROVING_H

#include <jansson.h>
#include <stdbool.h>

#include "rls/copy.h"
#include "rls/matrix.h"
#include "rls/score.h"

enum notice {
	NOTICE_GREEN,   /* every case passed or was skipped */
	NOTICE_RED,     /* `who` noticed */
	NOTICE_UNJUDGED /* no verdict: `how` says why */
};

struct answer {
	enum notice notice;
	char who[300]; /* "suite/case", or "preflight" */
	char how[500]; /* what it said */
};

enum proving_phase {
	PROVING_BASELINE, /* the cases as it is */
	PROVING_CASES,
	PROVING_MATRIX,
	PROVING_ALONE /* what was in a batch, once more by itself */
};

/* All is borrowed; `arg` goes to every function. */
struct proving_options {
	struct copy *copy;
	struct score *score;                 /* of all mutants, none of them settled */
	const struct matrix_options *matrix; /* NULL: what no case notices is a survivor */
	struct actors *actors;               /* for the matrix; gets twins */
	void *arg;
	/* Run the cases `ids`, or all when there are none, until one is red. False with err when
	 * that could not be done. */
	bool (*ask)(void *arg, const char *const *ids, size_t id_count, struct answer *answer,
		    struct error *err);
	/* Can any case come near the mutant's table? `untouched`: tables that none read or wrote.
	 */
	bool (*near)(void *arg, const json_t *untouched, const struct mutant *mutant);
	/* Is there no time left? Asked before each mutant. */
	bool (*over)(void *arg);
	/* `done` of `total` are behind us. */
	void (*tell)(void *arg, enum proving_phase phase, size_t done, size_t total);
};

/* Settle every mutant of the score, as far as there is time; what there was none for stays untried.
 * No mutant is left in the database. False with err: ERROR_ENVIRONMENT when some case is red
 * without any mutant, or the database was lost. */
bool proving_run(const struct proving_options *options, struct error *err) MUST_USE;

#endif
