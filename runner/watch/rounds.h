/* rounds.h - the health rounds of a lens, read from the database as alert rules see them. */
#ifndef WATCH_ROUNDS_H
#define WATCH_ROUNDS_H

#include "exec/sql_session.h"
#include "watch/alert.h"

/* Those of the last `since_s` seconds, oldest first; *count of them. The caller's to free(). NULL
 * when the database does not answer. */
struct observation *rounds_read(struct sql_session *session, const char *lens, const char *yacht,
				int64_t since_s, size_t *count, struct error *err) MUST_USE;

#endif
