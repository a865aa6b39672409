-- What every part of the audit stands on; each part is sent with this before it. Parameters:
-- $1 schemas, $2 client roles, $3 tenant column (null: none is known), $4 server version (null:
-- the server's own). Runs with an empty search_path, so that every printed name carries its schema.
with recursive arg as (
	select $1::text[] as schemas, $2::text[] as roles, $3::text as tenant, coalesce($4::integer,
		pg_catalog.current_setting('server_version_num')::integer) as version
), ns as (
	select oid, nspname from pg_namespace, arg where nspname = any (schemas)
), cr as (
	select r.oid, r.rolname from pg_roles r, arg where r.rolname = any (roles)
), rel as (
	select c.*, n.nspname, c.oid::regclass::text as name,
		case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
			when 'f' then 'foreign table' else 'table' end as kind
	from pg_class c join ns n on n.oid = c.relnamespace
	where c.relkind in ('r', 'p', 'v', 'm', 'f')
		and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass
			and d.objid = c.oid and d.deptype = 'e')
), tenant as (
	-- The tenant column of each relation that has it.
	select a.attrelid as relid, a.attnum, a.attnotnull, quote_ident(a.attname) as name,
		'(?<![\w"])' || regexp_replace(quote_ident(a.attname), '\W', '\\\&', 'g') || '(?![\w"(])' as pattern
	from rel r join pg_attribute a on a.attrelid = r.oid, arg
	where a.attname = arg.tenant and a.attnum > 0 and not a.attisdropped
), reach as (
	-- What a client role can really use: inherited and PUBLIC grants count, and so does a grant on
	-- one column; without USAGE on the schema nothing does.
	select r.oid as relid, cr.rolname, p.priv
	from rel r, cr, (values ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'),
		('REFERENCES'), ('TRIGGER')) as p(priv)
	where has_schema_privilege(cr.oid, r.relnamespace, 'USAGE')
		and (has_table_privilege(cr.oid, r.oid, p.priv)
			or p.priv in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
			and has_any_column_privilege(cr.oid, r.oid, p.priv))
), may as (
	select relid, string_agg(rolname || ' may ' || privs, '; ' order by rolname) as who,
		string_agg(quote_ident(rolname), ', ' order by rolname) as roles
	from (select relid, rolname, string_agg(priv, ', ' order by array_position(
			array['SELECT', 'INSERT', 'UPDATE', 'DELETE'], priv)) as privs
		from reach where priv in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
		group by relid, rolname) as one
	group by relid
), pol as (
	select p.*, r.name as relname, r.nspname, r.relname as bare, r.relrowsecurity,
		r.name || '.' || quote_ident(p.polname) as name,
		format('alter policy %I on %s', p.polname, r.name) as alteration,
		format('drop policy %I on %s;', p.polname, r.name) as removal,
		text.q, text.wc, concat_ws(' ', text.q, text.wc) as expr,
		case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE'
			when 'd' then 'DELETE' else 'ALL' end as cmd,
		0 = any (p.polroles) or exists (select from cr, unnest(p.polroles) as x
			where x <> 0 and pg_has_role(cr.oid, x, 'MEMBER')) as client,
		-- That there is a tenant is no look at which; nor is what a sub-query calls its column.
		t.name as tenant, t.pattern, regexp_replace(coalesce(text.q, ''),
			t.pattern || ' IS NOT NULL| AS ("[^"]+"|\w+)(?=\))', '', 'g') ~ t.pattern as q_tenant,
		regexp_replace(coalesce(text.wc, ''),
			t.pattern || ' IS NOT NULL| AS ("[^"]+"|\w+)(?=\))', '', 'g') ~ t.pattern as wc_tenant
	from pg_policy p join rel r on r.oid = p.polrelid left join tenant t on t.relid = p.polrelid
		cross join lateral (select
			regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\s+', ' ', 'g') as q,
			regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), '\s+', ' ', 'g') as wc) as text
), polcol as (
	-- Columns of the table itself that a policy reads.
	select p.oid as polid, p.polrelid as relid, a.attnum, quote_ident(a.attname) as name
	from pol p join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
			and d.refclassid = 'pg_class'::regclass and d.refobjid = p.polrelid
			and d.refobjsubid > 0
		join pg_attribute a on a.attrelid = p.polrelid and a.attnum = d.refobjsubid
	group by 1, 2, 3, 4
), pins as (
	-- Policies that tie the row to the user who asks.
	select oid as polid from pol where expr ~*
		'= \(*( ?select )?\(*((\w+|"[^"]+")\.(uid|user_id|current_user_id)\(\)|auth\.jwt\(\)|current_user\M|'
			'session_user\M|\(*current_setting\(''request\.jwt)'
		or expr ~* '((\w+|"[^"]+")\.(uid|user_id|current_user_id)\(\)|''sub''::text\)*(::uuid)?)( as \w+)?\)* = '
), body as (
	select f.*, n.nspname, f.oid::regprocedure::text as name,
		regexp_replace(lower(coalesce(pg_get_function_sqlbody(f.oid), f.prosrc)),
			'--[^\n]*', '', 'g') as src
	from pg_proc f join pg_namespace n on n.oid = f.pronamespace
	where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and f.prokind in ('f', 'p')
		and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass
			and d.objid = f.oid and d.deptype = 'e')
), fn as (
	select b.* from body b join ns n on n.oid = b.pronamespace
), calls as (
	-- A look at the text, one pass for each: function bodies are not in pg_depend.
	select distinct b.oid as caller, f.oid as callee
	from body b cross join regexp_matches(b.src,
			'(?:(\w+|"[^"]+")\.)?(\w+|"[^"]+")\s*\(', 'g') as m
		join body f on lower(f.proname) = btrim(m[2], '"') and f.oid <> b.oid
			and (m[1] is null or lower(f.nspname) = btrim(m[1], '"'))
), pfn as (
	-- Functions that a policy calls, itself or through others.
	select p.oid as polid, d.refobjid as fn, true as itself
	from pol p join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
		and d.refclassid = 'pg_proc'::regclass
	union
	select pfn.polid, calls.callee, false from pfn join calls on calls.caller = pfn.fn
), asks as (
	-- Functions that look at who calls, themselves or through others.
	select oid as fn from body where src ~
		'auth\.(uid|jwt|role|email)|current_setting|request\.jwt|session_user|current_user'
	union
	select calls.caller from asks join calls on calls.callee = asks.fn
), judged as (
	-- Policies that hand the row to a function which looks at who calls.
	select pfn.polid from pfn join asks on asks.fn = pfn.fn join pg_proc f on f.oid = pfn.fn
	where pfn.itself and f.pronargs > 0
), names as (
	-- Relations that a function's text reads or writes: after a word that a relation follows, or
	-- anywhere with its schema.
	select b.oid as fn, r.oid as relid
	from body b cross join regexp_matches(b.src,
			'\m(?:from|join|update|into|using)\s+\(*(?:only\s+)?(\w+|"[^"]+")(?!\s*\.|\w|")', 'g') as m
		join rel r on lower(r.relname) = btrim(m[1], '"')
	union
	select b.oid, r.oid
	from body b cross join regexp_matches(b.src, '(\w+|"[^"]+")\.(\w+|"[^"]+")', 'g') as m
		join rel r on lower(r.relname) = btrim(m[2], '"') and lower(r.nspname) = btrim(m[1], '"')
), source as (
	-- Tables that decide what a policy says: it reads them, or a function it calls does.
	select distinct p.oid as polid, d.refobjid as relid
	from pol p join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid
		and d.refclassid = 'pg_class'::regclass and d.refobjid <> p.polrelid
	union
	select pfn.polid, names.relid from pfn join names on names.fn = pfn.fn
), parent as (
	-- How a table without the column belongs to a tenant: through one of these columns.
	select c.conrelid as relid, c.conkey[1] as attnum, c.confrelid
	from pg_constraint c join tenant t on t.relid = c.confrelid
	where c.contype = 'f' and cardinality(c.conkey) = 1
		and not exists (select from tenant own where own.relid = c.conrelid)
)
