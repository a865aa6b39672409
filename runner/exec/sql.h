/* sql.h - SQL statements over the loop, as somebody: persona, witness or janitor.
 *
 * The only user of libpq. Nothing blocks: connections are made with PQconnectPoll, statements sent
 * in pipeline mode. A pool of connections serves a queue in order. Each request is one transaction:
 *
 *   persona  BEGIN; [SET LOCAL SESSION AUTHORIZATION authenticator when that role exists and we
 * may]; role and claims by set_config(..., true); the statement; SET CONSTRAINTS ALL IMMEDIATE;
 * ROLLBACK - always witness  BEGIN READ ONLY as connected; the statement; ROLLBACK janitor  BEGIN
 * as connected; the statement; COMMIT
 *
 * Source of the sequence and its traps: design notes on RLS checks. Per connection:
 * client_min_messages error, lc_messages C where allowed, statement_timeout, lock_timeout,
 * idle_in_transaction_session_timeout, row_security on.
 */
#ifndef EXEC_SQL_H
#define EXEC_SQL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "exec/loop.h"

struct sql;

enum sql_identity { SQL_PERSONA, SQL_WITNESS, SQL_JANITOR };

enum sql_status {
	SQL_DONE,    /* it ran: rows were returned or changed, maybe none */
	SQL_DENIED,  /* 42501 from a policy, a grant or a trigger on the way */
	SQL_ERROR,   /* any other SQLSTATE of the statement itself */
	SQL_HARNESS, /* our own framing failed: role cannot be taken, claims refused */
	SQL_LOST     /* no connection, it broke, or a time-out */
};

struct sql_options {
	const char *conninfo; /* conninfo or URL */
	int connections;      /* most at a time, default 4 */
	int64_t connect_timeout_ms;
};

/* Borrowed until the reply is delivered. */
struct sql_request {
	enum sql_identity identity;
	const char *role;   /* of a persona: authenticated, anon, ... */
	const char *claims; /* of a persona: JSON text, always set */
	const char *text;
	const char *const *params; /* text format; NULL is SQL null */
	size_t param_count;
	int64_t timeout_ms;
	size_t max_rows; /* kept in `values`; more are counted only */
};

/* Valid during the callback only. */
struct sql_reply {
	enum sql_status status;
	char sqlstate[6];               /* "" when none */
	const char *message;            /* of the server or ours; NULL when done */
	const char *source_function;    /* PG_DIAG_SOURCE_FUNCTION; NULL */
	const char *constraint, *table; /* NULL */
	long rows;                      /* returned, or changed when nothing is returned */
	json_t *values;                 /* array of row objects, typed by column; borrowed */
	int64_t queue_us, elapsed_us;
};

typedef void sql_reply_fn(void *arg, const struct sql_reply *reply);

struct sql *sql_new(struct loop *loop, const struct sql_options *options);
void sql_free(struct sql *sql); /* requests under way are dropped, their callbacks not called */

void sql_send(struct sql *sql, const struct sql_request *request, sql_reply_fn *fn, void *arg);

/* Append `name` quoted as an identifier ("a""b"); "schema.table" is quoted in its two parts. */
void sql_quote_name(struct buf *out, const char *name);

#endif
