#include "rls/calls.h"

#include <stdlib.h>

#include "base/must.h"

#define TIMEOUT_MS 30000

static const char calls_sql[] = {
#include "rls/calls.sql.inc"
};

/* A list as JSON text, the caller's; two texts of one kind are one. */
static char *
list_of(const char *const *items, size_t count)
{
	json_t *set = json_object(), *list = json_array();

	for (size_t i = 0; i < count; i++) {
		if (items[i] && !json_object_get(set, items[i])) {
			json_object_set_new(set, items[i], json_true());
			json_array_append_new(list, json_string(items[i]));
		}
	}
	char *text = must(json_dumps(list, JSON_COMPACT));
	json_decref(set);
	json_decref(list);
	return text;
}

bool
calls_find(struct sql_session *session, const struct actors *actors,
	   const struct prober_options *options, json_t **calls, struct error *err)
{
	static const char question[] =
		"select * from pg_temp.lensgate_calls("
		"array(select jsonb_array_elements_text($1::jsonb) limit 2), "
		"array(select jsonb_array_elements_text($2::jsonb)), "
		"nullif(array(select jsonb_array_elements_text($3::jsonb)), '{}'), $4)";
	const char **texts = must(calloc(2 * actors->count + 1, sizeof(*texts)));

	for (size_t i = 0; i < actors->count; i++) {
		texts[i] = actors->items[i].tenant;
		texts[actors->count + i] = actors->items[i].database_role;
	}
	char *tenants = list_of(texts, actors->count);
	char *roles = list_of(texts + actors->count, actors->count);
	char *schemas = list_of(options->schemas, options->schema_count);
	const char *params[] = { tenants, roles, schemas, options->tenant_column };
	bool ok = sql_session_script(session, "begin", TIMEOUT_MS, NULL, err) &&
		  sql_session_script(session, calls_sql, TIMEOUT_MS, NULL, err) &&
		  sql_session_ask(session, question, params, COUNTOF(params), TIMEOUT_MS, calls,
				  err) &&
		  sql_session_script(session, "rollback", TIMEOUT_MS, NULL, err);
	free(texts);
	free(tenants);
	free(roles);
	free(schemas);
	return ok;
}
