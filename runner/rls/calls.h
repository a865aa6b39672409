/* calls.h - functions with arguments, as relations to be looked at: called with what fits rows of
 * two tenants. The matrix does not try them, for what a stranger would call them with nobody knows.
 */
#ifndef RLS_CALLS_H
#define RLS_CALLS_H

#include "rls/prober.h"

/* Find them in the schemas of `options`, as the prober's relations are (prober_relations()), each
 * with an `id`, its name in the catalog. *calls is the caller's. Nothing of it is left in the
 * database, and no transaction may be under way. False with the server's sentence. */
bool calls_find(struct sql_session *session, const struct actors *actors,
		const struct prober_options *options, json_t **calls, struct error *err) MUST_USE;

#endif
