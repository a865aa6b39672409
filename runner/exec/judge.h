/* judge.h - one reply against one expectation: the verdict's words, and every mismatch.
 *
 * Pure: it reads a reply and writes findings. What cannot be judged is a trouble, never a finding.
 */
#ifndef EXEC_JUDGE_H
#define EXEC_JUDGE_H

#include <jansson.h>

#include "check/finding.h"
#include "exec/http.h"
#include "exec/sql.h"
#include "exec/sql_meaning.h"
#include "run/run.h"
#include "suite/suite.h"

struct judgement {
	/* in: set by the caller */
	struct findings *findings;
	int64_t within_ms;         /* limit for an HTTP reply; 0: none */
	const char *authorization; /* header that was sent, which no reply repeats; NULL: none */
	const struct sql_meaning
		*meaning;     /* of an SQL reply; NULL: what the reply says by itself */
	const json_t *before; /* rows that the step's only `unchanged` saw; NULL: not asked */
	const json_t *stored; /* rows that `stored` found before the rollback; NULL: not asked */
	/* out */
	enum trouble trouble;          /* TROUBLE_NONE: it could be judged */
	const char *reason;            /* of the trouble; in the findings' arena */
	const char *expected, *actual; /* one line each, for the result table */
	const char *note;              /* which alternative came; NULL */
	long assertions;
	bool needs_witness; /* a zero that only a row seen by the witness turns into "filtered" */
};

/* `body`: the parsed reply, NULL when it is no JSON. */
void judge_http(const struct step *step, const struct scope *scope, const struct http_reply *reply,
		const json_t *body, struct judgement *judgement);

void judge_sql(const struct step *step, const struct scope *scope, const struct sql_reply *reply,
	       struct judgement *judgement);

/* What fits into one line of the result table; the rest is cut. For the judges. */
const char *judge_line(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* True when `status` is one the step expects. */
bool judge_status_expected(const struct step *step, long status);

/* Whether a reply with a doubt meets what the step expects all the same: an SQLSTATE it names. */
bool judge_sql_settled(const struct step *step, const struct sql_reply *reply);

/* Take the step's captures out of a reply into the object `captures`; a missing one is a finding.
 */
void judge_captures(const struct step *step, const struct http_reply *reply, const json_t *body,
		    const json_t *rows, json_t *captures, struct findings *findings);

#endif
