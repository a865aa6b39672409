#include "exec/sql_session.h"

#include <libpq-fe.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "exec/sql_outcome.h"
#include "exec/sql_roles.h"

#define DEFAULT_CONNECT_MS 10000
#define SETTING_MS         10000
/* The server ends a message at its time-out; only when it does not even do that, we do. */
#define GRACE_MS 1000

struct sql_session {
	struct loop *loop;
	PGconn *pg; /* NULL: gone */
	int fd;     /* that is watched, -1: none */
	struct loop_timer *guard;
	bool connecting;
	bool done;        /* what is waited for has happened, or never will */
	int64_t limit_ms; /* statement_timeout as it is known to be; 0: not known */
	int64_t asked_ms; /* what the statement on its way was given */
	PGresult *error;  /* the first of this call */
	json_t *rows;     /* of this call; NULL: none returned any */
	char lost[512];   /* why the connection is gone */
	char state[6];
};

/* Notices are nobody's business, and must not go to standard error. */
static void
ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static void
unwatch(struct sql_session *s)
{
	if (s->fd >= 0)
		loop_watch(s->loop, s->fd, 0, NULL, NULL);
	s->fd = -1;
}

/* What was waited for is there: let turn() return. */
static void
settle(struct sql_session *s)
{
	unwatch(s);
	loop_cancel(s->loop, s->guard);
	s->guard = NULL;
	s->done = true;
	loop_stop(s->loop);
}

/* Close the connection for good. `message` may be the connection's own. */
static void
lose(struct sql_session *s, const char *message)
{
	(void)snprintf(s->lost, sizeof(s->lost), "%.*s", (int)strcspn(message, "\n"),
		       *message ? message : "the connection to the database broke");
	settle(s);
	PQfinish(s->pg);
	s->pg = NULL;
}

static void
overdue(void *arg)
{
	struct sql_session *s = arg;

	s->guard = NULL;
	lose(s, s->connecting ? "no connection to the database in time"
			      : "no answer from the database in time");
}

static void
keep_rows(struct sql_session *s, const PGresult *result)
{
	json_decref(s->rows);
	s->rows = json_array();
	for (int row = 0; row < PQntuples(result); row++)
		if (json_array_append_new(s->rows, sql_outcome_row(result, row)))
			abort();
}

static void
take(struct sql_session *s, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_FATAL_ERROR && !s->error) {
		s->error = result;
		return;
	}
	if (status == PGRES_TUPLES_OK)
		keep_rows(s, result);
	PQclear(result);
	if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
		lose(s, "COPY cannot be used in a script");
}

static void
take_results(struct sql_session *s)
{
	while (s->pg && !PQisBusy(s->pg)) {
		PGresult *result = PQgetResult(s->pg);

		if (!result) {
			if (PQstatus(s->pg) == CONNECTION_BAD)
				lose(s, PQerrorMessage(s->pg));
			else
				settle(s);
			return;
		}
		take(s, result);
	}
}

static void on_ready(void *arg, unsigned ready);

/* The socket may be another one after each call, or none: it is asked for again. */
static void
poll_connection(struct sql_session *s)
{
	unwatch(s);

	PostgresPollingStatusType status = PQconnectPoll(s->pg);
	if (status == PGRES_POLLING_FAILED) {
		lose(s, PQerrorMessage(s->pg));
	} else if (status == PGRES_POLLING_OK) {
		s->connecting = false;
		settle(s);
	} else {
		s->fd = PQsocket(s->pg);
		loop_watch(s->loop, s->fd, status == PGRES_POLLING_READING ? LOOP_READ : LOOP_WRITE,
			   on_ready, s);
	}
}

static void
flush(struct sql_session *s)
{
	int left = PQflush(s->pg);

	if (left < 0) {
		lose(s, PQerrorMessage(s->pg));
		return;
	}
	s->fd = PQsocket(s->pg);
	loop_watch(s->loop, s->fd, LOOP_READ | (left ? LOOP_WRITE : 0U), on_ready, s);
}

