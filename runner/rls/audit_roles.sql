-- D. Roles, grants and the doors beside the policies; E. the server.
select 'D1' as code, 'role' as kind, quote_ident(cr.rolname) as object,
	format('%s%s: no policy holds for it', case when x.rolsuper then 'is superuser'
		else 'has BYPASSRLS' end, case when x.oid <> cr.oid then ' through '
		|| quote_ident(x.rolname) else '' end) as detail,
	case when x.oid = cr.oid then format('alter role %I nosuperuser nobypassrls;', cr.rolname)
		else format('revoke %I from %I;', x.rolname, cr.rolname) end as fix
from cr join pg_roles x on (x.rolsuper or x.rolbypassrls) and pg_has_role(cr.oid, x.oid, 'MEMBER')
	and (x.oid = cr.oid or not (select rolsuper from pg_roles where oid = cr.oid))
union all
select 'D2', r.kind, r.name, format('%s owns it: may alter it, drop its policies, and passes them '
		'without FORCE', string_agg(cr.rolname, ', ' order by cr.rolname)),
	format('alter %s %s owner to ...; -- a role nobody logs in as', r.kind, r.name)
from rel r join cr on pg_has_role(cr.oid, r.relowner, 'MEMBER')
	and not exists (select from pg_roles where oid = cr.oid and rolsuper)
group by r.kind, r.name
union all
select 'D3', r.kind, r.name, format('PUBLIC holds %s: every role there is and will be',
		string_agg(a.privilege_type, ', ' order by a.privilege_type)),
	format('revoke all on %s from public;', r.name)
from rel r, aclexplode(r.relacl) as a where a.grantee = 0 group by r.kind, r.name
union all
select 'D4', 'default privileges', format('%s of %s', coalesce(quote_ident(d.schema), '*'), d.owner),
	format('every new %s is handed to %s', d.one, string_agg(d.grantee || ' (' || d.privileges || ')',
		', ' order by d.grantee)),
	format('alter default privileges for role %s%s revoke all on %s from %s;', d.owner,
		' in schema ' || quote_ident(d.schema), d.many, string_agg(d.grantee, ', '
		order by d.grantee))
from (select d.oid, n.nspname as schema, quote_ident(pg_get_userbyid(d.defaclrole)) as owner,
		k.one, k.many, case a.grantee when 0 then 'PUBLIC'
			else quote_ident(pg_get_userbyid(a.grantee)) end as grantee,
		string_agg(a.privilege_type, ', ' order by a.privilege_type) as privileges
	from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace
		join (values ('r', 'table', 'tables'), ('S', 'sequence', 'sequences'),
			('f', 'function', 'functions'), ('T', 'type', 'types'), ('n', 'schema', 'schemas'))
			as k(type, one, many) on k.type = d.defaclobjtype::text,
		aclexplode(d.defaclacl) as a
	where (a.grantee = 0 and d.defaclobjtype in ('r', 'S') or a.grantee in (select oid from cr))
		and (d.defaclnamespace = 0 or d.defaclnamespace in (select oid from ns))
	group by d.oid, n.nspname, d.defaclrole, k.one, k.many, a.grantee) as d
group by d.oid, d.schema, d.owner, d.one, d.many
union all
select 'D5', 'schema', quote_ident(ns.nspname), format('%s may create objects in it: a table or '
		'function of theirs can stand before yours', string_agg(cr.rolname, ', '
		order by cr.rolname)),
	format('revoke create on schema %I from %s, public;', ns.nspname,
		string_agg(quote_ident(cr.rolname), ', ' order by cr.rolname))
from ns, cr where has_schema_privilege(cr.oid, ns.oid, 'CREATE') group by ns.nspname
union all
select 'D6', 'index', i.indexrelid::regclass::text, format('unique over all tenants: on %s a 23505 '
		'tells that another one has the value', r.name),
	format('create unique index on %s (%s, %s);', r.name, t.name, (select string_agg(
		pg_get_indexdef(i.indexrelid, k, true), ', ' order by k)
		from generate_series(1, i.indnkeyatts) as k))
from pg_index i join rel r on r.oid = i.indrelid join tenant t on t.relid = r.oid
where i.indisunique and not i.indisprimary and r.relrowsecurity and not t.attnum = any (i.indkey)
	and exists (select from reach where relid = r.oid and priv in ('INSERT', 'UPDATE'))
	and exists (select from pol where pol.polrelid = r.oid and pol.client and pol.polpermissive
		and pol.polcmd in ('a', 'w', '*'))
