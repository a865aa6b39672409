/* attempt.h - one try of one case (or fixture): its steps, one after the other, and its clean-up.
 *
 * A state machine over the loop. For each step, in this order:
 *
 *   BEFORE   the witness reads the rows that must stay as they are
 *   SEND     the request, the statement or the wait; again while `eventually` has time
 *   WRITTEN  the witness reads what the lens promises of a success
 *   AFTER    the witness reads the protected rows again
 *
 * then the captures. The first step that breaks an expectation, or cannot be judged, ends the case;
 * all its mismatches are kept. Clean-up steps run whatever happened.
 */
#ifndef EXEC_ATTEMPT_H
#define EXEC_ATTEMPT_H

#include "exec/session.h"
#include "plan/plan.h"
#include "run/run.h"

struct attempt;

typedef void attempt_done_fn(void *arg, struct attempt *attempt);

struct attempt *attempt_new(struct session *session, attempt_done_fn *done, void *arg);
void attempt_free(struct attempt *attempt);

/* What an attempt is asked to run. Borrowed until done. */
struct attempt_work {
	const struct suite *suite;
	const struct suite_case *test;           /* NULL for a fixture or a suite's clean-up */
	const struct step_list *steps, *cleanup; /* NULL: none */
	const json_t *const *needed;             /* captures it sees beside its own */
	size_t needed_count;
	json_t *captures;  /* to start with, taken over; NULL: none */
	size_t number;     /* makes ${unique} differ between cases and attempts */
	bool cleanup_only; /* `steps` are a clean-up: what breaks is a leftover, not a verdict */
};

/* Begin; `done` is called from the loop when the attempt has ended. An attempt may be started again
 * after that: it forgets everything of the last time. */
void attempt_start(struct attempt *attempt, const struct attempt_work *work);

/* After `done`: the verdict, findings, exchanges; valid until the attempt is started again or
 * freed. */
struct run_case *attempt_result(struct attempt *attempt);

/* After `done`: the captures, a new reference. */
json_t *attempt_captures(const struct attempt *attempt);

/* For the engine's bookkeeping. */
void attempt_tag(struct attempt *attempt, size_t node);
size_t attempt_node(const struct attempt *attempt);

#endif
