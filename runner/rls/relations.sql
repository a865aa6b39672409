-- What can be looked at, and what has to be known of it before anything is tried. Created in pg_temp
-- by whoever connected, inside a transaction that is rolled back; never run as a persona.

-- For every table the SQL expression, over alias x, that gives its row's tenant as text, and the
-- column that decides it: its own column, else the shortest chain of foreign keys to a table that has
-- it; of a key of several columns the first, and the others `with` it. Level by level, so that a table
-- is met by its shortest chain and once. {oid: {expr, column, with}}
create function pg_temp.lensgate_tenants(tenant_column text, root oid, hints jsonb)
	returns jsonb language plpgsql as $$
declare
	found jsonb := '{}';
	next jsonb;
begin
	select coalesce(jsonb_object_agg(c.oid, jsonb_build_object('column', a.attname,
			'expr', format('x.%I::text', a.attname))), '{}') into found
	from pg_catalog.pg_class c
	join pg_catalog.pg_namespace n on n.oid = c.relnamespace
	join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
		and a.attname = coalesce(hints #>> array[n.nspname || '.' || c.relname, 'tenant'],
			hints #>> array[c.relname, 'tenant'], tenant_column)
	where c.relkind in ('r', 'p', 'v', 'm', 'f');
	if root is not null and not found ? root::text then
		select found || coalesce(jsonb_object_agg(root, jsonb_build_object('column', a.attname,
				'expr', format('x.%I::text', a.attname))), '{}') into found
		from pg_catalog.pg_index i
		join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
		where i.indrelid = root and i.indisprimary and i.indnkeyatts = 1;
	end if;
	for depth in 1..4 loop
		select jsonb_object_agg(z.conrelid, z.entry) into next from (
			select distinct on (k.conrelid) k.conrelid, jsonb_build_object('column', c.names[1],
				'with', to_jsonb(c.names[2:]), 'expr', format('(select %s from %s y%s where %s)',
					regexp_replace(found #>> array[k.confrelid::text, 'expr'], '\mx\.',
						'y' || depth || '.', 'g'),
					(select format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_class c
						join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = k.confrelid),
					depth, c.meets)) as entry
			from pg_catalog.pg_constraint k cross join lateral (
				select array_agg(a.attname::text order by u.n) as names, bool_and(a.attnotnull) as filled,
					string_agg(format('y%s.%I = x.%I', depth, b.attname, a.attname), ' and ' order by u.n) as meets
				from unnest(k.conkey, k.confkey) with ordinality u(a, b, n)
				join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.a
				join pg_catalog.pg_attribute b on b.attrelid = k.confrelid and b.attnum = u.b) c
			where k.contype = 'f' and found ? k.confrelid::text and not found ? k.conrelid::text
			order by k.conrelid, cardinality(k.conkey), not c.filled, k.conname) z;
		exit when next is null;
		found := found || next;
	end loop;
	return found;
end
$$;

-- The table that tenants are rows of: the named one, else the one most tenant columns refer to.
create function pg_temp.lensgate_root(tenant_column text, named text) returns oid
	language sql as $$
	select coalesce(to_regclass(named)::oid, (
		select k.confrelid
		from pg_catalog.pg_constraint k
		join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
		where k.contype = 'f' and cardinality(k.conkey) = 1 and a.attname = tenant_column
			and k.confrelid <> k.conrelid
		group by 1 order by count(*) desc, 1 limit 1))
$$;

-- Its columns by name: what values fit, and what may be done to it.
create function pg_temp.lensgate_columns(rel oid) returns jsonb language sql as $$
	select coalesce(jsonb_object_agg(a.attname, jsonb_build_object(
		'n', a.attnum,
		'type', b.typname, 'category', b.typcategory, 'enum', b.typtype = 'e',
		'domain', d.typtype = 'd',
		'length', case when b.typname in ('varchar', 'bpchar') and a.atttypmod > 4
			then a.atttypmod - 4 end,
		'labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder)
			from pg_catalog.pg_enum e where e.enumtypid = b.oid),
		'generated', a.attgenerated <> '', 'always', a.attidentity = 'a',
		'required', a.attnotnull or d.typnotnull,
		'unique', exists (select from pg_catalog.pg_index i
			where i.indrelid = rel and i.indisunique and a.attnum = any (i.indkey)),
		'key', exists (select from pg_catalog.pg_index i
			where i.indrelid = rel and i.indisprimary and a.attnum = any (i.indkey)),
		'indexed', exists (select from pg_catalog.pg_index i
			where i.indrelid = rel and a.attnum = any (i.indkey)),
		'refers', exists (select from pg_catalog.pg_constraint k
			where k.conrelid = rel and k.contype = 'f' and a.attnum = any (k.conkey)),
		'checked', exists (select from pg_catalog.pg_constraint k
			where k.conrelid = rel and k.contype = 'c' and a.attnum = any (k.conkey)),
		'policy', exists (select from pg_catalog.pg_depend p
			where p.classid = 'pg_policy'::regclass and p.refclassid = 'pg_class'::regclass
				and p.refobjid = rel and p.refobjsubid = a.attnum))), '{}')
	from pg_catalog.pg_attribute a
	join pg_catalog.pg_type d on d.oid = a.atttypid
	join pg_catalog.pg_type b on b.oid = coalesce(nullif(d.typbasetype, 0), d.oid)
	where a.attrelid = rel and a.attnum > 0 and not a.attisdropped