union all
select 'D7', 'constraint', r.name || '.' || quote_ident(c.conname), format('names a row of %s without '
		'its %s: a row that %s may write can point into another tenant',
		c.confrelid::regclass, t.name, string_agg(distinct x.rolname, ', ')),
	format('alter table %s add foreign key (%s, %s) references %s (%s, ...);', r.name, t.name,
		(select string_agg(quote_ident(a.attname), ', ') from pg_attribute a
			where a.attrelid = r.oid and a.attnum = any (c.conkey)), c.confrelid::regclass, f.name)
from pg_constraint c join rel r on r.oid = c.conrelid join tenant t on t.relid = c.conrelid
	join tenant f on f.relid = c.confrelid
	join reach x on x.relid = c.conrelid and x.priv in ('INSERT', 'UPDATE')
where c.contype = 'f' and not t.attnum = any (c.conkey) and not f.attnum = any (c.confkey)
	and exists (select from pol where pol.polrelid = c.conrelid and pol.client
		and pol.polpermissive and pol.polcmd in ('a', 'w', '*'))
group by r.oid, r.name, c.oid, c.conname, c.conkey, c.confrelid, t.name, f.name
union all
select 'D8', 'constraint', r.name || '.' || quote_ident(c.conname), format('ON DELETE %s is done as the '
		'table''s owner, past the policies of %s', case c.confdeltype when 'c' then 'CASCADE'
		when 'n' then 'SET NULL' else 'SET DEFAULT' end, r.name),
	'let the policies for DELETE on ' || c.confrelid::regclass || ' be as strict as those here'
from pg_constraint c join rel r on r.oid = c.conrelid
	join reach x on x.relid = c.confrelid and x.priv = 'DELETE'
where c.contype = 'f' and c.confdeltype in ('c', 'n', 'd') and r.relrowsecurity
	and exists (select from rel k where k.oid = c.confrelid and (not k.relrowsecurity
		or exists (select from pol where pol.polrelid = k.oid and pol.client
			and pol.polpermissive and pol.polcmd in ('d', '*'))))
group by r.name, c.conname, c.confdeltype, c.confrelid
union all
select 'D9', 'sequence', s.oid::regclass::text, string_agg(cr.rolname || ' may ' || case p.priv
		when 'SELECT' then 'read how many rows there were' else 'set it' end, ', '
		order by cr.rolname, p.priv),
	format('revoke all on sequence %s from %s; grant usage on sequence %1$s to %2$s;',
		s.oid::regclass, string_agg(distinct quote_ident(cr.rolname), ', '))
from pg_class s join ns on ns.oid = s.relnamespace, cr, (values ('SELECT'), ('UPDATE')) as p(priv)
where s.relkind = 'S' and has_schema_privilege(cr.oid, ns.oid, 'USAGE')
	and has_sequence_privilege(cr.oid, s.oid, p.priv)
group by s.oid
union all
-- One index that begins with a column the policy compares is enough.
select 'D10', 'table', bare.relname, format('no index begins with %s, by which %s choose rows: every '
		'statement reads those of all tenants', string_agg(distinct bare.columns, ' or '),
		string_agg(distinct quote_ident(bare.polname), ', ')),
	format('create index on %s (%s);', bare.relname, coalesce(min(bare.tenant)
		filter (where bare.has_tenant), min(bare.first)))
from (select p.oid, p.relname, p.polname, p.tenant, string_agg(c.name, ' or ' order by c.name)
			filter (where c.compared) as columns, min(c.name) filter (where c.compared) as first,
		bool_or(c.compared and c.name = p.tenant) as has_tenant
	from pol p join (select k.polid, k.attnum, k.name, p.q ~ ('(?<![\w"])'
				|| regexp_replace(k.name, '\W', '\\\&', 'g') || '\)? = ') as compared
			from polcol k join pol p on p.oid = k.polid) as c on c.polid = p.oid
		left join (select distinct indrelid, indkey[0] as attnum from pg_index) as i
			on i.indrelid = p.polrelid and i.attnum = c.attnum
		join pg_class r on r.oid = p.polrelid and r.relkind in ('r', 'p')
	where p.client and p.polpermissive
	group by p.oid, p.relname, p.polname, p.tenant
	having bool_or(c.compared) and not bool_or(i.indrelid is not null)) as bare
