/* sql.h - SQL statements over the loop, as somebody: persona, witness or janitor.
 *
 * The only user of libpq. Nothing blocks (but the look-up of a host's name): connections are made
 * with PQconnectPoll, statements sent in pipeline mode. A pool of connections serves a queue in
 * order. Each request is one transaction:
 *
 *   persona  BEGIN; settings of the role; time-out, role and claims by set_config(..., true), as
 *            authenticator when that role exists, is a member of the wanted one and we are a
 *            superuser; the statement; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK - always
 *            A SELECT is tried READ ONLY: what it does to a sequence would stay.
 *            With a leash: BEGIN ISOLATION LEVEL REPEATABLE READ, and COMMIT in the end
 *   witness  BEGIN READ ONLY as connected; the statement; ROLLBACK
 *   janitor  BEGIN as connected; the statement; COMMIT
 *
 * A persona's statement can be pointed at one row (`row`): a cursor is opened on it as connected,
 * before the role is taken, and the statement ends with `where current of`. It then reads no
 * column, so that only the policy of its own command decides. Rows can be looked at as connected
 * before the role is taken, and again after the statement, before the rollback (`looks`).
 *
 * A text holds one statement: the extended protocol refuses more. COPY cannot be used.
 *
 * Source of the sequence and its traps: design notes on RLS checks. Per connection:
 * client_min_messages error, lc_messages C for a superuser, lock_timeout 1 s,
 * idle_in_transaction_session_timeout 60 s, row_security on. These are session settings: a pooler
 * in transaction mode is no place to connect to.
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
	SQL_HARNESS, /* our own framing failed: role cannot be taken, claims refused; a write as
			witness */
	SQL_LOST     /* not judged: no connection, it broke, time-out or lock time-out, deadlock,
			shutdown (the SQLSTATE says, when there is one) */
};

struct sql_options {
	const char *conninfo;       /* conninfo or URL */
	int connections;            /* most at a time; 0: 4 */
	int64_t connect_timeout_ms; /* 0: 10000 */
};

#define SQL_ROW_CURSOR "lensgate_row"

struct sql_statement {
	const char *text; /* NULL: none */
	const char *const *params;
	size_t param_count;
};

#define SQL_LOOKS 4

/* Asked as connected, around a persona's statement; the same texts again and again. */
struct sql_look {
	struct sql_statement statement;
	bool before, after;
};

/* Holds a statement that is committed to what it is about: asked as connected before the role is
 * taken and after the statement; either fails when there is more to it, and nothing is committed.
 */
struct sql_leash {
	struct sql_statement before, after;
};

/* Borrowed until the reply is delivered. */
struct sql_request {
	enum sql_identity identity;
	const char *role;   /* of a persona: authenticated, anon, ... */
	const char *claims; /* of a persona: JSON text, always set */
	const char *text;
	const char *const *params; /* text format; NULL is SQL null */
	size_t param_count;
	int64_t timeout_ms; /* of the statement, once it is its turn; 0 is not allowed */
	size_t max_rows;    /* kept in `values`; more are counted only */
	/* of a persona */
	struct sql_statement row; /* select: the row that SQL_ROW_CURSOR stands on */
	const struct sql_look *looks;
	size_t look_count;     /* at most SQL_LOOKS */
	bool without_triggers; /* those of users, and foreign keys; for a superuser's connection */
	bool read_only;        /* a write is SQLSTATE 25006 */
	const struct sql_leash *leash; /* NULL: it is rolled back */
};

/* Valid during the callback only. */
struct sql_reply {
	enum sql_status status;
	char sqlstate[6];               /* "" when none */
	const char *message;            /* of the server or ours; NULL when done */
	const char *source_function;    /* PG_DIAG_SOURCE_FUNCTION; NULL */
	const char *constraint, *table; /* NULL */
	const char *context;            /* where in functions it was raised; NULL: in none */
	char tag[16];                   /* "INSERT", "UPDATE", ...; "" when it did not end well */
	long rows;                      /* returned, or changed when nothing is returned */
	json_t *values; /* array of row objects, typed by column; borrowed; NULL unless SQL_DONE */
	/* By look: its rows as `values`, borrowed; NULL when it was not asked: none wanted it, or
	 * what came before it failed. */
	json_t *const *before, *const *after;
	int look_failed;    /* SQL_HARNESS: the look that the server refused, from 1; 0: none */
	bool leashed;       /* SQL_HARNESS: it was the leash that held it */
	int aimed;          /* rows that `row` selects: 0, 1, or 2 for more; -1 when not asked */
	int64_t queue_us;   /* until everything before it on its connection was answered */
	int64_t elapsed_us; /* from then on */
};

typedef void sql_reply_fn(void *arg, const struct sql_reply *reply);

struct sql *sql_new(struct loop *loop, const struct sql_options *options);
/* Requests under way are dropped, their callbacks not called. Not from inside a callback. */
void sql_free(struct sql *sql);

/* `fn` is called from the loop, never from in here, exactly once. A janitor works alone on its
 * connection: what waits behind a statement that never ends is sent again on another one, and only
 * what has no effect may be. */
void sql_send(struct sql *sql, const struct sql_request *request, sql_reply_fn *fn, void *arg);

/* Append `name` quoted as an identifier ("a""b"); "schema.table" is quoted in its two parts. */
void sql_quote_name(struct buf *out, const char *name);

#endif
