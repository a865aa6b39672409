-- What policies, and the functions they may use, read of claims: `keys`, the names anything is read
-- under, and `paths`, the ways below user_metadata: -> 'a' ->> 'b', or #>> '{user_metadata,a,b}'. One row.
with texts as (
	select coalesce(qual, '') || ' ' || coalesce(with_check, '') as text from pg_catalog.pg_policies
	union all
	select b.text
	from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace cross join lateral (
		select coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) as text) b
	where n.nspname !~ '^pg_|^information_schema$' and p.prokind = 'f' and b.text like '%metadata%'
), chains as (
	select (select array_agg(k[1] order by n) from regexp_matches(m[1], '''(\w+)''', 'g')
		with ordinality as w(k, n)) as path
	from texts, regexp_matches(text,
		'user_metadata''(?:::text)?\)*((?:\s*->>?\s*''\w+''(?:::text)?\)*)+)', 'g') m
	union
	select string_to_array(m[1], ',')
	from texts, regexp_matches(text, '\{user_metadata,([\w,]+)\}', 'g') m
)
select (select coalesce(jsonb_agg(distinct m[1]), '[]')
		from texts, regexp_matches(text, '->>?\s*''(\w+)''', 'g') m) as keys,
	(select coalesce(jsonb_agg(path order by path), '[]') from chains) as paths
