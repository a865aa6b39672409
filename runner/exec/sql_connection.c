#include "exec/sql_connection.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/clock.h"
#include "base/must.h"
#include "exec/sql_roles.h"
#include "exec/sql_script.h"

/* The server ends a statement at its time-out; only when it does not even do that, we do. */
#define GRACE_MS 1000

/* Connections that may turn out to lack our prepared statements before a request is given up. */
#define MAX_REFUSED 2

/* Prepared statements that are gone, or that another connection made. */
static const char pooled[] = "prepared statements do not stay with this connection: a pooler in "
			     "transaction mode is in between; name the database itself";

struct sql_connection {
	struct loop *loop;
	const struct sql_options *options;
	struct sql_owner owner;
	enum sql_connection_state state;
	PGconn *pg; /* NULL when closed */
	int fd;     /* that is watched, -1: none */
	struct sql_roles roles;
	struct sql_prepared prepared;
	size_t setup; /* answers to the set-up so far */
	struct sql_job *first, **last;
	size_t load;
	bool exclusive;
	bool broken; /* libpq took no more: to be closed at the next flush */
	struct loop_timer *guard;
};

struct sql_connection *
sql_connection_new(struct loop *loop, const struct sql_options *options,
		   const struct sql_owner *owner)
{
	struct sql_connection *connection = must(calloc(1, sizeof(*connection)));

	connection->loop = loop;
	connection->options = options;
	connection->owner = *owner;
	connection->fd = -1;
	connection->last = &connection->first;
	return connection;
}

enum sql_connection_state
sql_connection_state(const struct sql_connection *connection)
{
	return connection->state;
}

size_t
sql_connection_load(const struct sql_connection *connection)
{
	return connection->load;
}

bool
sql_connection_exclusive(const struct sql_connection *connection)
{
	return connection->exclusive;
}

static void
unwatch(struct sql_connection *c)
{
	if (c->fd >= 0)
		loop_watch(c->loop, c->fd, 0, NULL, NULL);
	c->fd = -1;
}

/* Back to SQL_CLOSED; jobs stay where they are. */
static void
drop(struct sql_connection *c)
{
	unwatch(c);
	loop_cancel(c->loop, c->guard);
	c->guard = NULL;
	PQfinish(c->pg);
	c->pg = NULL;
	sql_roles_release(&c->roles);
	sql_prepared_release(&c->prepared);
	c->state = SQL_CLOSED;
	c->broken = c->exclusive = false;
	c->setup = 0;
}

void
sql_connection_free(struct sql_connection *connection)
{
	if (!connection)
		return;
	drop(connection);
	while (connection->first) {
		struct sql_job *next = connection->first->next;

		sql_outcome_release(&connection->first->outcome);
		free(connection->first);
		connection->first = next;
	}
	free(connection);
}

/* Take all jobs off the connection, the last one first. */
static struct sql_job *
take_reversed(struct sql_connection *c)
{
	struct sql_job *reversed = NULL;

	while (c->first) {
		struct sql_job *job = c->first;

		c->first = job->next;
		job->next = reversed;
		reversed = job;
	}
	c->last = &c->first;
	c->load = 0;
	return reversed;
}

static struct sql_job *
take_first(struct sql_connection *c)
{
	struct sql_job *job = c->first;

	c->first = job->next;
	if (!c->first)
		c->last = &c->first;
	c->load--;
	return job;
}

/* Close the connection. The first `lost` jobs are answered with `status` and `message`, and had
 * perhaps an effect; the others had none, being rolled back or read only, and go elsewhere. */
static void
give_up(struct sql_connection *c, size_t lost, enum sql_status status, const char *message)
{
	bool was_up = c->state == SQL_UP;
	char copy[512];

	/* `message` may be the connection's own. */
	(void)snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(message, "\n"), message);
	drop(c);
	for (; c->first && lost; lost--) {
		struct sql_job *job = take_first(c);

		sql_outcome_lose(&job->outcome, status, copy);
		c->owner.answered(c->owner.arg, job);
	}
	for (struct sql_job *job = take_reversed(c), *next; job; job = next) {
		next = job->next;
		c->owner.again(c->owner.arg, job);
	}
	c->owner.closed(c->owner.arg, was_up, copy);
}

static void
break_off(struct sql_connection *c)
{
	const char *message = PQerrorMessage(c->pg);

	give_up(c, SIZE_MAX, SQL_LOST, *message ? message : "the connection to the database broke");
}