group by bare.relname
union all
select 'D11', 'table', r.name, format('publication %s sends its rows to whoever listens, and row-level '
		'security is off', string_agg(quote_ident(t.pubname), ', ' order by t.pubname)),
	format('alter table %s enable row level security;', r.name)
from pg_publication_tables t join rel r on r.nspname = t.schemaname and r.relname = t.tablename
where not r.relrowsecurity group by r.name
union all
select 'D12', 'role', quote_ident(cr.rolname), 'is a member of ' || string_agg(x.rolname, ', '
		order by x.rolname),
	format('revoke %s from %I;', string_agg(quote_ident(x.rolname), ', ' order by x.rolname),
		cr.rolname)
from cr join pg_roles x on x.rolname in ('pg_read_all_data', 'pg_write_all_data',
	'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files', 'pg_monitor',
	'pg_read_all_stats', 'pg_read_all_settings', 'pg_stat_scan_tables', 'pg_maintain')
	and pg_has_role(cr.oid, x.oid, 'MEMBER')
	and not (select rolsuper from pg_roles where oid = cr.oid)
group by cr.rolname
union all
select 'D13', r.kind, r.name, 'anon may ' || string_agg(x.priv, ', ' order by x.priv)
		|| ' as far as the policies let it', format('revoke insert, update, delete on %s from anon;',
		r.name)
from rel r join reach x on x.relid = r.oid and x.rolname = 'anon'
	and x.priv in ('INSERT', 'UPDATE', 'DELETE')
where r.relkind in ('r', 'p') and r.relrowsecurity group by r.kind, r.name
union all
select 'D14', r.kind, r.name, string_agg(cr.rolname || ' may pass on ' || a.privilege_type, ', '
		order by cr.rolname, a.privilege_type),
	format('revoke grant option for all on %s from %s cascade;', r.name,
		string_agg(distinct quote_ident(cr.rolname), ', '))
from rel r, aclexplode(r.relacl) as a join cr on cr.oid = a.grantee
where a.is_grantable and a.grantee <> r.relowner group by r.kind, r.name
union all
select 'D15', 'role', quote_ident(cr.rolname), 'has ' || concat_ws(', ',
		case when x.rolcreaterole then 'CREATEROLE' end, case when x.rolcreatedb then 'CREATEDB' end,
		case when x.rolreplication then 'REPLICATION' end),
	format('alter role %I nocreaterole nocreatedb noreplication;', cr.rolname)
from cr join pg_roles x on x.oid = cr.oid
where (x.rolcreaterole or x.rolcreatedb or x.rolreplication) and not x.rolsuper
union all
select 'D16', 'role', quote_ident(l.rolname), format('logs in, becomes the client roles, and holds '
		'without asking what %s holds', string_agg(quote_ident(s.rolname), ', ' order by s.rolname)),
	format('alter role %I noinherit;', l.rolname)
from pg_roles l join pg_roles s on s.rolbypassrls and s.oid <> l.oid
	and pg_has_role(l.oid, s.oid, 'USAGE')
where l.rolcanlogin and not l.rolsuper and exists (select from cr
	where cr.oid <> l.oid and pg_has_role(l.oid, cr.oid, 'MEMBER'))
group by l.rolname
union all
select 'D19', 'extension', 'extension ' || quote_ident(e.extname), format('is in schema %s, which %s '
		'may use', quote_ident(n.nspname), string_agg(cr.rolname, ', ' order by cr.rolname)),
	format('create schema if not exists extensions; alter extension %I set schema extensions;',
		e.extname)
from pg_extension e join ns n on n.oid = e.extnamespace, cr
where has_schema_privilege(cr.oid, n.oid, 'USAGE')
group by e.extname, n.nspname
union all
select 'D17', min(door.kind), min(door.kind) || ' ' || quote_ident(door.name), format('%s may call %s of its '
		'functions, which reach beyond this database and its policies',
		string_agg(distinct cr.rolname, ', '), count(distinct f.oid)),
	format('revoke execute on function %s, ... from public, %s;', min(f.oid::regprocedure::text),
		string_agg(distinct quote_ident(cr.rolname), ', '))
from pg_proc f join pg_language l on l.oid = f.prolang
	left join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = f.oid and d.deptype = 'e'
	left join pg_extension e on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass
	cross join lateral (select case when not l.lanpltrusted and l.lanname not in ('internal', 'c')
			then 'language' else 'extension' end as kind,
		case when not l.lanpltrusted and l.lanname not in ('internal', 'c') then l.lanname
			when e.extname in ('dblink', 'http', 'pg_net', 'adminpack', 'pg_cron')
			then e.extname end as name) as door, cr
