/* preflight.h - identity first: is this the target that is meant, and are we who we say we are?
 *
 * Before any case runs: the target answers and is healthy; its commit is the one the environment
 * names; the flags stand as stated; every persona the plan uses can log in and has the role it is
 * said to have; in SQL every persona is itself, no superuser, no BYPASSRLS, no owner of a table
 * without FORCE. Any "no" means nothing is judged.
 */
#ifndef EXEC_PREFLIGHT_H
#define EXEC_PREFLIGHT_H

#include <jansson.h>

#include "exec/session.h"
#include "plan/plan.h"
#include "run/run.h"

#define PREFLIGHT_SENTENCE 400 /* room for what one check says */

struct preflight;

struct preflight *preflight_new(struct session *session, const struct plan *plan);
void preflight_free(struct preflight *preflight);

/* Ask everything, all at once where order does not matter. True when every check passed. */
bool preflight_run(struct preflight *preflight);

/* The first check that failed, as one sentence; NULL when none did. */
const char *preflight_problem(const struct preflight *preflight);
/* [{name, ok, sentence}], borrowed. */
const json_t *preflight_checks(const struct preflight *preflight);
const struct exchange *preflight_exchanges(const struct preflight *preflight, size_t *count);
/* What the target says of itself, and the database server; borrowed objects, maybe empty. */
const json_t *preflight_target(const struct preflight *preflight);
const json_t *preflight_database(const struct preflight *preflight);

#endif
