-- B. Policies: what their expressions say, and forget.
, fold as (
	-- Conditions with an OR, from the innermost brackets outwards: each pair becomes `yes` when what
	-- stands in it looks at the tenant or asks a function of ours, else `no`; of what is OR-ed, all must.
	select p.oid as polid, side.word, p.pattern, regexp_replace(regexp_replace(side.text,
		'''([^'']|'''')*''', '0', 'g'), p.pattern || ' IS NOT NULL', 'no', 'g') as text
	from pol p, (values ('USING'), ('WITH CHECK')) as w(word)
		cross join lateral (select w.word, case w.word when 'USING' then p.q else p.wc end as text) as side
	where p.polpermissive and p.client and p.tenant is not null and side.text ~ ' OR '
	union all
	select f.polid, f.word, f.pattern, regexp_replace(f.text, '[\w.]*\([^()]*\)', case
		when one.m[1] ~ '\.' or one.m[2] ~* '^\s*SELECT\M' then ' yes ' else coalesce((select
			case when bool_and(piece ~ f.pattern or piece ~ '\myes\M') then ' yes ' else ' no ' end
			from regexp_split_to_table(one.m[2], ' OR ') as piece), ' no ') end)
	from fold f cross join lateral (select regexp_match(f.text, '([\w.]*)\(([^()]*)\)') as m) as one
	where one.m is not null
), or_true as (
	-- "IS NOT TRUE OR", "flag = true OR" and "coalesce(flag, true) OR" are something else.
	select oid from pol where expr ~* ('\mOR\s+\(*true\M(?!\s*(=|<>|IS\M))'
		'|(?<!\mIS |\mNOT |= |<> |, )\mtrue\)*\s+OR\M')
), alone as (
	-- Policies for UPDATE that no other permissive one stands beside.
	select oid from pol p where not exists (select from pol o where o.polrelid = p.polrelid
		and o.oid <> p.oid and o.polpermissive and o.client and o.polcmd in ('w', '*'))
), setting as (
	-- Settings by which policies, or functions that they call, judge.
	select p.oid as polid, 'policy' as kind, p.name, lower(p.expr) as text, m[1] as name_of
	from pol p cross join regexp_matches(lower(p.expr), 'current_setting\(''([^'']+)''', 'g') as m
	union
	select pfn.polid, 'function', b.name, b.src, m[1]
	from pfn join body b on b.oid = pfn.fn
		cross join regexp_matches(b.src, 'current_setting\(\s*''([^'']+)''', 'g') as m
)
select 'B1' as code, 'policy' as kind, p.name as object,
	format('%s: %s lets every row through', p.cmd, case
		when regexp_replace(coalesce(p.q, ''), '[() ]', '', 'g') in ('true', '1=1')
			and p.polcmd <> 'a' then format('USING (%s)', p.q)
		else format('WITH CHECK (%s)', p.wc) end) as detail,
	format('%s %s (%s = (select ...) and ...);', p.alteration,
		case p.polcmd when 'a' then 'with check' else 'using' end,
		coalesce(p.tenant, 'tenant')) as fix
from pol p, arg
where p.polpermissive and p.client
	and (regexp_replace(coalesce(p.q, ''), '[() ]', '', 'g') in ('true', '1=1')
		or regexp_replace(coalesce(p.wc, ''), '[() ]', '', 'g') in ('true', '1=1'))
	-- Rows that are nobody's may be everybody's to read: B25.
	and not (p.polcmd = 'r' and arg.tenant is not null and p.tenant is null
		and not exists (select from parent where relid = p.polrelid))
union all
select 'B25', 'policy', p.name, 'every row may be read; no column says whose it is',
	p.removal || ' -- unless this is reference data for everybody'
from pol p, arg
where p.polpermissive and p.client and p.polcmd = 'r' and arg.tenant is not null
	and p.tenant is null and regexp_replace(p.q, '[() ]', '', 'g') in ('true', '1=1')
	and not exists (select from parent where relid = p.polrelid)
union all
select 'B2', 'policy', p.name, 'the other conditions do not matter: ' || p.expr,
	format('%s using (...); -- without OR true', p.alteration)
