#include "watch/rounds.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "base/must.h"

#define STATEMENT_MS 30000

static const char rounds_sql[] = {
#include "watch/rounds.sql.inc"
};

json_t *
rounds_rows(struct sql_session *session, const struct rounds_query *query, struct error *err)
{
	char from[24], to[24];
	const char *params[] = { query->lens, query->yacht, from, to };
	json_t *found = NULL, *rows;

	(void)snprintf(from, sizeof(from), "%lld", (long long)query->from_us);
	(void)snprintf(to, sizeof(to), "%lld", (long long)query->to_us);
	if (!sql_session_ask(session, rounds_sql, params, COUNTOF(params), STATEMENT_MS, &found,
			     err))
		return NULL;
	rows = json_array();
	for (size_t i = 0; i < json_array_size(found); i++)
		json_array_append(rows, json_object_get(json_array_get(found, i), "row"));
	json_decref(found);
	return rows;
}

struct observation *
rounds_read(struct sql_session *session, const struct rounds_query *query, size_t *count,
	    struct error *err)
{
	json_t *rows = rounds_rows(session, query, err);

	if (!rows)
		return NULL;
	struct observation *series = must(calloc(json_array_size(rows) + 1, sizeof(*series)));
	*count = 0;
	for (size_t i = 0; i < json_array_size(rows); i++) {
		if (observation_read(json_array_get(rows, i), &series[*count]))
			(*count)++;
	}
	json_decref(rows);
	return series;
}
