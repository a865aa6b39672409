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
	where c.relkind in ('r', 'p', 'v', 'm', 'f') and not exists (
		select from extension e where e.classid = 'pg_class'::regclass and e.objid = c.oid)
), grants as (
	select t.id as "table", a.grantee, a.privilege_type as privilege,
		case when a.grantee = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(a.grantee)) end
			as role
	from tables t
	cross join aclexplode(coalesce(t.relacl, acldefault('r', t.relowner))) a
	where a.grantee <> t.relowner
), column_grants as (
	select t.id as "table", a.grantee, a.privilege_type as privilege,
		case when a.grantee = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(a.grantee)) end
			as role,
		c.attname
	from tables t
	join pg_attribute c on c.attrelid = t.oid and c.attnum > 0 and not c.attisdropped
	cross join aclexplode(c.attacl) a
	where a.grantee <> t.relowner
), client_roles as (
	-- Those that policies hold, and that may do something here.
	select r.oid, r.rolname, r.rolinherit
	from pg_roles r
	where not r.rolsuper and not r.rolbypassrls and r.oid in (
		select grantee from grants union select grantee from column_grants)
), functions as (
	select p.*, format('%I.%I', s.nspname, p.proname) as plain,
		format('%I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) as id,
		-- By its whole name, or by its own where none stands before it.
		format('(\m%s"?\."?|(?<![\w."])"?)%s"?\s*\(', regexp_replace(s.nspname, '\W', '.', 'g'),
			regexp_replace(p.proname, '\W', '.', 'g')) as called
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
	join helpers h on h.prosrc ~* f.called
), bodies as (
	-- What a function calls and reads is in its text; not when it puts statements together, or is in
	-- a language that we cannot read: that can be anything.
	select p.oid, lower(p.prosrc) as text,
		'\m' || regexp_replace(lower(p.proname), '\W', '.', 'g') || '"?\s*\(' as called,
		p.prokind in ('f', 'p') and (l.lanname not in ('sql', 'plpgsql')
			or p.prosrc ~* '\mexecute\M|dblink|query_to_xml|cursor_to_xml') as anything
	from pg_proc p
	join pg_language l on l.oid = p.prolang
	where p.oid >= 16384 and not exists (
		select from extension e where e.classid = 'pg_proc'::regclass and e.objid = p.oid)
), links as (
	-- What an object does depends on another: a relation on its policies, triggers, rules, defaults,
	-- checks and indices, these on what the catalog says, a body on whatever it names.
	select 'pg_class'::regclass::oid as classid, polrelid as objid,
		'pg_policy'::regclass::oid as refclassid, oid as refobjid from pg_policy
	union select 'pg_class'::regclass, tgrelid, 'pg_trigger'::regclass, oid
		from pg_trigger where not tgisinternal
	union select 'pg_class'::regclass, ev_class, 'pg_rewrite'::regclass, oid from pg_rewrite
	union select 'pg_class'::regclass, adrelid, 'pg_attrdef'::regclass, oid from pg_attrdef
	union select 'pg_class'::regclass, indrelid, 'pg_class'::regclass, indexrelid from pg_index
	union select 'pg_class'::regclass, conrelid, 'pg_constraint'::regclass, oid
		from pg_constraint where contype <> 'f' and conrelid <> 0
	union select 'pg_class'::regclass, a.attrelid, 'pg_constraint'::regclass, k.oid
		from pg_constraint k join pg_attribute a on a.atttypid = k.contypid where k.contypid <> 0
	-- What a statement on the parent does to others: it fires their triggers. (That a parent is
	-- there is looked up past policies, grants and triggers: no link from a child.)
	union select 'pg_class'::regclass, confrelid, 'pg_class'::regclass, conrelid
		from pg_constraint
		where contype = 'f' and not (confdeltype in ('a', 'r') and confupdtype in ('a', 'r'))
	union select 'pg_class'::regclass, inhparent, 'pg_class'::regclass, inhrelid from pg_inherits
	union select classid, objid, refclassid, refobjid from pg_depend
		where objid >= 16384 and refobjid >= 16384
	union select 'pg_proc'::regclass, b.oid, 'pg_class'::regclass, c.oid
		from bodies b join pg_class c on position(lower(c.relname) in b.text) > 0
		where c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'm', 'f')
	union select 'pg_proc'::regclass, b.oid, 'pg_proc'::regclass, c.oid
		from bodies b join bodies c on b.text ~ c.called
	-- Operators and casts have no name that a body could be searched for.
	union select 'pg_proc'::regclass, b.oid, 'pg_operator'::regclass, o.oid
		from bodies b, pg_operator o where o.oid >= 16384
	union select 'pg_proc'::regclass, b.oid, 'pg_cast'::regclass, c.oid
		from bodies b, pg_cast c where c.oid >= 16384
), reach as (
	select 'pg_class'::regclass::oid as from_class, oid as from_obj,
		'pg_class'::regclass::oid as classid, oid as objid from tables
	union
	select 'pg_proc'::regclass, oid, 'pg_proc'::regclass, oid from pg_proc
		where oid >= 16384 and (prosecdef or proretset or prorettype in (
			select reltype from pg_class where reltype <> 0))
	union
	select r.from_class, r.from_obj, l.refclassid, l.refobjid
	from reach r join links l on l.classid = r.classid and l.objid = r.objid
), readers as (
	-- The relations whose rows, or what may be done to them, can depend on a table or a function.
	-- Functions that return rows are relations, too.
	select r.classid, r.objid, t.id
	from reach r
	join tables t on t.oid = r.from_obj
	where r.from_class = 'pg_class'::regclass
		and r.classid in ('pg_class'::regclass, 'pg_proc'::regclass)
	union
	select r.classid, r.objid, f.id
	from reach r
	join functions f on f.oid = r.from_obj
	where r.from_class = 'pg_proc'::regclass
		and r.classid in ('pg_class'::regclass, 'pg_proc'::regclass)
), owners as (
	-- What runs as its owner, whoever asks, and the tables that can be reached so.
	select r.from_class as classid, r.from_obj as objid, r.objid as relid
	from reach r
	where r.classid = 'pg_class'::regclass and (exists (
			select from pg_proc d where r.from_class = 'pg_proc'::regclass and d.oid = r.from_obj
				and d.prosecdef) or r.from_class = 'pg_class'::regclass and exists (
		select from tables v where v.oid = r.from_obj and v.relkind = 'v' and not v.invoker))
), readers_of_anything as (
	select distinct r.id
	from readers r
	join bodies b on r.classid = 'pg_proc'::regclass and b.oid = r.objid and b.anything
)
select jsonb_build_object(
	'tables', (
		select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.relname,
			'view', t.relkind in ('v', 'm'),
			'readers', (
				select coalesce(jsonb_agg(x.id order by x.id), '[]')
				from (
					select r.id from readers r
					where r.classid = 'pg_class'::regclass and r.objid = t.oid
					union select id from readers_of_anything) x
				where x.id <> t.id),
			'owned_readers', (
				select coalesce(jsonb_agg(x.id order by x.id), '[]')
				from (
					select r.id from owners o
					join readers r on r.classid = o.classid and r.objid = o.objid
					where o.relid = t.oid
					union
					select r.id from readers r
					where r.classid = 'pg_class'::regclass and r.objid = t.oid and exists (
						select from client_roles c where pg_has_role(c.oid, t.relowner, 'USAGE'))
					union select id from readers_of_anything) x
				where x.id <> t.id),
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
	'column_grants', (
		select coalesce(jsonb_agg(to_jsonb(g) order by g."table", g.role, g.privilege), '[]')
		from (
			select "table", role, privilege,
				jsonb_agg(quote_ident(attname) order by attname) as columns
			from column_grants
			group by "table", role, privilege
		) g),
	'sequences', (
		select coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'relation', q.relname,
			'readers', (
				select coalesce(jsonb_agg(x.id order by x.id), '[]')
				from (
					select r.id from readers r
					where r.classid = 'pg_class'::regclass and r.objid = q.oid
					union select id from readers_of_anything) x),
			'grants', (
				select coalesce(jsonb_agg(z order by z.role), '[]')
				from (
					select case when a.grantee = 0 then 'PUBLIC'
							else quote_ident(pg_get_userbyid(a.grantee)) end as role,
						jsonb_agg(a.privilege_type) as privileges
					from aclexplode(q.relacl) a
					group by a.grantee
				) z)) order by q.id), '[]')
		from (
			select c.oid, c.relacl, format('%I.%I', s.nspname, c.relname) as id,
				-- Of the table that it numbers, if it numbers one.
				(select o.relname from pg_depend d join pg_class o on o.oid = d.refobjid
					where d.classid = 'pg_class'::regclass and d.objid = c.oid
						and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
					limit 1) as relname
			from pg_class c
			join scope s on s.oid = c.relnamespace
			where c.relkind = 'S' and not exists (
				select from extension e where e.classid = 'pg_class'::regclass and e.objid = c.oid)
		) q),
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
			'id', f.id,
			'definition', pg_get_functiondef(f.oid), 'source', f.prosrc,
			'language', l.lanname, 'returns', format_type(f.prorettype, null),
			'rows', f.proretset, 'definer', f.prosecdef,
			'open', exists (
				select from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
				left join pg_roles r on r.oid = a.grantee
				where a.grantee = 0 or r.rolname = $2),
			'owner', quote_ident(pg_get_userbyid(f.proowner)),
			'helper', exists (select from helpers h where h.oid = f.oid),
			'guards', (
				select coalesce(jsonb_agg(distinct h.guarded order by h.guarded), '[]')
				from helpers h
				where h.oid = f.oid),
			'readers', (
				select coalesce(jsonb_agg(x.id order by x.id), '[]')
				from (
					select r.id from readers r
					where r.classid = 'pg_proc'::regclass and r.objid = f.oid
					union select id from readers_of_anything) x),
			'arguments', (
				select coalesce(jsonb_agg(format_type(f.proargtypes[i], null) order by i), '[]')
				from generate_series(0, f.pronargs - 1) i)) order by f.plain, f.oid), '[]')
		from functions f
		join pg_language l on l.oid = f.prolang
		where f.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)),
	'roles', (
		select coalesce(jsonb_agg(quote_ident(rolname) order by rolname), '[]') from client_roles),
	'memberships', (
		-- Roles with rights that client roles do not have: exempt from policies, or owners. Who
		-- inherits nothing would have to SET ROLE, which an API never does.
		select coalesce(jsonb_agg(jsonb_build_object('role', quote_ident(r.rolname),
			'of', quote_ident(s.rolname)) order by r.rolname, s.rolname), '[]')
		from client_roles r
		join pg_roles s on s.oid <> r.oid and not s.rolsuper
			and (s.rolbypassrls or s.oid in (select relowner from tables))
		where r.rolinherit and not pg_has_role(r.oid, s.oid, 'MEMBER') and not pg_has_role(s.oid, r.oid, 'MEMBER')),
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
