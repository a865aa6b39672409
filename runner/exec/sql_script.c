#include "exec/sql_script.h"

#include <limits.h>
#include <stdio.h>

static const unsigned char persona_steps[] = { SQL_STEP_BEGIN,     SQL_STEP_FRAME,
					       SQL_STEP_STATEMENT, SQL_STEP_CONSTRAINTS,
					       SQL_STEP_SYNC,      SQL_STEP_ROLLBACK,
					       SQL_STEP_END };

static const unsigned char persona_steps_with_settings[] = {
	SQL_STEP_BEGIN,       SQL_STEP_SETTINGS, SQL_STEP_FRAME,    SQL_STEP_STATEMENT,
	SQL_STEP_CONSTRAINTS, SQL_STEP_SYNC,     SQL_STEP_ROLLBACK, SQL_STEP_END
};

static const unsigned char witness_steps[] = { SQL_STEP_BEGIN,     SQL_STEP_FRAME,
					       SQL_STEP_STATEMENT, SQL_STEP_SYNC,
					       SQL_STEP_ROLLBACK,  SQL_STEP_END };

static const unsigned char janitor_steps[] = { SQL_STEP_BEGIN,  SQL_STEP_FRAME, SQL_STEP_STATEMENT,
					       SQL_STEP_COMMIT, SQL_STEP_SYNC,  SQL_STEP_ROLLBACK,
					       SQL_STEP_END };

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

bool
sql_script_send(PGconn *pg, const struct sql_roles *roles, const struct sql_request *request,
		enum sql_step step)
{
	const struct sql_role *role;

	switch (step) {
	case SQL_STEP_BEGIN:
		return send_text(pg,
				 request->identity == SQL_WITNESS ? "begin read only" : "begin");
	case SQL_STEP_SETTINGS:
		role = sql_roles_find(roles, request->role);
		return PQsendQueryParams(
			       pg, role_settings, 2, NULL,
			       (const char *const[]){ role->setting_names, role->setting_values },
			       NULL, NULL, 0) == 1;
	case SQL_STEP_FRAME:
		return send_frame(pg, roles, request);
	case SQL_STEP_STATEMENT:
		return PQsendQueryParams(pg, request->text, (int)request->param_count, NULL,
					 request->params, NULL, NULL, 0) == 1;
	case SQL_STEP_CONSTRAINTS:
		/* A deferred constraint would otherwise be hidden by the rollback. */
		return send_text(pg, "set constraints all immediate");
	case SQL_STEP_COMMIT:
		return send_text(pg, "commit");
	case SQL_STEP_ROLLBACK:
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
	       PQsendPrepare(pg, "lensgate_limit", frame_limit, 0, NULL) &&
	       PQsendPrepare(pg, "lensgate_role", frame_role, 0, NULL) &&
	       PQsendPrepare(pg, "lensgate_authenticator", frame_authenticator, 0, NULL) &&
	       PQpipelineSync(pg);
}

const unsigned char *
sql_script_of(const struct sql_roles *roles, const struct sql_request *request)
{
	const struct sql_role *role;

	switch (request->identity) {
	case SQL_WITNESS:
		return witness_steps;
	case SQL_JANITOR:
		return janitor_steps;
	case SQL_PERSONA:
		break;
	}
	role = sql_roles_find(roles, request->role);
	return role && role->setting_names ? persona_steps_with_settings : persona_steps;
}
