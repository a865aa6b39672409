-- C. Views, functions, triggers and rules: what runs with rights other than the caller's.
, callable as (
	select f.*, who.roles, who.list
	from fn f cross join lateral (select string_agg(quote_ident(cr.rolname), ', '
			order by cr.rolname) as list, string_agg(cr.rolname, ', ' order by cr.rolname) as roles
		from cr where has_function_privilege(cr.oid, f.oid, 'EXECUTE')
			and has_schema_privilege(cr.oid, f.pronamespace, 'USAGE')) as who
	where who.roles is not null and f.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
), definer as (
	select c.*, o.rolname as owner, exists (select from asks where asks.fn = c.oid) as asks,
		exists (select from names join rel r on r.oid = names.relid and r.relrowsecurity
			where names.fn = c.oid) or c.src ~ '\mexecute\M' as reads_protected
	from callable c join pg_roles o on o.oid = c.proowner where c.prosecdef
), invoker as (
	select r.oid from rel r where r.relkind = 'v' and coalesce((select bool_or(
		lower(option_value) in ('on', 'true', '1', 'yes'))
		from pg_options_to_table(r.reloptions) where option_name = 'security_invoker'), false)
)
select 'C1' as code, 'view' as kind, r.name as object,
	format('%s may read it, and the rows are what its owner %s may see',
		string_agg(x.rolname, ', ' order by x.rolname), pg_get_userbyid(r.relowner)) as detail,
	format('alter view %s set (security_invoker = true);', r.name) as fix
from rel r join reach x on x.relid = r.oid and x.priv = 'SELECT'
where r.relkind = 'v' and r.oid not in (select oid from invoker)
group by r.name, r.relowner
union all
select 'C14', 'view', r.name, format('%s through it, with the rights of its owner %s',
		string_agg(x.rolname || ' may ' || x.priv, ', ' order by x.rolname, x.priv),
		pg_get_userbyid(r.relowner)),
	format(E'alter view %s set (security_invoker = true);\nrevoke insert, update, delete on %1$s from %s;',
		r.name, string_agg(distinct quote_ident(x.rolname), ', '))
from rel r join reach x on x.relid = r.oid and x.priv in ('INSERT', 'UPDATE', 'DELETE')
where r.relkind = 'v' and r.oid not in (select oid from invoker)
	and pg_relation_is_updatable(r.oid, true) <> 0
group by r.name, r.relowner
union all
select 'C2', 'materialized view', r.name, string_agg(x.rolname, ', ' order by x.rolname)
		|| ' may read it: a copy of the rows, made with its owner''s rights',
	format('revoke all on %s from %s, public;', r.name, string_agg(quote_ident(x.rolname), ', '
		order by x.rolname))
from rel r join reach x on x.relid = r.oid and x.priv = 'SELECT'
where r.relkind = 'm' group by r.name
union all
select case when d.asks or not d.reads_protected then 'C3'
		when d.pronargs = 0 then 'C9' else 'C10' end, 'function', d.name,
	format('%s may call it, it runs as %s%s', d.roles, d.owner, case
		when d.asks then ', and looks itself at who calls'
		when not d.reads_protected then ''
		when d.pronargs = 0 then ', and never looks at who calls: everybody gets the same'
		else ', and never looks at who calls: it does what its arguments say' end),
	case when d.asks or not d.reads_protected
		then format('revoke execute on function %s from public, %s; -- unless it must be', d.name, d.list)
		else format(E'alter function %s security invoker;\n-- or: revoke execute on function %1$s from public, %s;',
			d.name, d.list) end
from definer d
union all
select 'C4', 'function', f.name, format('SECURITY DEFINER as %s, and names in it are looked up where '
		'the caller says', pg_get_userbyid(f.proowner)),
	format('alter function %s set search_path = '''';', f.name)
from fn f where f.prosecdef and not exists (select from unnest(f.proconfig) as c
	where c like 'search_path=%')
union all
select 'C18', 'function', f.name, format('search_path is %s: a temporary table of the caller comes before '
		'every table in it', path.is),
	format('alter function %s set search_path = %s, pg_temp;', f.name, path.is)
from fn f cross join lateral (select substr(c, 13) as is from unnest(f.proconfig) as c
		where c like 'search_path=%') as path
where f.prosecdef and path.is not in ('', '""') and path.is !~ '\mpg_temp"?\s*$'
	and exists (select from cr
		where has_database_privilege(cr.oid, current_database(), 'TEMPORARY'))
union all
select 'C5', 'function', f.name, 'LEAKPROOF: it may be handed rows before the policies have judged '
		'them', format('alter function %s not leakproof;', f.name)
from fn f where f.proleakproof
union all
select 'C6', 'policy', p.name, format('calls %s, which %s may not execute: their statements end in 42501',
		f.name, string_agg(cr.rolname, ', ' order by cr.rolname)),
	format('grant execute on function %s to %s;', f.name, string_agg(quote_ident(cr.rolname), ', '
		order by cr.rolname))
from pfn join pol p on p.oid = pfn.polid and pfn.itself join body f on f.oid = pfn.fn
	join cr on (0 = any (p.polroles) or exists (select from unnest(p.polroles) as x
		where x <> 0 and pg_has_role(cr.oid, x, 'MEMBER')))
		and exists (select from reach where relid = p.polrelid and reach.rolname = cr.rolname)
where not has_function_privilege(cr.oid, f.oid, 'EXECUTE')
group by p.name, f.name
union all
select 'C7', 'policy', p.name, format('calls %s, which is VOLATILE: once for each row, and no index '
		'helps', f.name), format('alter function %s stable;', f.name)
from pfn join pol p on p.oid = pfn.polid and pfn.itself join body f on f.oid = pfn.fn
where f.provolatile = 'v'
union all
select 'C8', 'trigger', c.name || '.' || quote_ident(t.tgname), format('%s runs as %s, past the '
		'policies for the caller', f.name, pg_get_userbyid(f.proowner)),
	format('alter function %s security invoker; -- unless it writes what callers must not', f.name)
from pg_trigger t join rel c on c.oid = t.tgrelid join body f on f.oid = t.tgfoid
where not t.tgisinternal and f.prosecdef
union all
select 'C11', 'function', f.name, format('policy %s calls it, and names in it are looked up where the '
		'caller says', min(p.name)), format('alter function %s set search_path = '''';', f.name)