from pol p join or_true on or_true.oid = p.oid
union all
select 'B3', 'policy', p.name, format('%s: asks who calls and nothing about the row: %s', p.cmd,
		p.expr),
	format('%s %s (%s = (select ...) and ...);', p.alteration,
		case p.polcmd when 'a' then 'with check' else 'using' end, coalesce(p.tenant, 'tenant'))
from pol p
where p.polpermissive and p.client and p.expr <> ''
	and regexp_replace(p.expr, '[() ]', '', 'g') not in ('true', '1=1', 'truetrue')
	and not exists (select from polcol c where c.polid = p.oid)
union all
select 'B4', 'policy', p.name, format('USING looks at %s, WITH CHECK does not: a row can be moved '
		'to another tenant: %s', p.tenant, p.wc),
	format('%s with check (%s = (select ...) and ...);', p.alteration, p.tenant)
from pol p
where p.polpermissive and p.client and p.polcmd in ('w', '*') and p.q_tenant
	and p.wc is not null and not p.wc_tenant
union all
select 'B5', 'policy', p.name, format('%s: permissive, and for PUBLIC: for anon, and for every role '
		'there will be', p.cmd),
	format('%s to %s;', p.alteration, coalesce((select string_agg(quote_ident(rolname), ', '
		order by rolname) from cr where rolname <> 'anon'), 'authenticated'))
from pol p where p.polpermissive and 0 = any (p.polroles)
union all
select 'B6', 'policy', p.name, 'believes user_metadata, which users write themselves: ' || p.expr,
	'read the value from a table that only the service writes, or from app_metadata'
from pol p where p.expr ~* 'user_meta_?data'
union all
select 'B6', 'function', b.name, format('believes user_metadata, which users write themselves; by it '
		'go %s', string_agg(distinct p.name, ', ')),
	'read the value from a table that only the service writes, or from app_metadata'
from body b join pfn on pfn.fn = b.oid join pol p on p.oid = pfn.polid
where b.src ~ 'user_meta_?data' group by b.name
union all
select 'B7', 'policy', p.name, 'lets through whoever has no claims: ' || p.expr,
	format('%s using (... is not null and ...);', p.alteration)
from pol p
where p.expr ~* ('(current_setting\([^)]*\)|(\w+|"[^"]+")\.(\w+|"[^"]+")\(\))'
	'( ->>? ''\w+''::text)?( AS (\w+|"[^"]+"))?[) ]*(::\w+[) ]*)* IS NULL')
union all
select 'B8', 'policy', p.name, 'reads its own table: every statement ends in 42P17',
	'move the sub-query into a SECURITY DEFINER function with a fixed search_path'
from pol p
where p.expr ~* ('\m(FROM|JOIN)\s+\(*' || regexp_replace(p.relname, '\W', '\\\&', 'g') || '(\W|$)')
union all
select 'B9', 'policy', a.name, format('reads %s, whose policy %s reads this table: 42P17', b.relname,
		quote_ident(b.polname)),
	'let one of the two ask a SECURITY DEFINER function with a fixed search_path'
from pol a join pol b on b.polrelid <> a.polrelid
where exists (select from pg_depend d where d.classid = 'pg_policy'::regclass
		and d.objid = a.oid and d.refobjid = b.polrelid)
	and exists (select from pg_depend d where d.classid = 'pg_policy'::regclass
		and d.objid = b.oid and d.refobjid = a.polrelid)
union all
select 'B10', 'policy', p.name, format('%s() is called for each row', (regexp_match(p.bare_expr,
		'(\w+\.\w+(?=\(\))|current_setting)', 'i'))[1]),
	format('%s using (... = (select ...())); -- a scalar sub-query runs once', p.alteration)
from (select *, regexp_replace(expr, '\(\s*SELECT [^()]*\([^()]*\)[^()]*\)', '', 'gi') as bare_expr
	from pol) as p
