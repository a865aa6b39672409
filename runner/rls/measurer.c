#include "rls/measurer.h"

#include <string.h>

#include "base/buf.h"
#include "document/node.h"
#include "exec/sql_roles.h"

#define LIMIT_MS 30000

const char *
measurer_version_problem(long server_version_num)
{
	return server_version_num < 150000
		       ? "the server is older than PostgreSQL 15: policies of views are not the "
			 "caller's there, and nothing was measured"
		       : NULL;
}

static const json_t *
first_cell(const json_t *rows, const char *column)
{
	return json_object_get(json_array_get(rows, 0), column);
}

static bool
check_login(struct measurer *measurer, struct sql_session *session, struct error *err)
{
	json_t *rows = NULL;
	bool ok = sql_session_ask(
		session,
		"select current_setting('server_version_num')::bigint as version,"
		" r.rolsuper as super, r.rolbypassrls as bypass, r.rolname::text as name,"
		" current_setting('transaction_read_only') = 'on' as fixed"
		" from pg_catalog.pg_roles r where r.rolname = current_user",
		NULL, 0, LIMIT_MS, &rows, err);

	if (!ok)
		return false;
	const char *old =
		measurer_version_problem((long)json_integer_value(first_cell(rows, "version")));

	measurer->superuser = json_is_true(first_cell(rows, "super"));
	if (old)
		ok = error_set(err, ERROR_ENVIRONMENT, "%s", old);
	else if (!measurer->superuser && !json_is_true(first_cell(rows, "bypass")))
		ok = error_set(
			err, ERROR_ENVIRONMENT,
			"connected as %s, whom policies hold: who can do what is measured by "
			"a superuser, or a role with BYPASSRLS that may become the personas",
			json_string_value(first_cell(rows, "name")));
	else if (json_is_true(first_cell(rows, "fixed")))
		ok = error_set(err, ERROR_ENVIRONMENT,
			       "the database takes no writes (a standby, or "
			       "default_transaction_read_only): nothing can be tried");
	json_decref(rows);
	return ok;
}

static bool
read_roles(struct measurer *measurer, struct sql_session *session, struct error *err)
{
	json_t *rows = NULL;
	struct buf text;

	buf_init(&text, (size_t)16 * 1024);
	buf_printf(&text,
		   "select jsonb_object_agg(r.rolname, jsonb_build_object('by_authenticator',"
		   " r.by_authenticator, 'settings', coalesce(jsonb_object(r.names::text[],"
		   " r.vals::text[]), '{}'))) as roles from (%s) r",
		   sql_role_facts);
	bool ok = sql_session_ask(session, text.text, NULL, 0, LIMIT_MS, &rows, err);
	buf_release(&text);
	if (ok)
		measurer->roles = node_share(first_cell(rows, "roles"));
	json_decref(rows);
	return ok;
}

bool
measurer_check(struct measurer *measurer, struct sql_session *session, struct error *err)
{
	*measurer = (struct measurer){ 0 };
	return check_login(measurer, session, err) && read_roles(measurer, session, err);
}

void
measurer_release(struct measurer *measurer)
{
	json_decref(measurer->roles);
	measurer->roles = NULL;
}

static bool
may_be(struct sql_session *session, const struct actor *actor, struct error *err)
{
	json_t *rows = NULL;
	bool ok = sql_session_ask(
		session,
		"select pg_catalog.pg_has_role(current_user, oid, 'MEMBER') as member,"
		" rolsuper or rolbypassrls as free from pg_catalog.pg_roles where rolname = $1",
		&actor->database_role, 1, LIMIT_MS, &rows, err);

	if (!ok)
		return false;
	if (json_array_size(rows) == 0)
		ok = error_set(err, ERROR_ENVIRONMENT, "%s: there is no database role %s",
			       actor->name, actor->database_role);
	else if (!json_is_true(first_cell(rows, "member")))
		ok = error_set(err, ERROR_ENVIRONMENT,
			       "%s: the login may not become the database role %s", actor->name,
			       actor->database_role);
	else if (json_is_true(first_cell(rows, "free")))
		ok = error_set(err, ERROR_ENVIRONMENT,
			       "%s: no policy holds the database role %s (superuser or BYPASSRLS)",
			       actor->name, actor->database_role);
	json_decref(rows);
	return ok;
}

bool
measurer_may_be(struct sql_session *session, const struct actors *actors, struct error *err)
{
	for (size_t i = 0; i < actors->count; i++) {
		const struct actor *actor = &actors->items[i];
		bool known = false;

		for (size_t k = 0; k < i; k++)
			known |= strcmp(actors->items[k].database_role, actor->database_role) == 0;
		if (!known && !may_be(session, actor, err))
			return false;
	}
	return true;
}
