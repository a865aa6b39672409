/* preflight_sql.h - what the preflight asks the database: who we are there, who a persona is, and
 * whether the server treats blind writes as the checks assume. Texts and their judgement; asking is
 * the preflight's. */
#ifndef EXEC_PREFLIGHT_SQL_H
#define EXEC_PREFLIGHT_SQL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "exec/preflight.h"
#include "exec/sql.h"
#include "plan/plan.h"

/* As connected: version, user, superuser, bypassrls. */
extern const char preflight_server_sql[];
/* True when it is a server the checks work with; `sentence` says so, or why not. */
bool preflight_server_fits(const json_t *row, char sentence[PREFLIGHT_SENTENCE]);

/* As a persona: who, superuser, bypassrls, uid, owned. $1: the tables that matter, as an array. */
extern const char preflight_identity_sql[];
bool preflight_identity_fits(const struct persona *persona, const json_t *row,
			     char sentence[PREFLIGHT_SENTENCE]);
/* Why a persona could not even ask who it is. */
void preflight_no_identity(const struct persona *persona, const struct sql_reply *reply,
			   char sentence[PREFLIGHT_SENTENCE]);

/* Every table the plan names, without its schema, as a PostgreSQL array. */
void preflight_tables(const struct plan *plan, struct buf *array);

/* For the janitor: makes a table in its transaction, tries to write to it as `role`, and always
 * ends with an error, so that nothing stays. */
void preflight_blind_sql(const char *role, struct buf *text);
bool preflight_blind_fits(const struct sql_reply *reply, char sentence[PREFLIGHT_SENTENCE]);

#endif
