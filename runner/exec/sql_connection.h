/* sql_connection.h - one connection to PostgreSQL: made, set up, and used as a pipeline of
 * transactions, each answered in order. Internal to sql. */
#ifndef EXEC_SQL_CONNECTION_H
#define EXEC_SQL_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exec/loop.h"
#include "exec/sql.h"
#include "exec/sql_outcome.h"
#include "exec/sql_script.h"

struct sql_connection;

/* A request on its way: in the pool's queue, or in one connection's pipeline. */
struct sql_job {
	struct sql_job *next;
	struct sql_request request;
	sql_reply_fn *fn;
	void *arg;
	int64_t queued_us; /* when it was asked for */
	int64_t begun_us;  /* when everything before it on its connection was answered */
	unsigned char steps[SQL_STEPS]; /* of its transaction, once it is sent */
	size_t step;
	unsigned refused; /* connections that turned out to be unfit for it */
	struct sql_outcome outcome;
};

/* What a connection tells its owner, from the loop. It may be closed by none of them. */
struct sql_owner {
	void *arg;
	/* `job` has its outcome, and is the owner's again. */
	void (*answered)(void *arg, struct sql_job *job);
	/* `job` had no effect and needs another connection; the owner's again. */
	void (*again)(void *arg, struct sql_job *job);
	/* There is room in the pipeline, or the connection came up. */
	void (*ready)(void *arg);
	/* It could not be made, or broke; `message` says why. It is closed and can be opened
	 * again. All its jobs were given back before. */
	void (*closed)(void *arg, bool was_up, const char *message);
};

enum sql_connection_state {
	SQL_CLOSED,     /* opened on next use */
	SQL_CONNECTING, /* PQconnectPoll decides what is waited for */
	SQL_SETTING_UP, /* session settings and facts about roles are on their way */
	SQL_UP
};

struct sql_connection *sql_connection_new(struct loop *loop, const struct sql_options *options,
					  const struct sql_owner *owner);
/* Drops its jobs without a word to anybody. */
void sql_connection_free(struct sql_connection *connection);

void sql_connection_open(struct sql_connection *connection);

enum sql_connection_state sql_connection_state(const struct sql_connection *connection);

/* Requests sent and not yet answered. */
size_t sql_connection_load(const struct sql_connection *connection);

/* True while a janitor is at work: nothing goes behind it, because what goes behind may have to be
 * sent again elsewhere. */
bool sql_connection_exclusive(const struct sql_connection *connection);

/* Is a connection that was idle still there? Closes it when not; the owner is not told. */
bool sql_connection_alive(struct sql_connection *connection);

/* Put `job` into the pipeline of a connection that is up; sql_connection_flush() sends. */
void sql_connection_send(struct sql_connection *connection, struct sql_job *job);
void sql_connection_flush(struct sql_connection *connection);

#endif
