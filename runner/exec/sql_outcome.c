#include "exec/sql_outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "exec/sql_value.h"

void
sql_outcome_init(struct sql_outcome *outcome, size_t max_rows)
{
	*outcome =
		(struct sql_outcome){ .max_rows = max_rows, .values = json_array(), .aimed = -1 };
	if (!outcome->values)
		abort();
}

void
sql_outcome_release(struct sql_outcome *outcome)
{
	PQclear(outcome->error);
	json_decref(outcome->values);
	for (size_t i = 0; i < SQL_LOOKS; i++) {
		json_decref(outcome->before[i]);
		json_decref(outcome->after[i]);
	}
	*outcome = (struct sql_outcome){ 0 };
}

json_t *
sql_outcome_row(const PGresult *result, int row)
{
	json_t *object = json_object();

	for (int column = 0; column < PQnfields(result); column++) {
		json_t *value = PQgetisnull(result, row, column)
					? json_null()
					: sql_value(PQftype(result, column),
						    PQgetvalue(result, row, column),
						    (size_t)PQgetlength(result, row, column));

		if (json_object_set_new_nocheck(object, PQfname(result, column), value))
			abort();
	}
	return object;
}

static void
append_rows(json_t *values, const PGresult *result, size_t max_rows)
{
	int rows = PQntuples(result);

	for (int row = 0; row < rows && json_array_size(values) < max_rows; row++) {
		if (json_array_append_new(values, sql_outcome_row(result, row)))
			abort();
	}
}

void
sql_outcome_add(struct sql_outcome *outcome, PGresult *result)
{
	const char *tag = PQcmdStatus(result);

	append_rows(outcome->values, result, outcome->max_rows);
	outcome->rows += PQntuples(result);
	/* Nothing returned: the tag says how many were changed. */
	if (PQresultStatus(result) == PGRES_COMMAND_OK)
		outcome->rows = strtol(PQcmdTuples(result), NULL, 10);
	(void)snprintf(outcome->tag, sizeof(outcome->tag), "%.*s", (int)strcspn(tag, " "), tag);
}

void
sql_outcome_look(const struct sql_outcome *outcome, json_t **rows, const PGresult *result)
{
	if (!*rows && !(*rows = json_array()))
		abort();
	append_rows(*rows, result, outcome->max_rows);
}

/* It is asked for the second row first, then put on the first. */
void
sql_outcome_aim(struct sql_outcome *outcome, PGresult *result, int row)
{
	bool there = strtol(PQcmdTuples(result), NULL, 10) > 0;

	if (outcome->aimed < 0)
		outcome->aimed = 0;
	if (there && outcome->aimed < row)
		outcome->aimed = row;
}

enum sql_status
sql_status_of(const char *sqlstate)
{
	/* Connection, resources, shutdown, login, time-outs, deadlock: nothing was judged.
	 * Source: PostgreSQL documentation, appendix A. */
	static const char *const lost[] = { "08",    "53",    "57P",   "28",   "57014",
					    "55P03", "40P01", "40001", "25P03" };
	/* 25006: a write as witness. 25P02: a transaction that had failed before we began. */
	static const char *const harness[] = { "25006", "25P02" };

	for (size_t i = 0; i < COUNTOF(lost); i++)
		if (strncmp(sqlstate, lost[i], strlen(lost[i])) == 0)
			return SQL_LOST;
	for (size_t i = 0; i < COUNTOF(harness); i++)
		if (strcmp(sqlstate, harness[i]) == 0)
			return SQL_HARNESS;
	return strcmp(sqlstate, "42501") == 0 ? SQL_DENIED : SQL_ERROR;
}

void
sql_outcome_fail(struct sql_outcome *outcome, PGresult *result, bool framing)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (outcome->status != SQL_DONE) {
		PQclear(result);
		return;
	}
	outcome->error = result;
	/* Without a state it was libpq that spoke: the connection is gone. */
	outcome->status = sqlstate ? sql_status_of(sqlstate) : SQL_LOST;
	if (framing && outcome->status != SQL_LOST)
		outcome->status = SQL_HARNESS;
	(void)snprintf(outcome->message, sizeof(outcome->message), "%s",
		       message ? message : PQresultErrorMessage(result));
}

void
sql_outcome_lose(struct sql_outcome *outcome, enum sql_status status, const char *message)
{
	PQclear(outcome->error);
	outcome->error = NULL;
	outcome->status = status;
	(void)snprintf(outcome->message, sizeof(outcome->message), "%s", message);
}

struct sql_reply
sql_outcome_reply(const struct sql_outcome *outcome)
{
	const PGresult *error = outcome->error;
	const char *sqlstate = PQresultErrorField(error, PG_DIAG_SQLSTATE);
	bool done = outcome->status == SQL_DONE;
	struct sql_reply reply = {
		.status = outcome->status,
		.message = done ? NULL : outcome->message,
		.source_function = PQresultErrorField(error, PG_DIAG_SOURCE_FUNCTION),
		.constraint = PQresultErrorField(error, PG_DIAG_CONSTRAINT_NAME),
		.table = PQresultErrorField(error, PG_DIAG_TABLE_NAME),
		.rows = done ? outcome->rows : 0,
		.values = done ? outcome->values : NULL,
		.before = outcome->before,
		.after = outcome->after,
		.look_failed = outcome->look_failed,
		.leashed = outcome->leashed,
		.aimed = outcome->aimed,
		.context = PQresultErrorField(error, PG_DIAG_CONTEXT),
	};

	if (done)
		(void)snprintf(reply.tag, sizeof(reply.tag), "%s", outcome->tag);
	(void)snprintf(reply.sqlstate, sizeof(reply.sqlstate), "%s", sqlstate ? sqlstate : "");
	return reply;
}
