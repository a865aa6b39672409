/* rounds.h - the health rounds of a lens, read from the database: as rows for who judges a time, as
 * observations for alert rules. */
#ifndef WATCH_ROUNDS_H
#define WATCH_ROUNDS_H

#include <jansson.h>

#include "exec/sql_session.h"
#include "watch/alert.h"

/* Rounds observed after `from_us` and not after `to_us`, since 1970. Texts are borrowed. */
struct rounds_query {
	const char *lens, *yacht;
	int64_t from_us, to_us;
};

/* Their rows of pms_health_checks, oldest first, each as health_row() made it: with its rows of
 * pms_health_events as `events`, [{level, detail_json}]. The caller's. NULL when the database does
 * not answer. */
json_t *rounds_rows(struct sql_session *session, const struct rounds_query *query,
		    struct error *err) MUST_USE;

/* The same as observations; *count of them. The caller's to free(). NULL when the database does not
 * answer. */
struct observation *rounds_read(struct sql_session *session, const struct rounds_query *query,
				size_t *count, struct error *err) MUST_USE;

#endif
