/* sql_meaning.h - what the reply to a persona's statement means: who or what said no.
 *
 * From the SQLSTATE and the function of the server that raised it (PG_DIAG_SOURCE_FUNCTION), which
 * are not translated. In an INSERT or UPDATE the server checks privileges, fires BEFORE triggers,
 * checks the policies, NOT NULL and CHECK, unique and exclusion constraints, and fires AFTER
 * triggers and foreign keys, in this order: a constraint that speaks is proof that the policy let
 * the row pass. Measured on PostgreSQL 15; sql_meaning_test.c asks a real server for every row.
 *
 * What only the message has - the object of a missing privilege, the name of a restrictive policy -
 * is taken from where no translation changes it, or not at all.
 */
#ifndef EXEC_SQL_MEANING_H
#define EXEC_SQL_MEANING_H

#include <stdbool.h>

#include "exec/sql.h"
#include "suite/outcome.h"

/* What has to be asked before the outcome is known. */
enum sql_doubt {
	DOUBT_NONE,
	DOUBT_TRIGGER,  /* the application raised an error: does the policy agree? again, without
			   triggers */
	DOUBT_STATEMENT /* an error a policy may have made, or the statement: EXPLAIN it as
			   somebody whom no policy holds */
};

struct sql_meaning {
	enum outcome outcome; /* NONE: nothing was judged; the reply's message says why */
	enum sql_doubt doubt; /* the outcome is what it is when the doubt cannot be resolved */
	char named[64];       /* the policy or the constraint; "" when nobody says */
	const char *unknown;  /* why the outcome proves nothing; NULL when it does */
};

/* `sql` is the text that was answered. */
struct sql_meaning sql_meaning(const struct sql_reply *reply, const char *sql);

/* The same statement was asked again without triggers: `live` as it was answered with them, `again`
 * as it was without. */
struct sql_meaning sql_meaning_without_triggers(const struct sql_meaning *live,
						const struct sql_meaning *again);

/* EXPLAIN of the statement as witness worked, or failed with `sqlstate`. */
struct sql_meaning sql_meaning_explained(const struct sql_meaning *live, const char *live_state,
					 const struct sql_reply *explained);

#endif