where door.name is not null and f.prorettype <> 'trigger'::regtype
	and has_function_privilege(cr.oid, f.oid, 'EXECUTE')
	and has_schema_privilege(cr.oid, f.pronamespace, 'USAGE')
group by door.name
union all
-- Whatever the schemas that were asked for: nobody means this one to be read.
select 'D18', case c.relkind when 'v' then 'view' else 'table' end, c.oid::regclass::text,
	string_agg(distinct cr.rolname, ', ') || ' may reach it: accounts, hashed passwords and tokens '
		'are kept in schema auth',
	format('revoke all on %s from %s, public;', c.oid::regclass,
		string_agg(distinct quote_ident(cr.rolname), ', '))
from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'auth', cr
where c.relkind in ('r', 'p', 'v', 'm') and has_schema_privilege(cr.oid, n.oid, 'USAGE')
	and (has_any_column_privilege(cr.oid, c.oid, 'SELECT, INSERT, UPDATE')
		or has_table_privilege(cr.oid, c.oid, 'DELETE, TRUNCATE'))
	and not (c.relrowsecurity and not exists (select from pg_policy where polrelid = c.oid))
group by c.oid, c.relkind
union all
select 'E1', 'server', 'PostgreSQL ' || arg.version / 10000 || '.' || arg.version % 10000,
	format('%s: %s (fixed in %s.%s)', flaw.cve, flaw.what, flaw.major, flaw.minor),
	format('upgrade to %s.%s or later', flaw.major, flaw.minor)
from arg join (values
	('CVE-2023-2455', 'a policy may be applied for the wrong user after inlining', 11, 20),
	('CVE-2023-2455', 'a policy may be applied for the wrong user after inlining', 12, 15),
	('CVE-2023-2455', 'a policy may be applied for the wrong user after inlining', 13, 11),
	('CVE-2023-2455', 'a policy may be applied for the wrong user after inlining', 14, 8),
	('CVE-2023-2455', 'a policy may be applied for the wrong user after inlining', 15, 3),
	('CVE-2023-39418', 'MERGE does not enforce UPDATE and SELECT policies', 15, 4),
	('CVE-2024-4317', 'statistics of other users'' tables can be read', 14, 12),
	('CVE-2024-4317', 'statistics of other users'' tables can be read', 15, 7),
	('CVE-2024-4317', 'statistics of other users'' tables can be read', 16, 3),
	('CVE-2024-10976', 'a plan that was made for one role is used for another', 12, 21),
	('CVE-2024-10976', 'a plan that was made for one role is used for another', 13, 17),
	('CVE-2024-10976', 'a plan that was made for one role is used for another', 14, 14),
	('CVE-2024-10976', 'a plan that was made for one role is used for another', 15, 9),
	('CVE-2024-10976', 'a plan that was made for one role is used for another', 16, 5),
	('CVE-2024-10976', 'a plan that was made for one role is used for another', 17, 1),
	('CVE-2025-8713', 'statistics tell values of rows that policies hide', 13, 22),
	('CVE-2025-8713', 'statistics tell values of rows that policies hide', 14, 19),
	('CVE-2025-8713', 'statistics tell values of rows that policies hide', 15, 14),
	('CVE-2025-8713', 'statistics tell values of rows that policies hide', 16, 10),
	('CVE-2025-8713', 'statistics tell values of rows that policies hide', 17, 6)
) as flaw(cve, what, major, minor)
	on arg.version / 10000 = flaw.major and arg.version % 10000 < flaw.minor
union all
select 'E2', 'server', 'PostgreSQL ' || arg.version / 10000 || '.' || arg.version % 10000,
	'older than 15: views cannot run with the rights of their caller (security_invoker)',
	'upgrade to 15 or later'
from arg where arg.version < 150000
union all
select 'E3', 'role', quote_ident(r.rolname), format('%s is set for it: %s', split_part(c, '=', 1), case
		when c like 'row_security=%' then 'statements fail instead of being filtered'
		else 'triggers do not fire' end),
	format('alter role %I reset %s;', r.rolname, split_part(c, '=', 1))
from pg_db_role_setting s join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) as c
where (c ~ '^row_security=(off|false|0|no)' or c ~ '^session_replication_role=replica')
	and (s.setrole in (select oid from cr) or r.rolcanlogin and exists (select from cr
		where pg_has_role(r.oid, cr.oid, 'MEMBER')))
	and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
