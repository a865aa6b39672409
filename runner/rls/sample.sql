-- What the prober tries things on, and with: rows of each class, those that stand in for them, and values.
-- `p` and `f` are the persona and the relation (probe.sql), `s` is a sample (lensgate_sample).

-- A value for column `name` that differs from `old`, as text; null when none can be thought of.
create function pg_temp.lensgate_other_value(p jsonb, f jsonb, name text, old text) returns text
	language plpgsql as $$
declare
	c jsonb := f #> array['columns', name];
begin
	if c ->> 'enum' = 'true' then
		return (select l from jsonb_array_elements_text(c -> 'labels') l
			where l is distinct from old limit 1);
	elsif c ->> 'type' = 'uuid' then
		return coalesce(nullif(p ->> 'user', old), gen_random_uuid()::text);
	elsif c ->> 'type' in ('json', 'jsonb') then
		return '{"lensgate": true}';
	end if;
	return case c ->> 'category'
		when 'B' then (old is distinct from 'true')::text
		when 'N' then (case when old ~ '^[+-]?\d+(\.\d+)?$' then old::numeric + 1 else 1 end)::text
		when 'S' then right(coalesce(old, '') || '~', coalesce((c ->> 'length')::int, 1000))
		when 'D' then (now() - interval '1 day')::text
		when 'A' then '{}' end;
end
$$;

-- A value for every required column of an empty table.
create function pg_temp.lensgate_made_up(f jsonb) returns text language plpgsql as $$
declare
	row_text text;
begin
	execute format('select jsonb_populate_record(null::%s, $1)::text', f ->> 'name') into row_text
	using (select coalesce(jsonb_object_agg(c.key, case
			when c.value ->> 'enum' = 'true' then c.value -> 'labels' -> 0
			when c.value ->> 'type' = 'uuid' then to_jsonb(gen_random_uuid())
			when c.value ->> 'type' in ('json', 'jsonb') then '{}'
			when c.value ->> 'type' = 'bytea' then to_jsonb('\x'::text)
			when c.value ->> 'type' in ('inet', 'cidr') then to_jsonb('127.0.0.1'::text)
			when c.value ->> 'category' = 'N' then to_jsonb(1)
			when c.value ->> 'category' = 'B' then to_jsonb(false)
			when c.value ->> 'category' = 'D' then to_jsonb(now())
			when c.value ->> 'category' = 'A' then '[]'
			when c.value ->> 'category' = 'R' then to_jsonb('empty'::text)
			else to_jsonb('x'::text) end), '{}')
		from jsonb_each(f -> 'columns') c
		where (c.value ->> 'required')::boolean and not (c.value ->> 'generated')::boolean);
	return row_text;
exception when others then
	return null;
end
$$;

-- New values for the columns that must not repeat (`fresh` of the grants), so that a copy of a row
-- can be stored.
create function pg_temp.lensgate_fresh(f jsonb, g jsonb) returns jsonb language plpgsql as $$
declare
	name text;
	c jsonb;
	result jsonb := '{}';
begin
	for i in 0..jsonb_array_length(g -> 'fresh') - 1 loop
		name := g -> 'fresh' ->> i;
		c := f #> array['columns', name];
		result := result || jsonb_build_object(name, case
			when c ->> 'type' = 'uuid' then gen_random_uuid()::text
			when c ->> 'type' = 'int8' then (random() * 9e15)::bigint::text
			when c ->> 'type' = 'int2' then (random() * 3e4)::int::text
			when c ->> 'category' = 'N' then (random() * 2e9)::int::text
			else left('~' || substr(md5(random()::text), 1, 12), coalesce((c ->> 'length')::int, 13)) end);
	end loop;
	return result;
end
$$;

-- The class of a row for this persona, as SQL over alias x: null, other, and own, or mine and
-- colleague where rows have an owner; any, where nothing says whose they are.
create function pg_temp.lensgate_class(p jsonb, f jsonb) returns text language plpgsql as $$
begin
	return case
		when f ->> 'tenant' is null and f ->> 'owner' is null then '''any'''
		else 'case' ||
			case when (f ->> 'personal')::boolean and p ->> 'user' is not null then
				format(' when x.%I::text = %L then ''mine''', f ->> 'owner', p ->> 'user') else '' end ||
			case when f ->> 'tenant' is null then '' else format(
				' when %1$s is null then ''null'' when %1$s is distinct from %2$L then ''other''',
				f ->> 'tenant', p ->> 'tenant') end ||
			case when f ->> 'owner' is null then ' when true then ''own''' else format(
				' when x.%I::text = %L then ''mine'' else ''colleague''', f ->> 'owner', p ->> 'user')
			end || ' end' end;
end
$$;

