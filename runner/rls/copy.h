/* copy.h - the database a mutant is tried on: as it was, for each of them again.
 *
 * A mutant is applied, tried and undone. Undoing takes back what it changed, not what it let others
 * write: when the rows are no longer those of the template, a throw-away database is dropped and
 * copied from it; whoever was connected is thrown out and connects again. When they are, it is not:
 * connections and what they have cached are half of a run's time.
 */
#ifndef RLS_COPY_H
#define RLS_COPY_H

#include <stdbool.h>

#include "exec/loop.h"
#include "exec/sql_session.h"
#include "rls/mutant.h"

struct copy;

/* Connect to `conninfo`, which must be a superuser's. With `renew` its database is ours to drop,
 * and nobody else may be connected to it now: it becomes the template. NULL with
 * ERROR_ENVIRONMENT. */
struct copy *copy_open(struct loop *loop, const char *conninfo, bool renew,
		       struct error *err) MUST_USE;
/* The database is left as the last mutant's run left it. NULL does nothing. */
void copy_close(struct copy *copy);

/* Make the database as it was, should it not be; one that is not ours to drop stays as it is. */
bool copy_restore(struct copy *copy, struct error *err) MUST_USE;

/* From now on, notice which tables are read or written. */
bool copy_watch(struct copy *copy, struct error *err) MUST_USE;

/* The tables nobody has read or written since, as an array of quoted names, the caller's. Who else
 * is connected is thrown out: what a connection did is known when it ends. Only for a database that
 * is ours to drop; of any other the array is empty. */
bool copy_untouched(struct copy *copy, json_t **tables, struct error *err) MUST_USE;

/* Make the database as it was, and the mutant in it. False with ERROR_ENVIRONMENT; with *refused
 * the server did not take the mutant, whose fault that is, and the copy goes on being good. */
bool copy_apply(struct copy *copy, const struct mutant *mutant, bool *refused,
		struct error *err) MUST_USE;

/* Take the mutant back. Where rows are left that were not there, or others are missing or changed,
 * the database is copied anew before the next one. */
bool copy_undo(struct copy *copy, const struct mutant *mutant, struct error *err) MUST_USE;

/* Another copy of the template, to look at something else meanwhile: its connection, the copy's
 * until copy_close(). NULL without an error for a database that is not ours to copy. */
bool copy_twin(struct copy *copy, struct sql_session **twin, struct error *err) MUST_USE;

/* The same for several, which were applied in this order. */
bool copy_undo_all(struct copy *copy, const struct mutant *const *mutants, size_t count,
		   struct error *err) MUST_USE;

/* On the database as it stands; borrowed until the next copy_apply(). NULL when it was lost. */
struct sql_session *copy_session(struct copy *copy);

#endif
