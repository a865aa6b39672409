#include "exec/sql_roles.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"

const char sql_session_settings[] =
	"select pg_catalog.set_config('client_min_messages', 'error', false),"
	" pg_catalog.set_config('lock_timeout', '1s', false),"
	" pg_catalog.set_config('idle_in_transaction_session_timeout', '60s', false),"
	" pg_catalog.set_config('row_security', 'on', false),"
	" pg_catalog.set_config('request.jwt.claims', '', false),"
	" (select pg_catalog.set_config('lc_messages', 'C', false) from pg_catalog.pg_roles"
	"  where rolname = session_user and rolsuper)";

const char sql_role_facts[] =
	"select r.rolname,"
	" exists (select from pg_catalog.pg_roles me, pg_catalog.pg_roles a"
	"  where me.rolname = session_user and me.rolsuper and a.rolname = 'authenticator'"
	"  and pg_catalog.pg_has_role(a.oid, r.oid, 'MEMBER')) as by_authenticator,"
	" s.names, s.vals"
	" from pg_catalog.pg_roles r cross join lateral"
	" (select pg_catalog.array_agg(name)::text as names, pg_catalog.array_agg(value)::text as "
	"vals"
	"  from (select distinct on (name) name, value"
	"   from pg_catalog.pg_db_role_setting d, pg_catalog.unnest(d.setconfig) c,"
	"    pg_catalog.split_part(c, '=', 1) name,"
	"    pg_catalog.substr(c, pg_catalog.strpos(c, '=') + 1) value"
	"   where d.setrole = r.oid and d.setdatabase in (0, (select oid from "
	"pg_catalog.pg_database"
	"     where datname = pg_catalog.current_database()))"
	"   order by name, d.setdatabase desc) own"
	"  where (name like '%.%' or name in (select p.name from pg_catalog.pg_settings p"
	"    where p.context = 'user'))"
	"   and name !~ '(_timeout|^client_|^role|^session_authorization|^row_security)$'"
	"   and name not like 'request.%') s"
	" where r.rolname in ('anon', 'authenticated', 'service_role') or s.names is not null"
	"  or exists (select from pg_catalog.pg_roles a join pg_catalog.pg_auth_members m"
	"   on m.member = a.oid where a.rolname = 'authenticator' and m.roleid = r.oid)";

static char *
copy(const PGresult *result, int row, int column)
{
	char *text;

	if (PQgetisnull(result, row, column))
		return NULL;
	text = must(strdup(PQgetvalue(result, row, column)));
	return text;
}

void
sql_roles_read(struct sql_roles *roles, const PGresult *result)
{
	sql_roles_release(roles);
	roles->items = must(calloc((size_t)PQntuples(result) + 1, sizeof(*roles->items)));
	for (int row = 0; row < PQntuples(result); row++)
		roles->items[roles->count++] = (struct sql_role){
			.name = copy(result, row, 0),
			.by_authenticator = PQgetvalue(result, row, 1)[0] == 't',
			.setting_names = copy(result, row, 2),
			.setting_values = copy(result, row, 3),
		};
}

void
sql_roles_release(struct sql_roles *roles)
{
	for (size_t i = 0; i < roles->count; i++) {
		free(roles->items[i].name);
		free(roles->items[i].setting_names);
		free(roles->items[i].setting_values);
	}
	free(roles->items);
	*roles = (struct sql_roles){ 0 };
}

const struct sql_role *
sql_roles_find(const struct sql_roles *roles, const char *name)
{
	for (size_t i = 0; i < roles->count; i++)
		if (strcmp(roles->items[i].name, name) == 0)
			return &roles->items[i];
	return NULL;
}
