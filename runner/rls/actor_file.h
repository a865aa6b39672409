/* actor_file.h - the small file that names who and what a matrix of a foreign schema is about.
 *
 *	personas:
 *	  ada:  { role: authenticated, tenant: t1, user: u1, claims: { sub: u1, org_id: t1 } }
 *	  bob:  { role: authenticated, tenant: t2, user: u2, claims: { sub: u2, org_id: t2 } }
 *	  web:  { role: anon }             # no tenant: must reach nothing
 *	  job:  { role: app, tenant: t1, settings: { app.tenant_id: t1 } }
 *	tenant: { column: org_id, root: public.orgs }
 *	schemas: [public]
 *	public: [countries]                # may be read by anybody
 *	tables:                            # where a table differs, or its rows have owners
 *	  notes: { owner: author_id, state: status }
 *
 * `role` is the database role. `settings` is what the application sets for such a user. `user` is
 * the owner's value of one's own rows; default: the claim `sub`. Everything but `personas` may be
 *left out, or be given on the command line instead.
 */
#ifndef RLS_ACTOR_FILE_H
#define RLS_ACTOR_FILE_H

#include "document/document.h"
#include "rls/actor.h"

struct actor_file {
	struct arena arena;
	struct document *document;
	const char *tenant_column, *root; /* NULL: not named */
	const char *const *schemas;
	size_t schema_count;
	const char *const *public_tables;
	size_t public_count;
	const json_t *tables; /* {table: {tenant, owner, state}}; NULL */
};

/* Load `path` and add its personas to `actors`. All mistakes go to `errors`; false if there were
 * any. The file is released by the caller in either case, after the actors' last use of it: none,
 * texts are copied. */
bool actor_file_load(const char *path, struct actor_file *file, struct actors *actors,
		     struct errors *errors) MUST_USE;
void actor_file_release(struct actor_file *file);

#endif
