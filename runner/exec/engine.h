/* engine.h - runs a plan: a ready queue counted down, a bounded number of attempts in flight.
 *
 * A case that passes but whose refusals have a control stays unsettled until the control has; only
 * then is it PASS, or ERROR blocked. Settling records the case and counts its dependants down; a
 * verdict other than PASS settles them as ERROR blocked. At the end the fixtures' and suites'
 * clean-ups run, then the janitor.
 */
#ifndef EXEC_ENGINE_H
#define EXEC_ENGINE_H

#include "exec/session.h"
#include "plan/plan.h"
#include "run/run.h"

struct engine;

struct engine_options {
	long jobs;    /* attempts in flight */
	long retries; /* further attempts of a case that did not pass */
	bool fail_fast;
	/* Called as things happen; `arg` is passed along. Either may be NULL. */
	void (*started)(void *arg, size_t case_index);
	void (*settled)(void *arg, const struct run_case *run_case);
	void *arg;
};

struct engine *engine_new(struct session *session, const struct plan *plan,
			  const struct engine_options *options);
void engine_free(struct engine *engine);

/* Run to the end on the session's loop, clean-up included. False with err only when the loop itself
 * fails. */
bool engine_run(struct engine *engine, struct error *err) MUST_USE;

/* Begin nothing new; what is under way ends after its current exchange, then clean-up runs.
 * `reason` is borrowed and becomes the reason of what did not run. */
void engine_stop(struct engine *engine, const char *reason);

/* Settle every case as ERROR without running any: `kind` and `reason` say why. */
void engine_refuse(struct engine *engine, enum trouble kind, const char *reason);

const struct totals *engine_totals(const struct engine *engine);
/* Sentences about clean-up steps of fixtures and suites that failed: an array of texts; borrowed.
 */
const json_t *engine_leftovers(const struct engine *engine);

#endif