static void
on_ready(void *arg, unsigned ready)
{
	struct sql_session *s = arg;

	if (s->connecting) {
		poll_connection(s);
		return;
	}
	if (!PQconsumeInput(s->pg)) {
		lose(s, PQerrorMessage(s->pg));
		return;
	}
	if (ready & LOOP_WRITE)
		flush(s);
	take_results(s);
}

/* Turn the loop until what was begun is done. It may be stopped for another reason, and is then
 * turned again. */
static bool
turn(struct sql_session *s, struct error *err)
{
	while (!s->done)
		if (!loop_run(s->loop, err))
			return false;
	if (!s->pg)
		return error_set(err, ERROR_ENVIRONMENT, "%s", s->lost);
	return true;
}

static bool
connect_in_time(struct sql_session *s, const struct sql_options *options, struct error *err)
{
	const char *const keys[] = { "dbname", "client_encoding", "fallback_application_name",
				     NULL };
	const char *const values[] = { options->conninfo, "UTF8", "lensgate", NULL };
	int64_t limit_ms = options->connect_timeout_ms;

	s->pg = PQconnectStartParams(keys, values, 1);
	if (!s->pg)
		abort();
	(void)PQsetNoticeReceiver(s->pg, ignore_notice, NULL);
	s->connecting = true;
	if (PQstatus(s->pg) == CONNECTION_BAD) {
		lose(s, PQerrorMessage(s->pg));
		/* The loop was not running: what was stopped is the next run. */
		return error_set(err, ERROR_ENVIRONMENT, "%s", s->lost);
	}
	s->guard = loop_after(s->loop, limit_ms > 0 ? limit_ms : DEFAULT_CONNECT_MS, overdue, s);
	s->fd = PQsocket(s->pg);
	loop_watch(s->loop, s->fd, LOOP_WRITE, on_ready, s);
	if (!turn(s, err))
		return false;
	if (PQsetnonblocking(s->pg, 1))
		return error_set(err, ERROR_ENVIRONMENT, "%s", PQerrorMessage(s->pg));
	return true;
}

static void
forget(struct sql_session *s)
{
	PQclear(s->error);
	s->error = NULL;
	json_decref(s->rows);
	s->rows = NULL;
}