$$;

-- Values that the policies of one kind (r, a, w, d: SELECT, INSERT, UPDATE, DELETE) talk about, each
-- on a column they look at: a row that carries one may be treated unlike those the table happens to
-- hold. [{column: value}], at most 12, those first that stand beside their column.
create function pg_temp.lensgate_constants(rel oid, kind "char", columns jsonb, tenant text, owner text)
	returns jsonb language sql as $$
	with texts as (
		select coalesce(pg_catalog.pg_get_expr(polqual, polrelid), '') || ' ' ||
			coalesce(pg_catalog.pg_get_expr(polwithcheck, polrelid), '') as text
		from pg_catalog.pg_policy where polrelid = rel and polcmd in (kind, '*')),
	looked_at as (
		select c.key as name, c.value ->> 'category' as category, c.value as facts, t.text, t.pattern,
			c.key is not distinct from owner as owner
		from jsonb_each(columns) c cross join lateral (select text, '(?<![\w"])' || regexp_replace(
			quote_ident(c.key), '\W', '\\\&', 'g') || '(?![\w"])' as pattern from texts) t
		where (c.value ->> 'policy')::boolean and not (c.value ->> 'generated')::boolean
			and not (c.value ->> 'key')::boolean and c.key is distinct from tenant
			and strpos(t.text, quote_ident(c.key)) > 0 and t.text ~ t.pattern),
	words as (select distinct text, (regexp_matches(text, '''([^'']{1,60})''::', 'g'))[1] as word from texts),
	numbers as (select distinct text, (regexp_matches(text, '(?<![\w.-])(-?\d{1,9}(?:\.\d{1,6})?)(?![\w.:-])',
		'g'))[1] as number from texts),
	-- {column: value}, and the word it comes from, where there is one.
	found as (
		select l.*, to_jsonb(w.word) as v, w.word from looked_at l join words w using (text)
			where l.category = 'S' and w.word !~ '^[{\[]' or l.facts -> 'labels' ? w.word
		-- What a pattern fits, as far as that is simple.
		union all select l.*, to_jsonb(regexp_replace(w.word, '[%^$]', '', 'g')), w.word
			from looked_at l join words w using (text) where l.category = 'S' and w.word ~ '[%^$]'
		union all select l.*, to_jsonb(repeat('x', n.number::int + 1)), n.number
			from looked_at l join numbers n using (text)
			where l.category = 'S' and l.text ~ 'length\(' and n.number ~ '^\d{1,3}$'
		union all select l.*, to_jsonb(n.number::numeric + d), n.number
			from looked_at l join numbers n using (text), generate_series(-1, 1) d where l.category = 'N'
		union all select l.*, to_jsonb(b), b::text from looked_at l, unnest(array[true, false]) b
			where l.category = 'B'
		union all select l.*, to_jsonb(w), w from looked_at l, unnest(array['1970-01-01', '2999-12-31']) w
			where l.category = 'D'
		union all select l.*, to_jsonb(array[w.word]), w.word from looked_at l join words w using (text)
			where l.category = 'A'
		union all select l.*, jsonb_build_array(n.number::numeric), n.number
			from looked_at l join numbers n using (text) where l.category = 'A'
		union all select l.*, to_jsonb(w), w from looked_at l,
			unnest(case when l.facts ->> 'type' in ('daterange', 'tsrange', 'tstzrange')
				then array['[1970-01-01,1970-01-02)', '[2999-01-01,2999-01-02)', 'empty']
				else array['[-1000000,-999999)', '[1000000,1000001)', 'empty'] end) w
			where l.category = 'R'
		union all select l.*, to_jsonb(w.word::jsonb), w.word from looked_at l join words w using (text)
			where l.facts ->> 'type' in ('json', 'jsonb') and w.word ~ '^\{"[^{}]*\}$'
		union all select l.*, jsonb_build_object(m[1], coalesce(to_jsonb(m[2]), 'true')), m[1]
			from looked_at l, regexp_matches(l.text, '(?:->>?|\?) ''([^'']{1,60})''::text\)*'
				'(?: = ''([^'']{1,60})''::text)?', 'g') m
			where l.facts ->> 'type' in ('json', 'jsonb')
		union all select l.*, jsonb_build_object(btrim(m[1], '"'), coalesce(to_jsonb(m[2]), to_jsonb(m[3]))),
				coalesce(m[2], m[3])
			from looked_at l, regexp_matches(l.text, l.pattern || '\)\.(\w+|"[^"]+")\)* [^a-z0-9'']{1,6}'
				'(?:''([^'']{1,60})''::|(-?\d{1,9}))', 'g') m where l.category = 'C'
		union all select l.*, 'null', 'NULL' from looked_at l where not (l.facts ->> 'required')::boolean
			and l.text ~ (l.pattern || '\)? IS NULL')),
	-- Which stand beside their column is looked up only where some have to be left out.
	ranked as (
		select jsonb_build_object(name, v) as v, bool_or((select count(*) > 12 from found)
			and (text ~ (pattern || '(?:(?! AND | OR ).){1,80}' || escaped)
				or text ~ (escaped || '(?:(?! AND | OR ).){1,80}' || pattern))) as near
		from found cross join lateral (select regexp_replace(word, '\W', '\\\&', 'g') as escaped) e
		where not owner or v = 'null' group by 1)
	select coalesce(jsonb_agg(v order by near desc, v::text), '[]')
	from (select * from ranked order by near desc, v::text limit 12) z
$$;

-- Names and kinds of a function's columns when it is called as a table; empty for a scalar.
create function pg_temp.lensgate_result(fn pg_catalog.pg_proc) returns jsonb language sql as $$
	select coalesce(
		(select jsonb_object_agg(a.attname, '{}'::jsonb) from pg_catalog.pg_attribute a
			join pg_catalog.pg_type t on t.typrelid = a.attrelid
			where t.oid = fn.prorettype and t.typrelid <> 0 and a.attnum > 0 and not a.attisdropped),
		(select jsonb_object_agg(o.name, '{}'::jsonb)
			from unnest(fn.proargnames, fn.proargmodes) o(name, mode)
			where o.mode in ('o', 'b', 't') and o.name <> ''),
		'{}')
$$;

-- Every relation of the schemas (null: all but the system's) that one of the roles can reach:
-- kind r table, p partitioned, c partition, v view, m materialized view, f foreign, x function.
create function pg_temp.lensgate_relations(schemas text[], roles text[], tenant_column text,
		root_name text, hints jsonb)
	returns table (name text, kind text, facts jsonb) language plpgsql as $$
declare
	tenants jsonb := pg_temp.lensgate_tenants(tenant_column,
		pg_temp.lensgate_root(tenant_column, root_name), hints);
begin
	return query
	with lensgate_kinds(command, kind) as (values ('SELECT', 'r'::"char"), ('INSERT', 'a'),
			('UPDATE', 'w'), ('MOVE', 'w'), ('DELETE', 'd')),
	-- Functions of people that say they depend on nothing: a plan holds what they returned.
	folding as (select exists (select from pg_catalog.pg_proc p where p.provolatile = 'i'
			and p.oid >= 16384 and not exists (select from pg_catalog.pg_depend e
				where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')) as any),
	reachable as (
		select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as name,
			coalesce(hints -> (n.nspname || '.' || c.relname), hints -> c.relname::text, '{}') as hint,
			tenants -> c.oid::text as tenant, pg_temp.lensgate_columns(c.oid) as columns
		from pg_catalog.pg_class c
		join pg_catalog.pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_|^information_schema$'
			and (schemas is null or n.nspname = any (schemas))
			and not exists (select from pg_catalog.pg_depend e
				where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
			and exists (select from unnest(roles) r
				where pg_catalog.has_schema_privilege(r, n.oid, 'USAGE')
					and (pg_catalog.has_table_privilege(r, c.oid,
							'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
						or pg_catalog.has_any_column_privilege(r, c.oid, 'SELECT, INSERT, UPDATE'))))
	select q.name, case when q.relispartition and q.relkind = 'r' then 'c' else q.relkind::text end,
		jsonb_build_object(
			'oid', q.oid::bigint, 'name', q.name, 'relname', q.relname, 'kind', q.relkind,
			'schema', q.relnamespace::bigint,
			'tenant', q.tenant ->> 'expr', 'tenant_column', q.tenant ->> 'column',
			'tenant_with', coalesce(q.tenant -> 'with', '[]'),
			'direct', q.tenant ->> 'expr' = 'x.' || quote_ident(q.tenant ->> 'column') || '::text',
			'owner', case when q.columns ? (q.hint ->> 'owner') then q.hint ->> 'owner' end,
			'state', case when q.columns ? (q.hint ->> 'state') then q.hint ->> 'state' end,
			'personal', coalesce((q.hint ->> 'personal')::boolean, false),
			'next', q.hint -> 'next', 'grouped', q.hint ? 'groups',
			-- Without a lens, which values a state may be set to is asked all the same.
			'groups', coalesce(q.hint -> 'groups', case when q.columns ? (q.hint ->> 'state')
				then jsonb_build_object(q.hint ->> 'state', array[q.hint ->> 'state']) end, '{}'),
			'inserted_groups', coalesce(q.hint -> 'inserted_groups', '[]'),
			'tenant_null', not coalesce((q.columns #>> array[q.tenant ->> 'column', 'required'])::boolean,
				false),
			'columns', q.columns, 'rows', greatest(q.reltuples, 0)::bigint,
			'family', q.relkind = 'p' or q.relhassubclass,
			'writable', pg_catalog.pg_relation_is_updatable(q.oid, true), 'folds', o.any,
			'triggers', (select coalesce(bit_or(t.tgtype::int), 0) from pg_catalog.pg_trigger t
				where t.tgrelid = q.oid and not t.tgisinternal and t.tgenabled in ('O', 'A')
					and (t.tgtype & 3) = 3),
			'crowds', exists (select from pg_catalog.pg_constraint k where k.conrelid = q.oid
				and (k.contype = 'x' or k.contype in ('u', 'p') and k.condeferrable)),
			'stirs', exists (select from pg_catalog.pg_trigger t
				where t.tgrelid = q.oid and not t.tgisinternal and t.tgenabled in ('O', 'A')),
			-- Anywhere: what is written here may set off what is checked late elsewhere.
			'deferrable', exists (select from pg_catalog.pg_trigger t where t.tgdeferrable),
			'rules', (select coalesce(jsonb_agg(distinct w.ev_type), '[]') from pg_catalog.pg_rewrite w
				where w.ev_class = q.oid and w.rulename <> '_RETURN'),
			-- Without a permissive policy nothing passes, and one try shows it.
			'hopeless', (select jsonb_object_agg(k.command, q.relrowsecurity and not exists (
					select from pg_catalog.pg_policy o
					where o.polrelid = q.oid and o.polpermissive and o.polcmd in (k.kind, '*')))
				from lensgate_kinds k),
			'constants', (select jsonb_object_agg(k.command, pg_temp.lensgate_constants(q.oid, k.kind,
					q.columns, q.tenant ->> 'column', q.hint ->> 'owner'))
				from lensgate_kinds k))
	from reachable q, folding o
	union all
	select format('%I.%I()', n.nspname, p.proname), 'x', jsonb_build_object(
		'name', format('%I.%I()', n.nspname, p.proname), 'relname', p.proname, 'kind', 'x',
		'schema', n.oid::bigint, 'function', p.oid::bigint, 'definer', p.prosecdef,
		'tenant', case when pg_temp.lensgate_result(p) ? coalesce(hints #>> array[p.proname::text, 'tenant'],
				tenant_column)
			then format('x.%I::text', coalesce(hints #>> array[p.proname::text, 'tenant'], tenant_column))
			end)
	from pg_catalog.pg_proc p
	join pg_catalog.pg_namespace n on n.oid = p.pronamespace
	join pg_catalog.pg_type t on t.oid = p.prorettype
	where p.prokind = 'f' and p.pronargs = p.pronargdefaults
		and (p.proretset or t.typtype = 'c') and t.typname not in ('trigger', 'event_trigger')
		and n.nspname !~ '^pg_|^information_schema$' and (schemas is null or n.nspname = any (schemas))
		and not exists (select from pg_catalog.pg_depend e
			where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
		and exists (select from unnest(roles) r
			where pg_catalog.has_schema_privilege(r, n.oid, 'USAGE')
				and pg_catalog.has_function_privilege(r, p.oid, 'EXECUTE'))
	order by 1;
end
$$;

-- A tenant other than `tenant`: of the root table, else of any table that has the column.
create function pg_temp.lensgate_another(tenant_column text, root_name text, tenant text) returns text
	language plpgsql as $$
declare
	place record;
	other text;
begin
	for place in
		select c.oid, c.column as name from (
			select r.root as oid, (select a.attname from pg_catalog.pg_index i
				join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
				where i.indrelid = r.root and i.indisprimary) as column, 1 as n
			from (select pg_temp.lensgate_root(tenant_column, root_name) as root) r
			union all
			select k.oid, a.attname, 2 from pg_catalog.pg_class k
			join pg_catalog.pg_attribute a on a.attrelid = k.oid and a.attname = tenant_column
			where k.relkind in ('r', 'p')) c
		where c.column is not null order by c.n, c.oid limit 20 loop
		execute format('select %1$I::text from %2$s where %1$I::text <> $1 limit 1', place.name,
			place.oid::regclass) into other using tenant;
		exit when other is not null;
	end loop;
	return other;
end
$$;