where p.bare_expr ~* '\w+\.\w+\(\)|\mcurrent_setting\('
union all
select 'B11', 'table', min(p.relname), format('%s: %s policies are OR-ed, and so are USING and WITH '
		'CHECK, each for itself: %s', case c.cmd when 'r' then 'SELECT' when 'a' then 'INSERT'
		when 'w' then 'UPDATE' else 'DELETE' end, count(*),
		string_agg(quote_ident(p.polname), ', ' order by p.polname)),
	'make them one policy, or one of them restrictive'
from pol p, unnest(case p.polcmd when '*' then array['r', 'a', 'w', 'd']::"char"[]
	else array[p.polcmd] end) as c(cmd)
where p.polpermissive and p.client
group by p.polrelid, c.cmd having count(*) > 1
union all
select 'B12', 'policy', p.name, format('names one user or tenant by id: %s', (regexp_match(p.expr,
		'''([0-9a-f]{8}-[0-9a-f-]{27})'''))[1]),
	'take the id out; whom it lets in belongs into a table'
from pol p where p.expr ~ '''[0-9a-f]{8}-[0-9a-f-]{27}'''
union all
select 'B12', 'function', b.name, format('names one user or tenant by id: %s; by it go %s',
		(regexp_match(b.src, '''([0-9a-f]{8}-[0-9a-f-]{27})'''))[1],
		string_agg(distinct p.name, ', ')),
	'take the id out; whom it lets in belongs into a table'
from body b join pfn on pfn.fn = b.oid join pol p on p.oid = pfn.polid
where b.src ~ '''[0-9a-f]{8}-[0-9a-f-]{27}''' group by b.name, b.src
union all
select 'B13', 'policy', p.name, 'asks for the database role, and behind a pool or an API everybody '
		'has the same: ' || p.expr,
	format('%s using (... = (select auth.uid()));', p.alteration)
from pol p where p.expr ~* '\m(CURRENT_USER|SESSION_USER|CURRENT_ROLE)\M'
union all
select 'B14', 'policy', p.name, 'current_setting without missing_ok: without claims every statement '
		'ends in 42704',
	format('%s using (... = current_setting(''...'', true));', p.alteration)
from pol p where p.expr ~ 'current_setting\(''[^'']+''::text\)'
union all
select 'B15', 'policy', p.name, 'restrictive, and restricts nothing', p.removal
from pol p
where not p.polpermissive and coalesce(p.q, 'true') = 'true' and coalesce(p.wc, 'true') = 'true'
union all
select 'B28', 'policy', p.name, format('%s: %s lets no row through', p.cmd, case
		when regexp_replace(coalesce(p.q, ''), '[() ]', '', 'g') in ('false', '1=0', '0=1')
		then format('USING (%s)', p.q) else format('WITH CHECK (%s)', p.wc) end), p.removal
from pol p
where p.client and (regexp_replace(coalesce(p.q, ''), '[() ]', '', 'g') in ('false', '1=0', '0=1')
	or regexp_replace(coalesce(p.wc, ''), '[() ]', '', 'g') in ('false', '1=0', '0=1'))
union all
select 'B29', 'policy', p.name, format('%s: says what %s says', p.cmd, quote_ident(min(o.polname))),
	p.removal
from pol p join pol o on o.polrelid = p.polrelid and o.polname < p.polname and o.polcmd = p.polcmd
	and o.polpermissive = p.polpermissive and o.polroles @> p.polroles and o.polroles <@ p.polroles
	and o.q is not distinct from p.q and o.wc is not distinct from p.wc
group by p.name, p.cmd, p.removal
union all
select 'B16', 'policy', p.name, format('%s: USING (%s) is wider than what SELECT shows: a statement '
		'that reads no column reaches rows of every tenant', p.cmd, p.q),
	format('%s using (%s = (select ...) and ...);', p.alteration, p.tenant)
from pol p
where p.polpermissive and p.client and p.polcmd in ('w', 'd') and p.tenant is not null
	and not p.q_tenant and not exists (select from pins where polid = p.oid)
	and not exists (select from judged where polid = p.oid)
	and exists (select from pol s where s.polrelid = p.polrelid and s.polcmd in ('r', '*')
		and s.polpermissive and s.client)
	and not exists (select from pol s where s.polrelid = p.polrelid and s.polcmd in ('r', '*')
		and s.polpermissive and s.client and not s.q_tenant)
