-- What is looked at, where the caller left it open: $1 schemas, $2 roles, $3 tenant column, each
-- null when not given. One row. What is not there is listed, so that a typing error is not
-- a clean bill.
with named as (
	select $1::text[] as schemas, $2::text[] as roles, $3::text as tenant
), found_roles as (
	-- The two of Supabase and PostgREST; else whoever is nobody special and has grants.
	select r.oid, r.rolname from pg_roles r, named
	where case when roles is not null then r.rolname = any (roles)
		when exists (select from pg_roles where rolname in ('anon', 'authenticated'))
			then r.rolname in ('anon', 'authenticated')
		else not r.rolsuper and not r.rolbypassrls and r.rolname !~ '^pg_'
			and exists (select from pg_class c, aclexplode(c.relacl) a
				where a.grantee = r.oid and c.relowner <> r.oid) end
), found_schemas as (
	select n.oid, n.nspname from pg_namespace n, named
	where case when schemas is not null then n.nspname = any (schemas)
		-- The platform's own schemas are its makers' to audit.
		else n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'auth',
			'extensions', 'graphql', 'graphql_public', 'net', 'pgbouncer', 'pgsodium',
			'realtime', 'storage', 'supabase_functions', 'supabase_migrations', 'vault', 'cron')
			and exists (select from found_roles r
				where has_schema_privilege(r.oid, n.oid, 'USAGE')) end
), tables as (
	select c.oid, c.relkind from pg_class c join found_schemas n on n.oid = c.relnamespace
	where c.relkind in ('r', 'p', 'v', 'm', 'f')
), guessed as (
	-- The name that stands in most tables.
	select a.attname, count(*) as times
	from pg_attribute a join tables t on t.oid = a.attrelid and t.relkind in ('r', 'p')
	where a.attnum > 0 and not a.attisdropped and a.attname in ('yacht_id', 'tenant_id', 'org_id',
		'organization_id', 'organisation_id', 'company_id', 'account_id', 'team_id',
		'workspace_id', 'customer_id', 'client_id', 'vessel_id', 'site_id', 'school_id')
	group by a.attname order by count(*) desc, a.attname limit 1
), tenant as (
	select coalesce(named.tenant, guessed.attname) as name, named.tenant is null as is_guess
	from named left join guessed on true
)
select current_setting('server_version') as version,
	current_setting('server_version_num')::integer as version_number, current_database()::text as database,
	(select coalesce(json_agg(nspname order by nspname), '[]') from found_schemas) as schemas,
	(select coalesce(json_agg(rolname order by rolname), '[]') from found_roles) as roles,
	(select coalesce(json_agg(x order by x), '[]') from named, unnest(named.schemas) as x
		where x not in (select nspname from found_schemas)) as unknown_schemas,
	(select coalesce(json_agg(x order by x), '[]') from named, unnest(named.roles) as x
		where x not in (select rolname from found_roles)) as unknown_roles,
	tenant.name as tenant, tenant.is_guess,
	(select count(*) from tables where relkind in ('r', 'p'))::integer as tables,
	(select count(*) from pg_attribute a join tables t on t.oid = a.attrelid
			and t.relkind in ('r', 'p')
		where a.attname = tenant.name and a.attnum > 0 and not a.attisdropped)::integer
		as tenant_tables,
	(select count(*) from tables where relkind in ('v', 'm'))::integer as views,
	(select count(*) from pg_policy p join tables t on t.oid = p.polrelid)::integer as policies,
	(select count(*) from pg_proc f join found_schemas n on n.oid = f.pronamespace)::integer
		as functions
from tenant
