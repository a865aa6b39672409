#include "watch/rounds.h"

#include <stdio.h>
#include <stdlib.h>

#define STATEMENT_MS 30000

static const char rounds_sql[] = {
#include "watch/rounds.sql.inc"
};

struct observation *
rounds_read(struct sql_session *session, const char *lens, const char *yacht, int64_t since_s,
	    size_t *count, struct error *err)
{
	char seconds[24];
	const char *params[] = { lens, yacht, seconds };
	json_t *rows = NULL;

	(void)snprintf(seconds, sizeof(seconds), "%lld", (long long)since_s);
	if (!sql_session_ask(session, rounds_sql, params, 3, STATEMENT_MS, &rows, err))
		return NULL;
	struct observation *series = calloc(json_array_size(rows) + 1, sizeof(*series));
	if (!series)
		abort();
	*count = 0;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_object_get(json_array_get(rows, i), "row");
		if (observation_read(row, &series[*count]))
			(*count)++;
	}
	json_decref(rows);
	return series;
}
