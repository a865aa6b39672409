#include "exec/sql.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/must.h"
#include "exec/sql_connection.h"

#define DEFAULT_CONNECTIONS 4
#define DEFAULT_CONNECT_MS  10000

/* Requests under way on one connection: enough to hide the way to the server and back, few enough
 * that a slow statement does not hold up many. */
#define DEPTH 16

/* So many share one connection before another one is made: that costs the server as much as a
 * hundred short requests. */
#define SHARED 3

struct sql {
	struct loop *loop;
	struct sql_options options;
	struct sql_connection **connections;
	size_t count, limit; /* `limit` of them are used: as many as the server let us have */
	struct sql_job *first, **last;
	struct loop_timer *pump; /* NULL: not due */
};

static size_t
count_in_use(const struct sql *sql)
{
	size_t in_use = 0;

	for (size_t i = 0; i < sql->count; i++)
		in_use += sql_connection_state(sql->connections[i]) != SQL_CLOSED;
	return in_use;
}

static struct sql_connection *
find_closed(const struct sql *sql)
{
	for (size_t i = 0; i < sql->count; i++)
		if (sql_connection_state(sql->connections[i]) == SQL_CLOSED)
			return sql->connections[i];
	return NULL;
}

/* The connection with the least to do that can take one more; NULL: none. */
static struct sql_connection *
find_free(const struct sql *sql)
{
	struct sql_connection *best = NULL;

	for (size_t i = 0; i < sql->count; i++) {
		struct sql_connection *c = sql->connections[i];
		size_t load = sql_connection_load(c);

		if (sql_connection_state(c) != SQL_UP || sql_connection_exclusive(c) ||
		    load >= DEPTH || (best && load >= sql_connection_load(best)))
			continue;
		if (load || sql_connection_alive(c))
			best = c;
	}
	return best;
}

/* Where the first of the queue goes now; NULL: it has to wait. Another connection is made when all
 * there are have enough to do. */
static struct sql_connection *
choose(struct sql *sql)
{
	struct sql_connection *best = find_free(sql);
	bool idle = best && sql_connection_load(best) == 0;
	bool busy = !best || sql_connection_load(best) >= SHARED ||
		    sql_request_stays(&sql->first->request);

	if (busy && !idle && count_in_use(sql) < sql->limit)
		sql_connection_open(find_closed(sql));
	/* What is behind others may have to be sent again; what stays must not be. */
	return idle || !sql_request_stays(&sql->first->request) ? best : NULL;
}

static void
distribute(struct sql *sql)
{
	struct sql_connection *connection;

	while (sql->first && (connection = choose(sql)) != NULL) {
		struct sql_job *job = sql->first;

		sql->first = job->next;
		if (!sql->first)
			sql->last = &sql->first;
		sql_connection_send(connection, job);
	}
	for (size_t i = 0; i < sql->count; i++)
		if (sql_connection_load(sql->connections[i]))
			sql_connection_flush(sql->connections[i]);
}

static void
pump(void *arg)
{
	struct sql *sql = arg;

	sql->pump = NULL;
	distribute(sql);
}

/* All that is asked for in one turn of the loop leaves together, and nobody is called back from
 * inside sql_send(). */
static void
pump_soon(struct sql *sql)
{
	if (sql->first && !sql->pump)
		sql->pump = loop_after(sql->loop, 0, pump, sql);
}

static void
ready(void *arg)
{
	struct sql *sql = arg;

	loop_cancel(sql->loop, sql->pump);
	sql->pump = NULL;
	distribute(sql);
}

static void
answered(void *arg, struct sql_job *job)
{
	struct sql_reply reply = sql_outcome_reply(&job->outcome);
	int64_t now_us = clock_now_us();
	int64_t begun_us = job->begun_us ? job->begun_us : now_us;

	(void)arg;
	reply.queue_us = begun_us - job->queued_us;
	reply.elapsed_us = now_us - begun_us;
	job->fn(job->arg, &reply);
	sql_outcome_release(&job->outcome);
	free(job);
}

static void
again(void *arg, struct sql_job *job)
{
	struct sql *sql = arg;

	sql_outcome_release(&job->outcome);
	sql_outcome_init(&job->outcome, job->request.max_rows);
	job->begun_us = 0;
	job->next = sql->first;
	sql->first = job;
	if (!job->next)
		sql->last = &job->next;
	pump_soon(sql);
}

static void
answer_all_lost(struct sql *sql, const char *message)
{
	struct sql_job *jobs = sql->first;

	sql->first = NULL;
	sql->last = &sql->first;
	while (jobs) {
		struct sql_job *next = jobs->next;

		sql_outcome_lose(&jobs->outcome, SQL_LOST, message);
		answered(sql, jobs);
		jobs = next;
	}
}

/* Without any connection there is nobody to wait for. With some left we make do with them: the
 * server may allow no more. */
static void
closed(void *arg, bool was_up, const char *message)
{
	struct sql *sql = arg;
	size_t in_use = count_in_use(sql);

	sql->limit = in_use && !was_up ? in_use : sql->count;
	if (!in_use && !was_up)
		answer_all_lost(sql, message);
	pump_soon(sql);
}

struct sql *
sql_new(struct loop *loop, const struct sql_options *options)
{
	struct sql *sql = must(calloc(1, sizeof(*sql)));
	const struct sql_owner owner = { sql, answered, again, ready, closed };

	sql->loop = loop;
	sql->options = *options;
	if (sql->options.connect_timeout_ms <= 0)
		sql->options.connect_timeout_ms = DEFAULT_CONNECT_MS;
	sql->count = options->connections > 0 ? (size_t)options->connections : DEFAULT_CONNECTIONS;
	sql->limit = sql->count;
	sql->last = &sql->first;
	sql->connections = must(calloc(sql->count, sizeof(struct sql_connection *)));
	for (size_t i = 0; i < sql->count; i++)
		sql->connections[i] = sql_connection_new(loop, &sql->options, &owner);
	return sql;
}

void
sql_free(struct sql *sql)
{
	if (!sql)
		return;
	loop_cancel(sql->loop, sql->pump);
	for (size_t i = 0; i < sql->count; i++)
		sql_connection_free(sql->connections[i]);
	while (sql->first) {
		struct sql_job *next = sql->first->next;

		sql_outcome_release(&sql->first->outcome);
		free(sql->first);
		sql->first = next;
	}
	free(sql->connections);
	free(sql);
}

void
sql_send(struct sql *sql, const struct sql_request *request, sql_reply_fn *fn, void *arg)
{
	struct sql_job *job = must(calloc(1, sizeof(*job)));

	assert(request->text && request->timeout_ms > 0);
	assert(request->identity != SQL_PERSONA || (request->role && request->claims));
	job->request = *request;
	job->fn = fn;
	job->arg = arg;
	job->queued_us = clock_now_us();
	sql_outcome_init(&job->outcome, request->max_rows);
	*sql->last = job;
	sql->last = &job->next;
	pump_soon(sql);
}

static void
quote(struct buf *out, const char *name, size_t len)
{
	buf_add(out, "\"", 1);
	for (size_t i = 0; i < len; i++)
		buf_add(out, name[i] == '"' ? "\"\"" : name + i, name[i] == '"' ? 2 : 1);
	buf_add(out, "\"", 1);
}

void
sql_quote_name(struct buf *out, const char *name)
{
	size_t schema = strcspn(name, ".");

	if (name[schema]) {
		quote(out, name, schema);
		buf_add(out, ".", 1);
		name += schema + 1;
	}
	quote(out, name, strlen(name));
}
