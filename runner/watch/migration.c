#include "watch/migration.h"

#define MIGRATE_MS 60000

static const char health_sql[] = {
#include "watch/health.sql.inc"
};
static const char ops_sql[] = {
#include "watch/ops.sql.inc"
};

bool
migration_apply(struct sql_session *session, json_t **rows, struct error *err)
{
	return sql_session_script(session, health_sql, MIGRATE_MS, NULL, err) &&
	       sql_session_script(session, ops_sql, MIGRATE_MS, rows, err);
}
