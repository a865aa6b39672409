#include "rls/functions.h"

static const char relations_sql[] = {
#include "rls/relations.sql.inc"
};
static const char attempt_sql[] = {
#include "rls/attempt.sql.inc"
};
static const char sample_sql[] = {
#include "rls/sample.sql.inc"
};
static const char read_sql[] = {
#include "rls/read.sql.inc"
};
static const char write_sql[] = {
#include "rls/write.sql.inc"
};
static const char view_sql[] = {
#include "rls/view.sql.inc"
};
static const char probe_sql[] = {
#include "rls/probe.sql.inc"
};
static const char self_test_sql[] = {
#include "rls/self_test.sql.inc"
};

static const char *const files[] = { relations_sql, attempt_sql, sample_sql, read_sql,
				     write_sql,     view_sql,    probe_sql,  self_test_sql };

bool
functions_create(struct sql_session *session, int64_t timeout_ms, struct error *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < COUNTOF(files); i++)
		ok = sql_session_script(session, files[i], timeout_ms, NULL, err);
	return ok;
}