create function pg_temp.lensgate_classes(f jsonb) returns text[] language plpgsql as $$
begin
	return case when f ->> 'tenant' is null and f ->> 'owner' is null then array['any']
		else case when f ->> 'owner' is null then array['own'] else array['mine', 'colleague'] end ||
			case when f ->> 'tenant' is null then array[]::text[]
				when (f ->> 'tenant_null')::boolean then array['other', 'null']
				else array['other'] end end;
end
$$;

-- Rows to try things on, few of each class, and as unlike each other as the columns allow that the
-- policies (and the lens) look at. {class: [{part, place, row, old: the row as JSON, tenant, owner, is:
-- what state}]}
-- Of a large table, the first of each tenant's.
create function pg_temp.lensgate_sample(p jsonb, f jsonb) returns jsonb language plpgsql as $$
declare
	class text := pg_temp.lensgate_class(p, f);
	telling text;
	place text;
	s jsonb;
begin
	select string_agg(format('row_number() over (partition by c, (r).%1$I::text order by k)', c.key), ' + '
			order by c.key)
	into telling from jsonb_each(f -> 'columns') c
	where ((c.value ->> 'policy')::boolean or c.key = f ->> 'state')
		and not (c.value ->> 'key')::boolean and c.key is distinct from f ->> 'tenant_column';
	select coalesce(string_agg(format('x.%I', c.key), ', ' order by (c.value ->> 'n')::int), 'x.ctid')
	into place from jsonb_each(f -> 'columns') c where (c.value ->> 'key')::boolean;
	execute format($q$
		select coalesce(jsonb_object_agg(c, rows), '{}') from (
			select c, jsonb_agg(jsonb_build_object('part', o::bigint, 'place', t,
				'row', r::text, 'old', to_jsonb(r), 'tenant', v, 'owner', w, 'is', s) order by n) as rows
			from (
				select *, row_number() over (partition by c order by novel, k) as n from (
					select *, %6$s as novel from (
						select %1$s as c, x.ctid as t, x.tableoid as o, x as r, %2$s as v, %3$s as w,
							%4$s as s, row_number() over (order by %5$s) as k
						from %7$s x) a) b) d
			where n <= %8$s group by c) e $q$,
		class,
		case when f ->> 'tenant_column' is null then 'null::text'
			else format('x.%I::text', f ->> 'tenant_column') end,
		case when f ->> 'owner' is null then 'null::text' else format('x.%I::text', f ->> 'owner') end,
		case when f ->> 'state' is null then 'null::text' else format('x.%I::text', f ->> 'state') end,
		place, coalesce(telling, '1'), f ->> 'name', case when f ->> 'state' is null then 3 else 4 end)
	into s;
	return s;
end
$$;

-- Samples of the relation that is looked at, by the classes' expression: people of one tenant have the
-- same. Of a relation of which something else is known now, nothing is.
create temporary table lensgate_samples (
	relation bigint,
	class text,
	sample jsonb
) on commit drop;

create function pg_temp.lensgate_sampled(p jsonb, f jsonb) returns jsonb language plpgsql as $$
declare
	this bigint := jsonb_hash_extended(f, 0);
	key text := pg_temp.lensgate_class(p, f);
	s jsonb;
begin
	select sample into s from pg_temp.lensgate_samples where class = key and relation = this;
	if s is null then
		delete from pg_temp.lensgate_samples where relation <> this;
		s := pg_temp.lensgate_sample(p, f);
		insert into pg_temp.lensgate_samples values (this, key, s);
	end if;
	return s;
end
$$;

-- Open lensgate_rows on the sampled rows, as who connected: each try moves it to its row and acts on
-- what it is on. The sample, each row with its place in the cursor, `nth`; none: it is gone.
create function pg_temp.lensgate_point(f jsonb, s jsonb) returns jsonb language plpgsql as $$
declare
	lensgate_rows refcursor := 'lensgate_rows';
	places jsonb := '{}';
	place text;
begin
	open lensgate_rows scroll for execute format(
		'select tableoid::bigint || ctid::text from %s where ctid = any (%L::tid[])', f ->> 'name',
		array(select distinct r ->> 'place' from jsonb_each(s) c, jsonb_array_elements(c.value) r));
	for nth in 1..1000000 loop
		fetch lensgate_rows into place;
		exit when not found;
		places := places || jsonb_build_object(place, nth);
	end loop;
	return (select jsonb_object_agg(c.key, (select jsonb_agg(r || jsonb_build_object('nth',
			places -> ((r ->> 'part') || (r ->> 'place'))) order by k)
		from jsonb_array_elements(c.value) with ordinality e(r, k))) from jsonb_each(s) c);
end
$$;

-- Values that could make WITH CHECK say yes, none first: those of the claims on columns the policies
-- look at, all together and each alone, then the policies' own constants.
create function pg_temp.lensgate_variants(p jsonb, f jsonb, command text, except_columns text[])
	returns jsonb language plpgsql as $$