static void
overdue(void *arg)
{
	struct sql_connection *c = arg;
	bool up = c->state == SQL_UP;
	char message[96];

	c->guard = NULL;
	if (up)
		(void)snprintf(message, sizeof(message),
			       "no answer from the database within %lld ms",
			       (long long)c->first->request.timeout_ms);
	else
		(void)snprintf(message, sizeof(message),
			       "no connection to the database within %lld ms",
			       (long long)c->options->connect_timeout_ms);
	give_up(c, 1, SQL_LOST, message);
}

static void
set_guard(struct sql_connection *c, int64_t delay_ms)
{
	loop_cancel(c->loop, c->guard);
	c->guard = loop_after(c->loop, delay_ms, overdue, c);
}

/* The job at the head is the one the server works on. */
static void
begin_head(struct sql_connection *c)
{
	c->first->begun_us = clock_now_us();
	set_guard(c, c->first->request.timeout_ms + GRACE_MS);
}

void
sql_connection_send(struct sql_connection *connection, struct sql_job *job)
{
	size_t step = 0;

	sql_script_of(&connection->roles, &connection->prepared, &job->request, job->steps);
	job->step = 0;
	job->next = NULL;
	*connection->last = job;
	connection->last = &job->next;
	connection->exclusive = sql_request_stays(&job->request);
	if (connection->load++ == 0)
		begin_head(connection);
	do {
		if (!sql_script_send(connection->pg, &connection->roles, &connection->prepared,
				     &job->request, job->steps[step]))
			connection->broken = true;
	} while (!connection->broken && job->steps[step++] != SQL_STEP_END);
}

static void on_ready(void *arg, unsigned ready);

void
sql_connection_flush(struct sql_connection *connection)
{
	int left = connection->broken ? -1 : PQflush(connection->pg);

	if (left < 0) {
		break_off(connection);
		return;
	}
	connection->fd = PQsocket(connection->pg);
	loop_watch(connection->loop, connection->fd, LOOP_READ | (left ? LOOP_WRITE : 0U), on_ready,
		   connection);
}

bool
sql_connection_alive(struct sql_connection *connection)
{
	/* Nobody watched it while it was idle. A server that goes says a last word, which PQisBusy
	 * hands to heed_notice(); the end itself may come a moment later. */
	if (PQconsumeInput(connection->pg) && !PQisBusy(connection->pg) && !connection->broken &&
	    PQstatus(connection->pg) == CONNECTION_OK)
		return true;
	drop(connection);
	return false;
}

/* The statement's answer arrives row by row: a huge one is counted, not kept. Ignored where the
 * statement was skipped. */
static void
enter_step(struct sql_connection *c)
{
	if (c->first->steps[c->first->step] == SQL_STEP_STATEMENT)
		(void)PQsetSingleRowMode(c->pg);
}

static void
finish_head(struct sql_connection *c)
{
	struct sql_job *job = take_first(c);

	loop_cancel(c->loop, c->guard);
	c->guard = NULL;
	c->exclusive = false;
	if (c->first)
		begin_head(c);
	c->owner.answered(c->owner.arg, job);
}

/* Our prepared statements can be gone (DEALLOCATE ALL, a pooler in between): no connection for
 * these requests, but another one may be. */
static void
refuse_head(struct sql_connection *c)
{
	bool hopeless = ++c->first->refused > MAX_REFUSED;

	give_up(c, hopeless ? 1 : 0, SQL_HARNESS, pooled);
}

static bool
is_pooled(const char *sqlstate)
{
	return sqlstate && (strcmp(sqlstate, "26000") == 0 || strcmp(sqlstate, "42P05") == 0);
}

static void
take_error(struct sql_connection *c, PGresult *result)
{
	struct sql_job *job = c->first;
	enum sql_step step = SQL_STEP_KIND(job->steps[job->step]);
	size_t item = SQL_STEP_ITEM(job->steps[job->step]);
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (step != SQL_STEP_STATEMENT && is_pooled(sqlstate)) {
		PQclear(result);
		refuse_head(c);
		return;
	}
	if (step == SQL_STEP_PREPARE)
		sql_prepared_forget(&c->prepared, job->request.looks[item].statement.text);
	if (step == SQL_STEP_PREPARE || step == SQL_STEP_BEFORE || step == SQL_STEP_AFTER)
		job->outcome.look_failed = (int)item + 1;
	job->outcome.leashed = step == SQL_STEP_LEASH || step == SQL_STEP_LEASHED;
	sql_outcome_fail(&job->outcome, result,
			 step != SQL_STEP_STATEMENT && step != SQL_STEP_CONSTRAINTS &&
				 step != SQL_STEP_COMMIT);
}

