-- What mutants are made of, as one JSON document (mutant_catalog.h). $1: schemas, {} for all.
-- Names come quoted from here, so that what is made of them only has to be put together.
with recursive scope as (
	select n.oid, n.nspname
	from pg_namespace n
	where n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
		and ($1::text[] = '{}' or n.nspname = any($1::text[]))
), extension as (
	-- What an extension brought is not ours to change.
	select classid, objid from pg_depend where deptype = 'e'
), tables as (
	select c.oid, c.relname, c.relowner, c.relacl, c.relkind, c.relrowsecurity, c.relforcerowsecurity,
		format('%I.%I', s.nspname, c.relname) as id,
		coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on',
			'security_invoker=1'], false) as invoker
	from pg_class c
	join scope s on s.oid = c.relnamespace
	where c.relkind in ('r', 'p', 'v', 'f') and not exists (
		select from extension e where e.classid = 'pg_class'::regclass and e.objid = c.oid)
), grants as (
	select t.id as "table", a.grantee, a.privilege_type as privilege,
		case when a.grantee = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(a.grantee)) end
			as role
	from tables t
	cross join aclexplode(coalesce(t.relacl, acldefault('r', t.relowner))) a
	where a.grantee <> t.relowner
), functions as (
	select p.*, format('%I.%I', s.nspname, p.proname) as plain,
		s.nspname || '.' || p.proname || '(' as called
	from pg_proc p
	join scope s on s.oid = p.pronamespace
	where p.prokind = 'f' and not exists (
		select from extension e where e.classid = 'pg_proc'::regclass and e.objid = p.oid)
), helpers as (
	-- What policies and triggers call, and what that calls: a body is text, so by its name. And
	-- for which table.
	select f.oid, f.prosrc, t.relname as guarded
	from functions f
	join pg_depend d on d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass
		and d.refobjid = f.oid
	join pg_policy p on p.oid = d.objid
	join tables t on t.oid = p.polrelid
	union
	select f.oid, f.prosrc, t.relname
	from functions f
	join pg_trigger g on g.tgfoid = f.oid and not g.tgisinternal
	join tables t on t.oid = g.tgrelid
	union
	select f.oid, f.prosrc, h.guarded
	from functions f
	join helpers h on position(f.called in h.prosrc) > 0
), called as (
	select distinct oid, prosrc from helpers
), reads as (
	-- Whose rows depend on the rows of another table, directly: by a policy or as a view.
	select p.polrelid as reader, d.refobjid as read
	from pg_policy p
	join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
		and d.refclassid = 'pg_class'::regclass and d.refobjid <> p.polrelid
	union
	select w.ev_class, d.refobjid
	from pg_rewrite w
	join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
		and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class
), readers as (
	select reader, read from reads
	union
	select r.reader, s.read from reads r join readers s on s.reader = r.read
)
select jsonb_build_object(
	'tables', (
		select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.relname,
			'view', t.relkind = 'v',
			-- What policies and triggers call reads it: then every row may depend on it.
			'everywhere', exists (select from called c where position(t.relname in c.prosrc) > 0),
			'readers', (
				select coalesce(jsonb_agg(x.id order by x.id), '[]')
				from readers r
				join tables x on x.oid = r.reader
				where r.read = t.oid),
			'rls', t.relrowsecurity, 'force', t.relforcerowsecurity, 'invoker', t.invoker,
			'columns', (
				select coalesce(jsonb_agg(a.attname order by a.attnum), '[]')
				from pg_attribute a
				where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped))
			order by t.id), '[]')
		from tables t),
	'grants', (
		select coalesce(jsonb_agg(to_jsonb(g) order by g."table", g.role), '[]')
		from (
			select "table", role, jsonb_agg(distinct privilege) as privileges
			from grants
			group by "table", role
		) g),
	'policies', (
		select coalesce(jsonb_agg(jsonb_build_object('table', t.id, 'id', quote_ident(p.polname),
			'name', p.polname, 'permissive', p.polpermissive,
			'command', case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT'
				when 'w' then 'UPDATE' when 'd' then 'DELETE' else 'ALL' end,
			'roles', (
				select string_agg(case when role = 0 then 'PUBLIC'
					else quote_ident(pg_get_userbyid(role)) end, ', ' order by role)
				from unnest(p.polroles) role),
			'using', pg_get_expr(p.polqual, p.polrelid),
			'check', pg_get_expr(p.polwithcheck, p.polrelid)) order by t.id, p.polname), '[]')
		from pg_policy p
		join tables t on t.oid = p.polrelid),
	'triggers', (
		select coalesce(jsonb_agg(jsonb_build_object('table', t.id, 'id', quote_ident(g.tgname),
			'name', g.tgname, 'enable', case g.tgenabled when 'A' then 'ENABLE ALWAYS'
				when 'R' then 'ENABLE REPLICA' else 'ENABLE' end) order by t.id, g.tgname), '[]')
		from pg_trigger g
		join tables t on t.oid = g.tgrelid
		where not g.tgisinternal and g.tgenabled <> 'D'),
	'functions', (
		select coalesce(jsonb_agg(jsonb_build_object('plain', f.plain, 'name', f.proname,
			'id', f.plain || '(' || pg_get_function_identity_arguments(f.oid) || ')',
			'definition', pg_get_functiondef(f.oid), 'source', f.prosrc,
			'language', l.lanname, 'returns', format_type(f.prorettype, null),
			'rows', f.proretset, 'definer', f.prosecdef,
			'owner', quote_ident(pg_get_userbyid(f.proowner)),
			'helper', exists (select from helpers h where h.oid = f.oid),
			'guards', (
				select coalesce(jsonb_agg(distinct h.guarded order by h.guarded), '[]')
				from helpers h
				where h.oid = f.oid),
			'arguments', (
				select coalesce(jsonb_agg(format_type(f.proargtypes[i], null) order by i), '[]')
				from generate_series(0, f.pronargs - 1) i)) order by f.plain, f.oid), '[]')
		from functions f
		join pg_language l on l.oid = f.prolang
		where f.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)),
	'roles', (
		select coalesce(jsonb_agg(quote_ident(r.rolname) order by r.rolname), '[]')
		from pg_roles r
		where not r.rolsuper and not r.rolbypassrls
			and r.oid in (select grantee from grants)),
	'tenant', (
		-- What most tables say it is: the commonest reference of a name like tenant_id.
		select a.attname
		from tables t
		join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
		where a.attname like '%\_id'
		group by a.attname
		having count(*) > 1
		order by count(*) desc, a.attname
		limit 1),
	'anonymous', (select quote_ident(rolname) from pg_roles where rolname = $2)
) as catalog
