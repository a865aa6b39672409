/* migration.h - the tables and the role that watching a lens needs, made in any database. */
#ifndef WATCH_MIGRATION_H
#define WATCH_MIGRATION_H

#include <jansson.h>

#include "exec/sql_session.h"

/* Make what is missing; may be done any number of times. *rows (NULL: not wanted; a new reference)
 * gets what is there afterwards, a row for each health table. */
bool migration_apply(struct sql_session *session, json_t **rows, struct error *err) MUST_USE;

#endif