begin
	return (with fits as (
		select c.key as name, l.key as claim, l.value
		from jsonb_each(f -> 'columns') c, jsonb_each_text(case when p ->> 'claims' like '{%'
			then (p ->> 'claims')::jsonb else '{}' end) l
		where (c.value ->> 'policy')::boolean and not (c.value ->> 'generated')::boolean
			and c.key is distinct from f ->> 'tenant_column' and c.key is distinct from f ->> 'owner'
			and not c.key = any (except_columns) and l.value is distinct from p ->> 'tenant'
			and case when c.value ->> 'type' = 'uuid'
					then l.value ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
				when c.value ->> 'category' = 'S' then l.value !~ '^[\[{]' and length(l.value) < 100
				when c.value ->> 'category' = 'N' then l.value ~ '^\d{1,9}$' end),
	together as (select jsonb_object_agg(name, value) as v from (
		select distinct on (name) name, value from fits order by name, claim <> 'sub', claim) z),
	alone as (select distinct jsonb_build_object(name, value) as v from (
		select * from fits order by claim <> 'sub', claim, name limit 6) z)
	select '[{}]' || coalesce((select jsonb_build_array(v) from together where v is not null), '[]')
		|| coalesce((select jsonb_agg(a.v) from alone a, together t where a.v <> t.v), '[]')
		|| coalesce((select jsonb_agg(k) from (select k
			from jsonb_array_elements(f #> array['constants', command]) k
			where not exists (select from jsonb_object_keys(k) n where n = any (except_columns))
			limit 6) z), '[]'));
end
$$;

-- The columns that say together with the tenant's whose a row is, as a row of `class` has them.
create function pg_temp.lensgate_home(f jsonb, s jsonb, class text) returns jsonb language sql as $$
	select coalesce(jsonb_object_agg(w, coalesce(s -> class, s -> 'own', s -> 'mine', s -> 'colleague')
		#> array['0', 'old', w]), '{}')
	from jsonb_array_elements_text(f -> 'tenant_with') w
$$;

-- What stands for a row of `class` when there is none: copies of others, with tenant and owner put
-- right. Empty when that cannot be done.
create function pg_temp.lensgate_stand_ins(p jsonb, f jsonb, s jsonb, class text) returns jsonb
	language plpgsql as $$
declare
	tenant text := s #>> array[class, '0', 'tenant'];
	owner text;
	override jsonb := '{}';
	made_up text;
begin
	if f ->> 'tenant' is not null and class in ('own', 'mine', 'colleague') then
		tenant := coalesce(s #>> '{own,0,tenant}', s #>> '{mine,0,tenant}', s #>> '{colleague,0,tenant}',
			case when (f ->> 'direct')::boolean then p ->> 'tenant' end);
	elsif class = 'other' and (f ->> 'direct')::boolean then
		tenant := coalesce(tenant, p ->> 'other');
	end if;
	if f ->> 'tenant' is not null then
		if tenant is null and class <> 'null' then
			return '[]';
		end if;
		override := jsonb_build_object(f ->> 'tenant_column', tenant) || pg_temp.lensgate_home(f, s, class);
	end if;
	if class = 'mine' and p ->> 'user' is null then
		return '[]';
	elsif class in ('mine', 'colleague') then
		owner := case class when 'mine' then p ->> 'user' else coalesce(s #>> '{colleague,0,owner}',
			pg_temp.lensgate_other_value(p - 'user', f, f ->> 'owner', p ->> 'user')) end;
		override := override || jsonb_build_object(f ->> 'owner', owner);
	end if;
	if s = '{}' then
		made_up := pg_temp.lensgate_made_up(f);
		return case when made_up is null then '[]' else
			jsonb_build_array(jsonb_build_object('row', made_up, 'override', override, 'plant', true)) end;
	end if;
	return (select jsonb_agg(r || jsonb_build_object('override', override, 'plant', true)) from (
		select r from jsonb_each(s) c, jsonb_array_elements(c.value) r
		order by array_position(array['mine', 'colleague', 'own', 'any', 'other', 'null'], c.key), r -> 'is'
		limit 3) z);
end
$$;

-- An INSERT of a whole row into these columns: its text is the first parameter, what differs the second.
create function pg_temp.lensgate_insert(f jsonb, columns jsonb) returns text language plpgsql as $$
begin
	return (select format('insert into %s as x (%s) overriding system value select %s from '
			'(select jsonb_populate_record($1::%1$s, $2::jsonb) as r offset 0) q', f ->> 'name',
			string_agg(quote_ident(c), ', ' order by n),
			string_agg('(q.r).' || quote_ident(c), ', ' order by n))
		from jsonb_array_elements_text(columns) with ordinality k(c, n));
end
$$;

-- The arguments of such a statement.
create function pg_temp.lensgate_row(row_text text, override jsonb) returns text language plpgsql as $$
begin
	return quote_literal(row_text) || ', ' || quote_literal(override::text);
end
$$;
