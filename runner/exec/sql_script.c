#include "exec/sql_script.h"

#include <limits.h>
#include <stdio.h>

#include "base/buf.h"

#define MAX_TEXT ((size_t)64 * 1024)

/* $1 time-out, $2 role, $3 claims. The role comes last but for the claims: what is before it is set
 * as who we are, and the claims are anybody's to set. */
static const char frame_limit[] = "select pg_catalog.set_config('statement_timeout', $1, true)";
static const char frame_role[] = "select pg_catalog.set_config('statement_timeout', $1, true),"
				 " pg_catalog.set_config('role', $2, true),"
				 " pg_catalog.set_config('request.jwt.claims', $3, true)";
static const char frame_authenticator[] =
	"select pg_catalog.set_config('statement_timeout', $1, true),"
	" pg_catalog.set_config('session_authorization', 'authenticator', true),"
	" pg_catalog.set_config('role', $2, true),"
	" pg_catalog.set_config('request.jwt.claims', $3, true)";
static const char role_settings[] =
	"select pg_catalog.set_config(($1::text[])[i], ($2::text[])[i], true)"
	" from pg_catalog.generate_subscripts($1::text[], 1) i";

static bool
send_text(PGconn *pg, const char *text)
{
	return PQsendQueryParams(pg, text, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

static bool
send_statement(PGconn *pg, const char *lead, const struct sql_statement *statement)
{
	struct buf text;

	buf_init(&text, MAX_TEXT);
	buf_printf(&text, "%s%s", lead, statement->text);
	bool sent = PQsendQueryParams(pg, text.text, (int)statement->param_count, NULL,
				      statement->params, NULL, NULL, 0) == 1;
	buf_release(&text);
	return sent;
}

static bool
send_settings(PGconn *pg, const struct sql_role *role)
{
	const char *const values[] = { role->setting_names, role->setting_values };

	return PQsendQueryParams(pg, role_settings, 2, NULL, values, NULL, NULL, 0) == 1;
}

static bool
send_frame(PGconn *pg, const struct sql_roles *roles, const struct sql_request *request)
{
	const struct sql_role *role;
	char limit[16];
	const char *values[] = { limit, request->role, request->claims };
	bool persona = request->identity == SQL_PERSONA;

	(void)snprintf(limit, sizeof(limit), "%d",
		       request->timeout_ms > INT_MAX ? INT_MAX : (int)request->timeout_ms);
	role = persona ? sql_roles_find(roles, request->role) : NULL;
	return PQsendQueryPrepared(pg,
				   !persona                         ? "lensgate_limit"
				   : role && role->by_authenticator ? "lensgate_authenticator"
								    : "lensgate_role",
				   persona ? 3 : 1, values, NULL, NULL, 0) == 1;
}

static bool
send_prepared(PGconn *pg, const char *name)
{
	return PQsendQueryPrepared(pg, name, 0, NULL, NULL, NULL, 0) == 1;
}

static bool
send_begin(PGconn *pg, const struct sql_request *request)
{
	/* One view of the database, so that the leash compares its own doing only. */
	if (request->leash)
		return send_text(pg, "begin isolation level repeatable read");
	return send_prepared(pg, request->identity == SQL_WITNESS || request->read_only
					 ? "lensgate_begin_read"
					 : "lensgate_begin");
}

static bool
send_prepare(PGconn *pg, struct sql_prepared *prepared, const char *text)
{
	char name[SQL_PREPARED_NAME];
	bool fresh;

	return sql_prepared_name(prepared, text, name, &fresh) &&
	       PQsendPrepare(pg, name, text, 0, NULL) == 1;
}

static bool
send_look(PGconn *pg, struct sql_prepared *prepared, const struct sql_statement *statement)
{
	char name[SQL_PREPARED_NAME];
	bool fresh;

	if (!sql_prepared_name(prepared, statement->text, name, &fresh))
		return send_statement(pg, "", statement);
	return PQsendQueryPrepared(pg, name, (int)statement->param_count, statement->params, NULL,
				   NULL, 0) == 1;
}

bool
sql_script_send(PGconn *pg, const struct sql_roles *roles, struct sql_prepared *prepared,
		const struct sql_request *request, unsigned char step)
{
	static const struct sql_look none = { .statement = { .text = "" } };
	const struct sql_look *look = request->looks ? &request->looks[SQL_STEP_ITEM(step)] : &none;

	switch (SQL_STEP_KIND(step)) {
	case SQL_STEP_BEGIN:
		return send_begin(pg, request);
	case SQL_STEP_PREPARE:
		return send_prepare(pg, prepared, look->statement.text);
	case SQL_STEP_BEFORE:
	case SQL_STEP_AFTER:
		return send_look(pg, prepared, &look->statement);
	case SQL_STEP_LEASH:
		return send_statement(pg, "", &request->leash->before);
	case SQL_STEP_LEASHED:
		return send_statement(pg, "", &request->leash->after);
	case SQL_STEP_NO_TRIGGERS:
		return send_text(pg, "set local session_replication_role = replica");
	case SQL_STEP_CURSOR:
		return send_statement(pg, "declare " SQL_ROW_CURSOR " scroll cursor for ",
				      &request->row);
	case SQL_STEP_CURSOR_END:
		return send_text(pg, "move absolute 2 in " SQL_ROW_CURSOR);
	case SQL_STEP_CURSOR_ROW:
		return send_text(pg, "move absolute 1 in " SQL_ROW_CURSOR);
	case SQL_STEP_SETTINGS:
		return send_settings(pg, sql_roles_find(roles, request->role));
	case SQL_STEP_FRAME:
		return send_frame(pg, roles, request);
	case SQL_STEP_STATEMENT:
		return PQsendQueryParams(pg, request->text, (int)request->param_count, NULL,
					 request->params, NULL, NULL, 0) == 1;
	case SQL_STEP_CONSTRAINTS:
		/* A deferred constraint would otherwise be hidden by the rollback. */
		return send_prepared(pg, "lensgate_constraints");
	case SQL_STEP_NO_ROLE:
		return send_text(pg, "set local role none");
	case SQL_STEP_NO_SESSION:
		return send_text(pg, "reset session authorization");
	case SQL_STEP_COMMIT:
		return send_text(pg, "commit");
	case SQL_STEP_ROLLBACK:
		/* Not prepared: nothing the statement did may keep it from happening. */
		return send_text(pg, "rollback");
	case SQL_STEP_SYNC:
	case SQL_STEP_END:
		return PQpipelineSync(pg) == 1;
	}
	return false;
}

bool
sql_script_set_up(PGconn *pg)
{
	return send_text(pg, sql_session_settings) && send_text(pg, sql_role_facts) &&
	       PQsendPrepare(pg, "lensgate_begin", "begin", 0, NULL) &&
	       PQsendPrepare(pg, "lensgate_begin_read", "begin read only", 0, NULL) &&
	       PQsendPrepare(pg, "lensgate_constraints", "set constraints all immediate", 0,
			     NULL) &&
	       PQsendPrepare(pg, "lensgate_limit", frame_limit, 0, NULL) &&
	       PQsendPrepare(pg, "lensgate_role", frame_role, 0, NULL) &&
	       PQsendPrepare(pg, "lensgate_authenticator", frame_authenticator, 0, NULL) &&
	       PQpipelineSync(pg);
}

static bool
has_after(const struct sql_request *request)
{
	for (size_t i = 0; i < request->look_count; i++) {
		if (request->looks[i].after)
			return true;
	}
	return false;
}

/* What a persona's transaction has beyond the rest. */
static bool
is_wanted(enum sql_step step, const struct sql_roles *roles, const struct sql_request *request)
{
	const struct sql_role *role;
	bool persona = request->identity == SQL_PERSONA;

	switch (step) {
	case SQL_STEP_NO_TRIGGERS:
		return persona && request->without_triggers;
	case SQL_STEP_CURSOR:
	case SQL_STEP_CURSOR_END:
	case SQL_STEP_CURSOR_ROW:
		return persona && request->row.text;
	case SQL_STEP_SETTINGS:
		role = persona ? sql_roles_find(roles, request->role) : NULL;
		return role && role->setting_names;
	case SQL_STEP_CONSTRAINTS:
		return persona;
	case SQL_STEP_NO_ROLE:
	case SQL_STEP_NO_SESSION:
		return persona && (has_after(request) || request->leash);
	case SQL_STEP_LEASH:
	case SQL_STEP_LEASHED:
		return persona && request->leash;
	case SQL_STEP_COMMIT:
		return request->identity == SQL_JANITOR || request->leash;
	case SQL_STEP_BEGIN:
	case SQL_STEP_PREPARE:
	case SQL_STEP_BEFORE:
	case SQL_STEP_FRAME:
	case SQL_STEP_STATEMENT:
	case SQL_STEP_AFTER:
	case SQL_STEP_SYNC:
	case SQL_STEP_ROLLBACK:
	case SQL_STEP_END:
		break;
	}
	return true;
}

static bool
look_is_wanted(enum sql_step step, struct sql_prepared *prepared, const struct sql_look *look)
{
	char name[SQL_PREPARED_NAME];
	bool fresh;

	if (step == SQL_STEP_BEFORE)
		return look->before;
	if (step == SQL_STEP_AFTER)
		return look->after;
	return sql_prepared_name(prepared, look->statement.text, name, &fresh) && fresh;
}

static size_t
add_looks(enum sql_step step, struct sql_prepared *prepared, const struct sql_request *request,
	  unsigned char *steps)
{
	size_t count = 0;

	if (request->identity != SQL_PERSONA)
		return 0;
	for (size_t i = 0; i < request->look_count; i++) {
		if (look_is_wanted(step, prepared, &request->looks[i]))
			steps[count++] = (unsigned char)(step | i << 5);
	}
	return count;
}

void
sql_script_of(const struct sql_roles *roles, struct sql_prepared *prepared,
	      const struct sql_request *request, unsigned char steps[SQL_STEPS])
{
	size_t count = 0;

	for (int i = SQL_STEP_BEGIN; i <= SQL_STEP_END; i++) {
		enum sql_step step = (enum sql_step)i;

		if (step == SQL_STEP_PREPARE || step == SQL_STEP_BEFORE || step == SQL_STEP_AFTER)
			count += add_looks(step, prepared, request, steps + count);
		else if (is_wanted(step, roles, request))
			steps[count++] = (unsigned char)step;
	}
}

void
sql_script_take(struct sql_outcome *outcome, unsigned char step, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	enum sql_step kind = SQL_STEP_KIND(step);
	size_t item = SQL_STEP_ITEM(step);

	if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		return;
	if (kind == SQL_STEP_STATEMENT)
		sql_outcome_add(outcome, result);
	else if (kind == SQL_STEP_BEFORE)
		sql_outcome_look(outcome, &outcome->before[item], result);
	else if (kind == SQL_STEP_AFTER)
		sql_outcome_look(outcome, &outcome->after[item], result);
	else if (kind == SQL_STEP_CURSOR_END)
		sql_outcome_aim(outcome, result, 2);
	else if (kind == SQL_STEP_CURSOR_ROW)
		sql_outcome_aim(outcome, result, 1);
}