from fn f join pfn on pfn.fn = f.oid join pol p on p.oid = pfn.polid
where not f.prosecdef and not exists (select from unnest(f.proconfig) as c
		where c like 'search_path=%')
	-- A body that was parsed when it was made, and one that names nothing, look nothing up.
	and f.prosqlbody is null and f.src ~ '\m(from|join)\M|\w+\.\w+\('
group by f.name
union all
select 'C12', 'function', f.name, 'switches row security for what it runs: '
		|| coalesce((select c from unnest(f.proconfig) as c where c ~* '^(row_security|role)='),
			'in its text'), format('alter function %s reset row_security;', f.name)
from fn f where exists (select from unnest(f.proconfig) as c where c ~* '^(row_security|role)=')
	or f.src ~ '\mrow_security\M|set_config\(\s*''role''|\mset\s+(local\s+)?role\M'
union all
select 'C13', 'function', f.name, 'SECURITY DEFINER, and puts text together that it then executes',
	format('use format() with %%I and %%L, or EXECUTE ... USING, in %s', f.name)
from fn f where f.prosecdef and f.src ~ '\mexecute\M[^;]*(\|\||%s)'
union all
select 'C15', 'rule', r.name || '.' || quote_ident(w.rulename), 'a rewrite rule: what it does instead '
		'is done with the rights of the table''s owner',
	format('drop rule %I on %s; -- a trigger runs as the caller', w.rulename, r.name)
from pg_rewrite w join rel r on r.oid = w.ev_class
where w.rulename <> '_RETURN' and r.relkind in ('r', 'p', 'v')
union all
select 'C16', 'function', f.name, 'everybody may call it, because PostgreSQL says so when nobody says '
		'otherwise',
	format('revoke execute on function %s from public;', f.name)
from callable f
where f.prokind = 'f' and f.provolatile = 'v' and (f.proacl is null
	or exists (select from aclexplode(f.proacl) a where a.grantee = 0))
union all
select 'C17', 'trigger', r.name || '.' || quote_ident(t.tgname), format('%s is not called: what it '
		'refused or wrote is refused and written no more', t.tgfoid::regprocedure),
	format('alter table %s enable trigger %I;', r.name, t.tgname)
from pg_trigger t join rel r on r.oid = t.tgrelid
where not t.tgisinternal and t.tgenabled in ('D', 'R') and r.relrowsecurity
union all
-- A plan holds what it returned when the plan was made, for whoever comes next.
select 'C20', 'function', b.name, format('looks at who calls, and is declared IMMUTABLE; by it go %s',
		string_agg(distinct p.name, ', ')),
	format('alter function %s stable;', b.name)
from pfn join pol p on p.oid = pfn.polid join body b on b.oid = pfn.fn join asks on asks.fn = b.oid
where b.provolatile = 'i' group by b.name
union all
select 'C19', 'function', f.name, format('%s may call it, and it sets %s, by which policies go', f.roles,
		coalesce(string_agg(distinct m[1], ', '), 'what its caller names')),
	format('revoke execute on function %s from public, %s; -- the service sets who calls', f.name, f.list)
from callable f cross join regexp_matches(f.src, 'set_config\(\s*(?:''([^'']+)''|\w)|'
	'\mset\s+(?:local\s+|session\s+)?\w+\.\w+', 'g') as m
where m[1] is null or m[1] ~ '^request\.' or exists (select from body b
		where b.oid in (select fn from pfn) and strpos(b.src, '''' || m[1] || '''') > 0)
	or exists (select from pol p where strpos(lower(p.expr), '''' || m[1] || '''') > 0)
group by f.name, f.roles, f.list