/* Hand over what the call gave, and forget it. */
static bool
deliver(struct sql_session *s, json_t **rows, struct error *err)
{
	const char *state = PQresultErrorField(s->error, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(s->error, PG_DIAG_MESSAGE_PRIMARY);
	bool ok = !s->error;

	(void)snprintf(s->state, sizeof(s->state), "%s", state ? state : "");
	if (s->error)
		error_set(err, ERROR_ENVIRONMENT, "%s",
			  message ? message : PQresultErrorMessage(s->error));
	if (ok && rows) {
		*rows = s->rows ? s->rows : json_array();
		s->rows = NULL;
	}
	forget(s);
	return ok;
}

struct message {
	const char *text;
	const char *const *params;
	int count; /* -1: a script, in the simple protocol */
	int64_t timeout_ms;
};

static void
begin(struct sql_session *s, const struct message *message)
{
	s->state[0] = '\0';
	s->done = !s->pg;
	if (!s->pg)
		return;

	int sent = message->count < 0 ? PQsendQuery(s->pg, message->text)
				      : PQsendQueryParams(s->pg, message->text, message->count,
							  NULL, message->params, NULL, NULL, 0);
	s->guard = loop_after(s->loop, message->timeout_ms + GRACE_MS, overdue, s);
	if (sent)
		flush(s);
	else
		lose(s, PQerrorMessage(s->pg));
}

static bool
end(struct sql_session *s, json_t **rows, struct error *err)
{
	if (turn(s, err))
		return deliver(s, rows, err);
	forget(s);
	return false;
}

static bool
exchange(struct sql_session *s, const struct message *message, json_t **rows, struct error *err)
{
	begin(s, message);
	return end(s, rows, err);
}

/* For the whole session, but taken back by a rollback, and anything may be said in a script: so it
 * is said before each message that is not one more question. A transaction that failed takes no
 * settings; what was set before it stands. */
static bool
limit(struct sql_session *s, int64_t timeout_ms, struct error *err)
{
	char text[64];

	if (s->pg && PQtransactionStatus(s->pg) == PQTRANS_INERROR)
		return true;
	if (s->limit_ms == timeout_ms)
		return true;
	(void)snprintf(text, sizeof(text), "set statement_timeout = %d",
		       timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms);
	return exchange(s, &(struct message){ text, NULL, -1, SETTING_MS }, NULL, err);
}

/* Connect, and say `first` (NULL: nothing) before the settings. */
static struct sql_session *
open_session(struct loop *loop, const struct sql_options *options, const char *first,
	     struct error *err)
{
	struct sql_session *session = must(calloc(1, sizeof(*session)));

	session->loop = loop;
	session->fd = -1;
	if (connect_in_time(session, options, err) &&
	    (!first ||
	     exchange(session, &(struct message){ first, NULL, -1, SETTING_MS }, NULL, err)) &&
	    exchange(session, &(struct message){ sql_session_settings, NULL, -1, SETTING_MS }, NULL,
		     err)) {
		return session;
	}
	sql_session_close(session);
	return NULL;
}

struct sql_session *
sql_session_open(struct loop *loop, const struct sql_options *options, struct error *err)
{
	return open_session(loop, options, NULL, err);
}

struct sql_session *
sql_session_begin(struct loop *loop, const struct sql_options *options, struct error *err)
{
	return open_session(loop, options, "begin", err);
}

struct sql_session *
sql_session_look(struct loop *loop, const struct sql_options *options, struct error *err)
{
	return open_session(loop, options, "begin isolation level repeatable read read only", err);
}

void
sql_session_close(struct sql_session *session)
{
	if (!session)
		return;
	unwatch(session);
	loop_cancel(session->loop, session->guard);
	PQfinish(session->pg);
	forget(session);
	free(session);
}

bool
sql_session_script(struct sql_session *session, const char *text, int64_t timeout_ms, json_t **rows,
		   struct error *err)
{
	if (rows)
		*rows = NULL;
	session->limit_ms = 0;
	return limit(session, timeout_ms, err) &&
	       exchange(session, &(struct message){ text, NULL, -1, timeout_ms }, rows, err);
}

bool
sql_session_send(struct sql_session *session, const char *text, const char *const *params,
		 size_t count, int64_t timeout_ms, struct error *err)
{
	if (!limit(session, timeout_ms, err))
		return false;
	session->asked_ms = timeout_ms;
	begin(session, &(struct message){ text, params, (int)count, timeout_ms });
	return true;
}

bool
sql_session_done(const struct sql_session *session)
{
	return session->done;
}

bool
sql_session_wait(const struct sql_session *session, struct error *err)
{
	return loop_run(session->loop, err);
}

bool
sql_session_take(struct sql_session *session, json_t **rows, struct error *err)
{
	if (rows)
		*rows = NULL;
	bool ok = end(session, rows, err);
	/* A statement that failed may have taken the setting back with its transaction. */
	session->limit_ms = ok ? session->asked_ms : 0;
	return ok;
}

/* What libpq wants for a statement, and its limit. */
bool /* NOLINTNEXTLINE(readability-function-size) */
sql_session_ask(struct sql_session *session, const char *text, const char *const *params,
		size_t count, int64_t timeout_ms, json_t **rows, struct error *err)
{
	if (rows)
		*rows = NULL;
	return sql_session_send(session, text, params, count, timeout_ms, err) &&
	       sql_session_take(session, rows, err);
}

const char *
sql_session_state(const struct sql_session *session)
{
	return session->state;
}

bool
sql_session_alive(const struct sql_session *session)
{
	return session->pg != NULL;
}
