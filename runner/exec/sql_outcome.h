/* sql_outcome.h - what became of one request, gathered result by result. Internal to sql. */
#ifndef EXEC_SQL_OUTCOME_H
#define EXEC_SQL_OUTCOME_H

#include <jansson.h>
#include <libpq-fe.h>
#include <stddef.h>

#include "exec/sql.h"

struct sql_outcome {
	enum sql_status status;
	PGresult *error; /* owned; the reply borrows its texts */
	char message[512];
	long rows;
	json_t *values;
	json_t *before[SQL_LOOKS], *after[SQL_LOOKS];
	int look_failed;
	bool leashed;
	size_t max_rows;
	char tag[16];
	int aimed;
};

void sql_outcome_init(struct sql_outcome *outcome, size_t max_rows);
void sql_outcome_release(struct sql_outcome *outcome);

/* One row as an object, typed by column. A new reference. */
json_t *sql_outcome_row(const PGresult *result, int row);

/* A row or more, or the end, of what the statement gave. `result` stays the caller's. */
void sql_outcome_add(struct sql_outcome *outcome, PGresult *result);

/* The rows of a look; `*rows` is one of the outcome's `before` or `after`. */
void sql_outcome_look(const struct sql_outcome *outcome, json_t **rows, const PGresult *result);

/* The cursor was moved: onto the only row, or past it. */
void sql_outcome_aim(struct sql_outcome *outcome, PGresult *result, int row);

/* The server refused: `framing` tells our own part of the transaction from the statement. Takes
 * `result`. Only the first error counts. */
void sql_outcome_fail(struct sql_outcome *outcome, PGresult *result, bool framing);

/* There will be no answer, or none that counts. */
void sql_outcome_lose(struct sql_outcome *outcome, enum sql_status status, const char *message);

/* Valid as long as the outcome. */
struct sql_reply sql_outcome_reply(const struct sql_outcome *outcome);

/* What an SQLSTATE of the statement itself means. */
enum sql_status sql_status_of(const char *sqlstate);

#endif
