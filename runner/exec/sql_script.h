/* sql_script.h - what is said to the server for one request, step by step. Internal to sql. */
#ifndef EXEC_SQL_SCRIPT_H
#define EXEC_SQL_SCRIPT_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "exec/sql.h"
#include "exec/sql_outcome.h"
#include "exec/sql_prepared.h"
#include "exec/sql_roles.h"

/* One transaction, step by step. Everything up to STEP_SYNC is skipped by the server after an
 * error, so the rollback has a segment of its own: it happens in any case. */
enum sql_step {
	SQL_STEP_BEGIN,
	SQL_STEP_PREPARE, /* a look */
	SQL_STEP_BEFORE,  /* a look */
	SQL_STEP_LEASH,
	SQL_STEP_NO_TRIGGERS,
	SQL_STEP_CURSOR,     /* on the rows that `row` selects */
	SQL_STEP_CURSOR_END, /* onto the second: there must be none */
	SQL_STEP_CURSOR_ROW, /* onto the first */
	SQL_STEP_SETTINGS,
	SQL_STEP_FRAME,
	SQL_STEP_STATEMENT,
	SQL_STEP_CONSTRAINTS,
	SQL_STEP_NO_ROLE, /* as connected again */
	SQL_STEP_NO_SESSION,
	SQL_STEP_AFTER, /* a look */
	SQL_STEP_LEASHED,
	SQL_STEP_COMMIT,
	SQL_STEP_SYNC,
	SQL_STEP_ROLLBACK,
	SQL_STEP_END /* the second sync */
};

#define SQL_STEPS (20 + 3 * SQL_LOOKS) /* of the longest transaction */

/* A step of a transaction in one byte; PREPARE, BEFORE and AFTER have the number of their look. */
#define SQL_STEP_KIND(step) ((enum sql_step)((step)&31))
#define SQL_STEP_ITEM(step) ((size_t)(step) >> 5)

/* What it does stays: it works alone on its connection. */
static inline bool
sql_request_stays(const struct sql_request *request)
{
	return request->identity == SQL_JANITOR || request->leash;
}

/* Queue the set-up of a connection that entered pipeline mode: the answers are to the session
 * settings, sql_role_facts, the prepared statements, and a sync. False when libpq takes no more.
 */
bool sql_script_set_up(PGconn *pg);

/* The steps of the request's transaction, up to and with SQL_STEP_END. */
void sql_script_of(const struct sql_roles *roles, struct sql_prepared *prepared,
		   const struct sql_request *request, unsigned char steps[SQL_STEPS]);

/* Queue one of them. False when libpq takes no more. */
bool sql_script_send(PGconn *pg, const struct sql_roles *roles, struct sql_prepared *prepared,
		     const struct sql_request *request, unsigned char step);

/* What a result of that step adds to the outcome; `result` stays the caller's. */
void sql_script_take(struct sql_outcome *outcome, unsigned char step, PGresult *result);

#endif
