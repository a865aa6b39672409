-- A. Tables: is there row-level security at all, and is it whole?
select 'A1' as code, r.kind, r.name as object,
	'row-level security is off: ' || may.who || ', every row of it' as detail,
	format(E'alter table %s enable row level security;\nalter table %1$s force row level security;',
		r.name) as fix
from rel r join may on may.relid = r.oid
where r.relkind in ('r', 'p') and not r.relrowsecurity
	and not exists (select from pg_policy where polrelid = r.oid)
	and not exists (select from pg_inherits i join pg_class p on p.oid = i.inhparent
		where i.inhrelid = r.oid and p.relrowsecurity)
	and not exists (select from pg_partition_ancestors(r.oid) as a join pg_class p on p.oid = a.relid
		where p.relrowsecurity) -- A7 says it
union all
select 'A2', r.kind, r.name, format('its %s %s not in force, for row-level security is off%s',
		count(*), case count(*) when 1 then 'policy is' else 'policies are' end,
		'; ' || (select who from may where relid = r.oid)),
	format(E'alter table %s enable row level security;\nalter table %1$s force row level security;',
		r.name)
from rel r join pg_policy p on p.polrelid = r.oid
where not r.relrowsecurity group by r.oid, r.kind, r.name
union all
select 'A3', r.kind, r.name, may.who || ', but no policy lets any row through',
	format(E'create policy ... on %s for select to %s using (...);\n-- or: revoke all on %1$s from %2$s;',
		r.name, may.roles)
from rel r join may on may.relid = r.oid
where r.relrowsecurity and not exists (select from pg_policy where polrelid = r.oid)
union all
select 'A4', r.kind, r.name, 'all its policies are restrictive, and nothing is let through that no '
		'permissive policy lets through',
	format('create policy ... on %s for select to %s using (...);', r.name, may.roles)
from rel r join may on may.relid = r.oid
where r.relrowsecurity and exists (select from pg_policy where polrelid = r.oid)
	and not exists (select from pg_policy where polrelid = r.oid and polpermissive)
union all
select case when login.who is null then 'A11' else 'A5' end, r.kind, r.name,
	format('its owner %s is exempt from its policies%s', quote_ident(o.rolname),
		', and one can log in as ' || login.who),
	format('alter table %s force row level security;', r.name)
from rel r join pg_roles o on o.oid = r.relowner
	cross join lateral (select string_agg(quote_ident(l.rolname), ', ' order by l.rolname) as who
		from pg_roles l where l.rolcanlogin and not l.rolsuper
			and pg_has_role(l.oid, o.oid, 'MEMBER')) as login
where r.relkind in ('r', 'p') and r.relrowsecurity and not r.relforcerowsecurity and not o.rolsuper
union all
select 'A6', r.kind, r.name, string_agg(x.rolname, ', ' order by x.rolname)
		|| ' may TRUNCATE it, and no policy is asked',
	format('revoke truncate on %s from %s;', r.name,
		string_agg(quote_ident(x.rolname), ', ' order by x.rolname) || ', public')
from rel r join reach x on x.relid = r.oid and x.priv = 'TRUNCATE'
where r.relkind in ('r', 'p') group by r.kind, r.name
union all
select 'A12', r.kind, r.name, string_agg(x.rolname || ' holds ' || x.priv, ', '
		order by x.rolname, x.priv),
	format('revoke references, trigger on %s from %s, public;', r.name,
		string_agg(distinct quote_ident(x.rolname), ', '))
from rel r join reach x on x.relid = r.oid and x.priv in ('REFERENCES', 'TRIGGER')
where r.relkind in ('r', 'p') group by r.kind, r.name
union all
select 'A7', r.kind, r.name, format('%s is protected, this %s of it is not: %s, every row of it',
		p.oid::regclass, case when r.relispartition then 'partition' else 'child' end, may.who),
	format(E'alter table %s enable row level security;\nrevoke all on %1$s from %s, public;',
		r.name, may.roles)
from rel r join may on may.relid = r.oid join lateral (select a.relid as oid from
		pg_partition_ancestors(r.oid) as a join pg_class c on c.oid = a.relid and c.relrowsecurity
		union select i.inhparent from pg_inherits i join pg_class c on c.oid = i.inhparent
			and c.relrowsecurity where i.inhrelid = r.oid limit 1) as p on true
where not r.relrowsecurity
union all
select 'A8', r.kind, r.name, format('%s may be null: is such a row everybody''s, or nobody''s?',
		t.name), format('alter table %s alter column %s set not null;', r.name, t.name)
from rel r join tenant t on t.relid = r.oid and not t.attnotnull
where r.relkind in ('r', 'p') and r.relrowsecurity
union all
select 'A9', 'policy', p.name, format('the table has %s, and this %s policy never looks at it',
		t.name, p.cmd),
	format('%s %s (%s = (select ...) and ...);', p.alteration,
		case p.polcmd when 'a' then 'with check' else 'using' end, t.name)
