/* sql_session.h - one privileged connection, used as a script: for the catalog, the prober and the
 * mutants, never for the checks of a suite.
 *
 * Statements are sent as they are, one message at a time, and each call turns the loop until its
 * answer is there: whatever else the loop serves goes on meanwhile. Transactions are the caller's:
 * nothing is begun, committed or rolled back here. Session settings are those of sql.h, but for the
 * role: who connected is who asks.
 *
 * Every call has its time-out: the server's statement_timeout ends the message, and when even that
 * does not happen the connection is closed a second later. A connection that was closed or broke
 * stays closed; every later call says so.
 */
#ifndef EXEC_SQL_SESSION_H
#define EXEC_SQL_SESSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "exec/loop.h"
#include "exec/sql.h"

struct sql_session;

/* Connect; options->connections is not used. NULL with ERROR_ENVIRONMENT when that cannot be done
 * in time. Not from inside a callback of the loop, as all of these. */
struct sql_session *sql_session_open(struct loop *loop, const struct sql_options *options,
				     struct error *err) MUST_USE;
/* The same, in a transaction that is begun with it. A rollback takes the settings of the session
 * back too: through a pooler the connection is somebody else's next. */
struct sql_session *sql_session_begin(struct loop *loop, const struct sql_options *options,
				      struct error *err) MUST_USE;
/* The same, for looking only: one snapshot for all that is asked, and nothing can be written. */
struct sql_session *sql_session_look(struct loop *loop, const struct sql_options *options,
				     struct error *err) MUST_USE;
/* Open transactions are rolled back by the server. NULL does nothing. */
void sql_session_close(struct sql_session *session);

/* Send one or more statements without parameters, as one message: outside a transaction block they
 * are one transaction. *rows (NULL: not wanted) gets the rows of the last statement that returned
 * any, as an array of objects typed by column; the caller's, an empty array when there were none.
 * False with ERROR_ENVIRONMENT and the server's sentence at the first error: then *rows is NULL. */
bool sql_session_script(struct sql_session *session, const char *text, int64_t timeout_ms,
			json_t **rows, struct error *err) MUST_USE;

/* One statement with parameters in text format; NULL is SQL null. */
bool sql_session_ask(struct sql_session *session, const char *text, const char *const *params,
		     size_t count, int64_t timeout_ms, json_t **rows, struct error *err) MUST_USE;

/* The same in two steps, for several sessions to be at work at once. What is sent is to be taken
 * before the session is used for anything else; *rows as above. sql_session_done() says that
 * sql_session_take() will not wait. sql_session_wait() runs the loop until any session of it is
 * done, or the loop is stopped for another reason: ask again then. */
bool sql_session_send(struct sql_session *session, const char *text, const char *const *params,
		      size_t count, int64_t timeout_ms, struct error *err) MUST_USE;
bool sql_session_done(const struct sql_session *session);
bool sql_session_wait(const struct sql_session *session, struct error *err) MUST_USE;
bool sql_session_take(struct sql_session *session, json_t **rows, struct error *err) MUST_USE;

/* SQLSTATE of the last call's error; "" when it had none, or lost the connection. */
const char *sql_session_state(const struct sql_session *session);

/* False once the connection is gone. */
bool sql_session_alive(const struct sql_session *session);

#endif