/* One result of the job at the head; NULL ends a command. */
static void
take_result(struct sql_connection *c, PGresult *result)
{
	struct sql_job *job = c->first;
	enum sql_step step = SQL_STEP_KIND(job->steps[job->step]);

	if (!result) {
		job->step++;
		enter_step(c);
		return;
	}
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_FATAL_ERROR) {
		take_error(c, result);
		return;
	}
	sql_script_take(&job->outcome, job->steps[job->step], result);
	PQclear(result);
	if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
		give_up(c, 1, SQL_ERROR, "COPY cannot be used as a check");
	} else if (status == PGRES_PIPELINE_SYNC && step == SQL_STEP_END) {
		finish_head(c);
	} else if (status == PGRES_PIPELINE_SYNC) {
		job->step++;
		enter_step(c);
	}
}

static void
take_setup_result(struct sql_connection *c, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (!result) {
		c->setup++;
		return;
	}
	if (status == PGRES_FATAL_ERROR) {
		const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

		if (is_pooled(PQresultErrorField(result, PG_DIAG_SQLSTATE)))
			message = pooled;
		give_up(c, 0, SQL_LOST, message ? message : "the database refused the set-up");
	} else if (status == PGRES_TUPLES_OK && c->setup == 1) {
		sql_roles_read(&c->roles, result);
	} else if (status == PGRES_PIPELINE_SYNC) {
		c->state = SQL_UP;
		loop_cancel(c->loop, c->guard);
		c->guard = NULL;
	}
	PQclear(result);
}

static void
take_results(struct sql_connection *c)
{
	while (c->pg && (c->state == SQL_SETTING_UP || c->first) && !PQisBusy(c->pg)) {
		PGresult *result = PQgetResult(c->pg);

		if (c->state == SQL_SETTING_UP)
			take_setup_result(c, result);
		else
			take_result(c, result);
		if (c->pg && PQstatus(c->pg) == CONNECTION_BAD)
			break_off(c);
	}
}

static void
start_setup(struct sql_connection *c)
{
	PGconn *pg = c->pg;

	c->state = SQL_SETTING_UP;
	if (PQsetnonblocking(pg, 1) || !PQenterPipelineMode(pg) || !sql_script_set_up(pg))
		c->broken = true;
	sql_connection_flush(c);
}

/* The socket may be another one after each call, or none: it is asked for again. */
static void
poll_connection(struct sql_connection *c)
{
	unwatch(c);

	PostgresPollingStatusType status = PQconnectPoll(c->pg);
	if (status == PGRES_POLLING_FAILED) {
		break_off(c);
	} else if (status == PGRES_POLLING_OK) {
		start_setup(c);
	} else {
		c->fd = PQsocket(c->pg);
		loop_watch(c->loop, c->fd, status == PGRES_POLLING_READING ? LOOP_READ : LOOP_WRITE,
			   on_ready, c);
	}
}

static void
on_ready(void *arg, unsigned ready)
{
	struct sql_connection *c = arg;

	if (c->state == SQL_CONNECTING) {
		poll_connection(c);
		return;
	}
	if (!PQconsumeInput(c->pg)) {
		break_off(c);
		return;
	}
	if (ready & LOOP_WRITE)
		sql_connection_flush(c);
	take_results(c);
	if (c->state != SQL_UP)
		return;
	/* An idle connection must not keep the loop running. */
	if (!c->first)
		unwatch(c);
	c->owner.ready(c->owner.arg);
}

/* Notices are nobody's business. What says FATAL here is the server's last word on a connection
 * that was idle. */
static void
heed_notice(void *arg, const PGresult *result)
{
	struct sql_connection *c = arg;
	const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0))
		c->broken = true;
}

static void
could_not_start(void *arg)
{
	struct sql_connection *c = arg;

	c->guard = NULL;
	break_off(c);
}

void
sql_connection_open(struct sql_connection *connection)
{
	const char *const keys[] = { "dbname", "client_encoding", "fallback_application_name",
				     NULL };
	const char *const values[] = { connection->options->conninfo, "UTF8", "lensgate", NULL };

	connection->state = SQL_CONNECTING;
	connection->pg = PQconnectStartParams(keys, values, 1);
	if (!connection->pg)
		abort();
	if (PQstatus(connection->pg) == CONNECTION_BAD) {
		connection->guard = loop_after(connection->loop, 0, could_not_start, connection);
		return;
	}
	(void)PQsetNoticeReceiver(connection->pg, heed_notice, connection);
	set_guard(connection, connection->options->connect_timeout_ms);
	connection->fd = PQsocket(connection->pg);
	loop_watch(connection->loop, connection->fd, LOOP_WRITE, on_ready, connection);
}
