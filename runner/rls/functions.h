/* functions.h - the functions of the prober, in SQL, as they are put into the database.
 *
 * They live in pg_temp, in the transaction that is under way: with its rollback they are gone.
 */
#ifndef RLS_FUNCTIONS_H
#define RLS_FUNCTIONS_H

#include <stdint.h>

#include "base/error.h"
#include "exec/sql_session.h"

/* Create all of them, each file within the time limit. False with the server's sentence. */
bool functions_create(struct sql_session *session, int64_t timeout_ms, struct error *err) MUST_USE;

#endif
