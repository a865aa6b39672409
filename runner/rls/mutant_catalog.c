#include "rls/mutant_catalog.h"

#include "base/buf.h"

#define SCHEMAS_BYTES ((size_t)64 * 1024)

static const char catalog_sql[] = {
#include "rls/mutant_catalog.sql.inc"
};

/* An array in PostgreSQL's text format. Source: its manual, 8.15.6. */
static void
add_names(struct buf *out, const struct mutant_scope *scope)
{
	buf_add(out, "{", 1);
	for (size_t i = 0; i < scope->schema_count; i++) {
		buf_add(out, i ? ",\"" : "\"", i ? 2 : 1);
		for (const char *at = scope->schemas[i]; *at; at++) {
			if (*at == '"' || *at == '\\')
				buf_add(out, "\\", 1);
			buf_add(out, at, 1);
		}
		buf_add(out, "\"", 1);
	}
	buf_add(out, "}", 1);
}

json_t *
mutant_catalog_read(struct sql_session *session, const struct mutant_scope *scope,
		    int64_t timeout_ms, struct error *err)
{
	json_t *rows = NULL, *catalog = NULL;
	struct buf schemas;

	buf_init(&schemas, SCHEMAS_BYTES);
	add_names(&schemas, scope);
	const char *const params[] = { schemas.text, scope->anonymous };
	if (sql_session_script(session, "set search_path = ''", timeout_ms, NULL, err) &&
	    sql_session_ask(session, catalog_sql, params, 2, timeout_ms, &rows, err) &&
	    sql_session_script(session, "reset search_path", timeout_ms, NULL, err))
		catalog = json_incref(json_object_get(json_array_get(rows, 0), "catalog"));
	json_decref(rows);
	buf_release(&schemas);
	if (!catalog)
		error_set(err, ERROR_ENVIRONMENT, "the catalog was read as nothing");
	return catalog;
}