union all
select 'B17', 'policy', p.name, 'a missing claim is replaced by the row''s own value, so that every '
		'row fits: ' || p.expr,
	format('%s using (%s = (select ...)); -- null fits nothing', p.alteration,
		coalesce(p.tenant, 'tenant'))
from pol p
where p.expr ~* '(\w+)\)? = \(*COALESCE\((?:[^,]|\([^()]*\))*,\s*\(?\1\)?\)'
	or p.expr ~* 'COALESCE\((?:[^,]|\([^()]*\))*,\s*\(?(\w+)\)?\) = \(?\1\M'
union all
select 'B18', 'policy', p.name, format('USING asks %s, WITH CHECK does not: with another policy''s '
		'USING a row gets in, and out through this one', string_agg(distinct lost.what, ' and ')),
	format('%s with check (%s);', p.alteration, p.q)
from pol p cross join lateral (
	select m[1] as what from regexp_matches(p.q, '(\w+\.\w+)\(', 'g') as m
	where strpos(p.wc, m[1] || '(') = 0
	union all
	select (regexp_match(p.q, '\(?(\w+) = \(* ?(?:SELECT )?auth\.uid\(\)', 'i'))[1]
	where p.wc !~ ('\m' || (regexp_match(p.q,
		'\(?(\w+) = \(* ?(?:SELECT )?auth\.uid\(\)', 'i'))[1] || '\M')) as lost
where p.polpermissive and p.client and p.polcmd in ('w', '*') and p.wc is not null
	and (p.wc_tenant or p.q_tenant is not true) -- else B4 says it
	and p.oid not in (select oid from alone)
group by p.name, p.alteration, p.q
union all
select 'B30', 'policy', p.name, format('USING asks whose row it is (%s), WITH CHECK does not: it can be '
		'given to somebody else', string_agg(distinct k.name, ', ')),
	format('%s with check (... and %s = (select ...));', p.alteration, min(k.name))
from pol p join alone on alone.oid = p.oid
	cross join regexp_matches(p.q, '(?<![\w."])("(?:[^"]|"")+"|[a-z_]\w*)\)?(?:::\w+)? = \(*\s*(?:SELECT )?'
		'\(*(?:\w+|"[^"]+")\.(\w+|"[^"]+")\(\)', 'g') as m
	join polcol k on k.polid = p.oid and k.name = m[1]
where p.polpermissive and p.client and p.polcmd in ('w', '*') and p.wc is not null
	and k.name is distinct from p.tenant and strpos(p.wc, k.name) = 0
	and exists (select from asks join body b on b.oid = asks.fn where quote_ident(b.proname) = m[2])
	and exists (select from cr where has_column_privilege(cr.oid, p.polrelid, k.attnum, 'UPDATE'))
	and (p.wc_tenant or p.q_tenant is not true) -- else B4 says it
group by p.name, p.alteration
union all
select 'B19', 'policy', p.name, format('%s: rows without a tenant can be written by everybody: %s',
		p.cmd, coalesce(p.wc, p.q)),
	format('%s %s (%s = (select ...) and ...);', p.alteration,
		case p.polcmd when 'a' then 'with check' else 'using' end, p.tenant)
from pol p
where p.polpermissive and p.client and p.polcmd <> 'r'
	and p.expr ~ (p.pattern || '\)? IS NULL|NOT \(+' || p.pattern || ' IS DISTINCT FROM')
union all
select 'B20', 'policy', w.name, format('users write here what they like about themselves, and by '
		'this table go %s', string_agg(distinct p.name, ', ')), w.removal
from pol p join source on source.polid = p.oid
	join pol w on w.polrelid = source.relid and w.polpermissive and w.client
		and w.polcmd in ('a', 'w', '*') and w.relrowsecurity
		-- Whoever fulfils only "it is mine" or nothing at all writes what decides about rights.
		and (exists (select from pins where polid = w.oid)
			or regexp_replace(coalesce(w.wc, w.q), '[() ]', '', 'g') = 'true')
		and not exists (select from pfn join body b on b.oid = pfn.fn
			where pfn.polid = w.oid and b.nspname <> 'auth')
	join reach x on x.relid = w.polrelid and x.priv in ('INSERT', 'UPDATE')