from pol p join tenant t on t.relid = p.polrelid
where p.polpermissive and p.client
	and (not p.q_tenant and not p.wc_tenant
		or not exists (select from polcol c where c.polid = p.oid and c.attnum = t.attnum))
	and not exists (select from pins where polid = p.oid)
	and not exists (select from judged where polid = p.oid)
	and exists (select from polcol c where c.polid = p.oid) -- else B1 or B3 says it
union all
select 'A10', r.kind, r.name, string_agg(distinct x.rolname, ', ') || ' may read it, and a foreign '
		'table has no policies',
	format('revoke all on %s from %s, public;', r.name,
		string_agg(distinct quote_ident(x.rolname), ', '))
from rel r join reach x on x.relid = r.oid and x.priv = 'SELECT'
where r.relkind = 'f' group by r.kind, r.name
union all
select 'A13', 'column', r.name || '.' || quote_ident(a.attname),
	string_agg(cr.rolname, ', ' order by cr.rolname) || ' may read what looks like a secret',
	format('revoke select on %s from %s; grant select (...) on %1$s to %2$s;', r.name,
		string_agg(quote_ident(cr.rolname), ', ' order by cr.rolname))
from rel r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped, cr
where a.attname ~* ('(^|_)(passwords?|passwd|passphrase|secrets?|api_?keys?|private_?key|'
		'access_?token|refresh_?token|service_?key|signing_?key|encryption_?key|totp|otp_secret|ssn|iban|'
		'card_?number|cvv)(_|$)|(^|_)(pin|pin_?code|hash|salt|token)$')
	and r.relkind in ('r', 'p', 'v', 'm', 'f')
	and has_schema_privilege(cr.oid, r.relnamespace, 'USAGE')
	and has_column_privilege(cr.oid, r.oid, a.attnum, 'SELECT')
group by r.name, a.attname
union all
select 'A14', r.kind, r.name, format('there are policies for %s, and none for SELECT: a write that '
		'names its rows finds none', string_agg(distinct p.cmd, ' and ' order by p.cmd)),
	format('create policy ... on %s for select to %s using (...);', r.name, min(may.roles))
from rel r join may on may.relid = r.oid join pol p on p.polrelid = r.oid and p.client
	and p.polpermissive and p.polcmd in ('w', 'd')
where r.relrowsecurity and not exists (select from pol s where s.polrelid = r.oid and s.client
	and s.polpermissive and s.polcmd in ('r', '*'))
group by r.kind, r.name
union all
select 'A15', 'policy', p.name, format('rows belong to a tenant through %s, and this %s policy '
		'looks at none of it', string_agg(distinct k.name, ' and '), p.cmd),
	format('%s %s (exists (select from %s p where p.%s = %s and ...));', p.alteration,
		case p.polcmd when 'a' then 'with check' else 'using' end, min(k.target), min(k.key),
		min(k.name))
from pol p join (select parent.relid, parent.attnum, quote_ident(a.attname) as name,
		parent.confrelid::regclass::text as target, (select quote_ident(b.attname)
			from pg_constraint c join pg_attribute b on b.attrelid = c.confrelid
				and b.attnum = c.confkey[1]
			where c.conrelid = parent.relid and c.conkey[1] = parent.attnum and c.contype = 'f'
			order by c.conname limit 1) as key
	from parent join pg_attribute a on a.attrelid = parent.relid and a.attnum = parent.attnum) as k
	on k.relid = p.polrelid
where p.polpermissive and p.client and not exists (select from pins where polid = p.oid)
	and not exists (select from judged where polid = p.oid)
	and not exists (select from polcol c join parent x on x.relid = c.relid and x.attnum = c.attnum
		where c.polid = p.oid)
	and regexp_replace(p.expr, '[() ]', '', 'g') not in ('true', '1=1', 'truetrue')
group by p.name, p.cmd, p.polcmd, p.alteration
union all
-- Whoever writes only own rows still chooses whose tenant's they are.
select 'A16', 'policy', p.name, format('%s: looks at who writes and not at %s: one''s own row may be '
		'put into any tenant', p.cmd, t.name),
	format('%s with check (%s = (select ...) and %s);', p.alteration, t.name, coalesce(p.wc, p.q))
from pol p join tenant t on t.relid = p.polrelid
where p.polpermissive and p.client and p.polcmd in ('a', 'w', '*')
	and exists (select from pins where polid = p.oid)
	and not (case when p.wc is null then p.q_tenant else p.wc_tenant end)
	and not (p.q_tenant and p.polcmd in ('w', '*')) -- B4 says it
	and not exists (select from judged where polid = p.oid)
	and exists (select from cr where has_column_privilege(cr.oid, p.polrelid, t.attnum,
		case p.polcmd when 'w' then 'UPDATE' else 'INSERT' end)
		and (0 = any (p.polroles) or exists (select from unnest(p.polroles) as x
			where x <> 0 and pg_has_role(cr.oid, x, 'MEMBER'))))
