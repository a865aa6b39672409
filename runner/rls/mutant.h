/* mutant.h - one deliberate mistake each in what guards the rows: a policy loosened, a grant too
 * many.
 *
 * A mutant is a pair of SQL texts: `apply` makes the mistake, `undo` takes it back. They are made
 * from the catalog of a database, by name and in a fixed order, so the same schema always gives
 * the same list. Whoever applies one decides whether some test notices (score.h).
 */
#ifndef RLS_MUTANT_H
#define RLS_MUTANT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "exec/sql_session.h"

/* Everything lives in the list's arena. */
struct mutant {
	const char *name;     /* stable: "public.items/items_select/using-true" */
	const char *kind;     /* its last part: "using-true" */
	const char *object;   /* what is changed: "policy items_select on public.items" */
	const char *sentence; /* what is wrong then */
	const char *missing;  /* which kind of case notices it */
	const char *table;    /* where the rows are, quoted; NULL: not of one table */
	const char *relation; /* its bare name, as texts write it; NULL */
	const char *const
		*readers; /* other relations that can depend on it, NULL at the end; NULL: all */
	const char *const *guards; /* of a helper: bare names of the tables whose policies and
				    * triggers call it, NULL at the end; NULL: it is none */
	const char *family;        /* mutants of one family are noticed by much the same cases */
	bool opens;                /* lets people do more, and nobody less */
	bool closes;               /* the other way round */
	bool replaces;             /* its object: of two that do, only the second is there */
	const char *apply, *undo;
};

struct mutants {
	struct arena arena;
	struct mutant *items;
	size_t count, room;
};

/* Where to look. */
struct mutant_scope {
	const char *const *schemas; /* without any: every schema but the system's */
	size_t schema_count;
	const char *const *tables; /* bare names; without any: all. With them helpers that guard
				    * others only are left out, and roles are not */
	size_t table_count;
	const char *tenant_column; /* NULL: the reference that most tables have */
	const char *anonymous;     /* the role of those without a login; PUBLIC if there is none */
};

/* Make every mutant of the database `session` is connected to. False with ERROR_ENVIRONMENT when
 * the catalog cannot be read; the list is released by the caller in either case. */
bool mutants_read(struct sql_session *session, const struct mutant_scope *scope, int64_t timeout_ms,
		  struct mutants *mutants, struct error *err) MUST_USE;

/* The same from a catalog that was read with mutant_catalog_read() before. */
bool mutants_make(const json_t *catalog, const struct mutant_scope *scope, struct mutants *mutants,
		  struct error *err) MUST_USE;

/* Keep those whose name matches `pattern` (PCRE2). ERROR_USAGE when it is no pattern, or none does.
 */
bool mutants_select(struct mutants *mutants, const char *pattern, struct error *err) MUST_USE;

/* Does nothing to a zeroed list. */
void mutants_release(struct mutants *mutants);

/* A new, empty one at the end of the list; borrowed until the next call. */
struct mutant *mutants_add(struct mutants *mutants);

#endif
