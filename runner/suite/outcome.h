/* outcome.h - how a SQL statement ended, as a test sees it, and what a suite may expect of it.
 *
 * Written `WORD` or `WORD.KIND`. A broad word holds for every kind below it, but for `allowed`: a
 * statement that a constraint stopped did not do what it was asked for, though the policy let it.
 */
#ifndef SUITE_OUTCOME_H
#define SUITE_OUTCOME_H

#include <stdbool.h>

#include "document/node.h"

enum outcome {
	OUTCOME_NONE,
	OUTCOME_ALLOWED,            /* rows came back or were changed */
	OUTCOME_ALLOWED_CONSTRAINT, /* the policy let the row pass, a constraint stopped it */
	OUTCOME_ALLOWED_TRIGGER,    /* without triggers it is allowed: one of them stopped it */
	OUTCOME_PARTIAL,            /* some of the rows the witness sees, not all */
	OUTCOME_REWRITTEN,          /* accepted, and stored as something else than was asked for */
	OUTCOME_FILTERED,           /* it ran, and touched no row although one is there */
	OUTCOME_DENIED,             /* 42501, from where nobody can tell */
	OUTCOME_DENIED_POLICY,      /* WITH CHECK, or the SELECT policy on the new row */
	OUTCOME_DENIED_GRANT,       /* no privilege: row-level security never ran */
	OUTCOME_DENIED_APPLICATION, /* a trigger or function of the application said so: 42501 */
	OUTCOME_DENIED_VIEW,        /* a view's own CHECK OPTION */
	OUTCOME_DENIED_FEATURE,     /* refused on any table with row-level security: COPY FROM */
	OUTCOME_BROKEN,             /* a policy, view or default cannot be evaluated */
	OUTCOME_ERROR,              /* any other SQLSTATE */
	OUTCOME_KINDS
};

/* One expected outcome. */
struct outcome_pattern {
	enum outcome outcome;
	long rows;        /* of ALLOWED and PARTIAL; -1: one or more */
	char sqlstate[6]; /* of ERROR; of BROKEN "" is any */
	const char
		*named; /* policy of DENIED_POLICY, constraint of ALLOWED_CONSTRAINT; NULL: any */
};

/* "denied.policy"; "none". */
const char *outcome_name(enum outcome outcome);

/* Whether `actual` is what `expected` says: the same, or a kind of it. */
bool outcome_is(enum outcome actual, enum outcome expected);

/* It was refused, or nothing was there for it: what a broad word such as `denied` stands for. */
bool outcome_refuses(enum outcome outcome);

/* It went through, or would have but for something that is no policy. */
bool outcome_allows(enum outcome outcome);

/* Read the text at `node`: an outcome, with its number of rows, SQLSTATE or name where it takes
 * one. The name is borrowed from the node. */
bool outcome_read(const struct node *node, struct outcome_pattern *out);

#endif
