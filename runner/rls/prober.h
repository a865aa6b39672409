/* prober.h - the functions that try things, put into the database for one transaction.
 *
 * Works inside a transaction that the caller has begun and will roll back: nothing it creates or
 * tries is ever stored. Each probe is one message with a time-out of its own; what hangs costs that
 * once for a relation, and is unknown from then on.
 *
 *   sql_session_script(session, "begin", ...);
 *   prober = prober_open(session, actors, &options, &err);
 *   relations = prober_relations(prober, &err);
 *   cells = prober_probe(prober, relation, actor, &err);  for each of both
 *   prober_close(prober);
 *   sql_session_script(session, "rollback", ...);
 */
#ifndef RLS_PROBER_H
#define RLS_PROBER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "exec/sql_session.h"
#include "rls/actor.h"

struct prober;

struct prober_options {
	const char *const *schemas; /* to look at; none: all but the system's */
	size_t schema_count;
	const char *tenant_column; /* of tables that `hints` does not name; NULL: none */
	const char *root;          /* table whose key is the tenant; NULL: found by foreign keys */
	const json_t
		*hints; /* {table: {tenant, owner, state, next, groups, inserted_groups}}; NULL */
	int64_t timeout_ms; /* of one probe; 0: 5000 */
};

/* Check server, login and roles, create the functions, test the server's behaviour, and add the
 * twins to `actors`. NULL with a sentence (ERROR_ENVIRONMENT) when nothing could be judged: server
 * older than 15, a login that RLS holds or that may not become a role, a role that no policy holds,
 * CURRENT OF that does something else. Options and actors are borrowed until prober_close(). */
struct prober *prober_open(struct sql_session *session, struct actors *actors,
			   const struct prober_options *options, struct error *err) MUST_USE;
void prober_close(struct prober *prober);

/* What can be reached now: [{name, kind, facts}], by name; the caller's. NULL with err. */
json_t *prober_relations(struct prober *prober, struct error *err) MUST_USE;

/* Every cell of one actor on one of these relations: [{command, grp, class, letter, seen, of_seen,
 * state, how, reason, tries, label}]; the caller's. What cannot be tried is `?` with its reason.
 * NULL with err only when the connection is gone. */
json_t *prober_probe(struct prober *prober, const json_t *relation, const struct actor *actor,
		     struct error *err) MUST_USE;

/* The same in two steps, for probers on several connections to be at work at once: begin, and take
 * when it is ready. Relation and actor are borrowed until it is taken.
 *
 * prober_take() gives the same cells; but when `disturbed` is not NULL and somebody else may have
 * been in the way (a lock, or no answer in time), *disturbed is set and NULL returned without an
 * error: begin again when nobody else is at work, and pass NULL then. */
void prober_begin(struct prober *prober, const json_t *relation, const struct actor *actor);
bool prober_ready(const struct prober *prober);
json_t *prober_take(struct prober *prober, bool *disturbed, struct error *err) MUST_USE;

/* Wait until one of them is ready. All are on one loop, and at least one has begun. */
bool probers_wait(struct prober *const *probers, size_t count, struct error *err) MUST_USE;

#endif