where p.client and p.polpermissive group by w.name, w.removal
union all
select 'B21', 'policy', p.name, 'decides by an email address: ' || p.expr,
	format('%s using (... = (select auth.uid()));', p.alteration)
from pol p where p.expr ~* '''email''::text|auth\.email\(\)'
union all
select 'B22', 'policy', p.name, 'decides by auth.role(), which names the database role that TO '
		'already names',
	format('%s to authenticated using (...);', p.alteration)
from pol p where p.expr ~* 'auth\.role\(\)'
union all
select 'B23', 'policy', p.name, format('compares %s with itself: in a sub-query a name '
		'without its table is the sub-query''s', (regexp_match(p.expr,
		'(?<![\w."])((?:(?:[a-z_]\w*|"[^"]+")\.)?(?:[a-z_]\w*|"[^"]+")) = \1(?![\w.(])'))[1]),
	format('%s using (... = %s.%s ...);', p.alteration, quote_ident(p.bare), split_part(
		(regexp_match(p.expr, '(?<![\w."])((?:(?:[a-z_]\w*|"[^"]+")\.)?(?:[a-z_]\w*|"[^"]+")) = \1(?![\w.(])'))[1], '.', 2))
from pol p where p.expr ~ '(?<![\w."])((?:(?:[a-z_]\w*|"[^"]+")\.)?(?:[a-z_]\w*|"[^"]+")) = \1(?![\w.(])'
union all
select 'B24', 'policy', p.name, format('%s hides it from no member of %s: a LIKE pattern that comes '
		'from the claims may be %%', p.cmd, coalesce(p.tenant, 'another tenant')),
	format('%s using (%s = (select ...));', p.alteration, coalesce(p.tenant, '...'))
from pol p where p.expr ~* '~~\*? [^'']*(auth\.|current_setting\()'
union all
select 'B26', 'function', b.name, format('says yes to everybody; by it go %s',
		string_agg(distinct p.name, ', ')),
	'let it look at who calls: auth.uid(), and a table that only the service writes'
from body b join pfn on pfn.fn = b.oid join pol p on p.oid = pfn.polid
where b.prorettype = 'boolean'::regtype
	and b.src ~ '^\s*(begin\s+return|select|return)\s*\(*\s*(true|1\s*=\s*1|not\s+false)\s*\)*\s*;?\s*(end\s*;?)?\s*$'
group by b.name
union all
select 'B27', 'policy', p.name, format('%s of %s: one side of an OR looks at no tenant, and lets rows of '
		'all of them through: %s', f.word, p.cmd, case f.word when 'USING' then p.q else p.wc end),
	format('%s %s (%s = (select ...) and (...));', p.alteration, lower(f.word), p.tenant)
from fold f join pol p on p.oid = f.polid
where f.text !~ '\(' and exists (select from regexp_split_to_table(f.text, ' OR ') as piece
	where piece !~ f.pattern and piece !~ '\myes\M')
	and (p.q_tenant or p.wc_tenant) and p.oid not in (select oid from or_true)
union all
select 'B31', s.kind, s.name, format('goes by %s, which %s', string_agg(distinct s.name_of, ', '),
		case when min(s.name_of) ~ '^request\.' then 'every caller writes as he likes'
			when bool_or(s.name_of !~ '\.') then 'whoever connects chooses'
			else 'whoever can run a statement can set, beside the claims, which he cannot' end)
		|| case s.kind when 'policy' then '' else format('; by it go %s', string_agg(distinct p.name, ', ')) end,
	'go by the claims, or by a table that only the service writes'
from setting s join pol p on p.oid = s.polid
where p.client and (s.name_of ~ '^request\.(headers?|cookies?)(\.|$)'
	or s.name_of in ('application_name', 'search_path')
	or s.name_of ~ '\.' and s.name_of !~ '^request\.' and s.text ~ 'request\.jwt|auth\.(uid|jwt)\(')
group by s.kind, s.name
