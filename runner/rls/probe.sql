-- lensgate_probe(persona, relation, commands): every cell of one persona on one relation, found by
-- trying. Each try is a subtransaction that is undone; the whole is in a transaction that is rolled
-- back. Created in pg_temp; nothing of it is run as a persona but the statement under test.
--
-- persona   {role, claims (text; null: ''), authenticator, settings {name: value}, superuser,
--            tenant, other, user, witnesses [{claims, settings} of others, one of the same tenant]}
-- relation  as lensgate_relations() gave it
--
-- Letters: A allowed, B allowed only to a statement that reads no column, ~ on part of the rows,
-- . filtered, D refused by WITH CHECK, G no grant, T the policy allows it and a trigger stops it,
-- R accepted, but stored under another tenant, E the policy raises, ? unknown, - impossible.
-- A, B and ~ are proofs: a statement went through, or died of a constraint, which is looked at only
-- after the policy said yes. The refusals mean: no row and no value that was tried got through.

-- The statements prepared so far for `prefix`, by what their names end with: the hash of their text. All
-- other ones of ours are done with and forgotten.
create function pg_temp.lensgate_known(prefix text) returns bigint[] language plpgsql as $$
declare
	other text;
begin
	for other in select name from pg_catalog.pg_prepared_statements
			where starts_with(name, 'lensgate_') and not starts_with(name, prefix) loop
		execute 'deallocate ' || other;
	end loop;
	return array(select ('x' || lpad(substr(name, length(prefix) + 1), 16, '0'))::bit(64)::bigint
		from pg_catalog.pg_prepared_statements where starts_with(name, prefix));
end
$$;

-- One try: plant a row if need be, become the persona, act, undo.
--
-- act        the statement, with $1 and so on for `args`, which are literals of SQL. The same text is
--            prepared once, by whoever first runs it, and planned once: parsing and planning are most
--            of what a try costs. `known` are the hashes of the texts prepared so far, each called
--            `prefix` of g and its hash; a 0 among them: triggers are in the way of planting.
-- reach      how the row is found. blind: where current of a cursor opened before the switch: exactly
--            one row, no SELECT policy. where: by its place. none.
-- candidate  the row: {nth in the cursor lensgate_rows, part, place}; of a planted one, what it is a copy of
-- plant      the row to plant first, as arguments of `plant` of g; null: none
-- replica    no trigger and no foreign key is looked at; RLS is
--
-- Letters of a try: A . D G E R as above; X undecided: a trigger, a rule or a function spoke before
-- the policy could; ? not tried.
create function pg_temp.lensgate_attempt(p jsonb, f jsonb, g jsonb, act text, args text[], reach text,
		candidate jsonb, plant text, replica boolean, recount text, inout known bigint[],
		out letter text, out state text, out said text)
	language plpgsql as $$
declare
	lensgate_rows refcursor := 'lensgate_rows';
	lensgate_row refcursor := 'lensgate_row';
	prefix text := g ->> 'prefix';
	hash bigint;
	place text := candidate ->> 'place';
	part text := candidate ->> 'part';
	nth int;
	hits bigint;
	before bigint;
	after bigint;
	stage text;
	context text;
	culprit text;
	own_table boolean;
	done text;
	-- Without triggers only where it has to be: each change of this setting makes the server plan all anew,
	-- its functions too.
	quiet boolean := plant is not null and 0 = any (known);
	stays boolean;
	crowded boolean := false;   -- the row that the planted one is a copy of has to go
	was text := session_user;
begin
	if reach = 'where' then
		act := format('%s where tableoid = $%s and ctid = $%s', act, cardinality(args) + 1,
			cardinality(args) + 2);
	elsif reach = 'blind' then
		act := act || ' where current of ' || case when plant is null then lensgate_rows
			else lensgate_row end;
	end if;
	-- EXECUTE of a prepared statement has a number of rows only when it returns them. What returns no
	-- column asks for no SELECT, and no SELECT policy.
	if not starts_with(act, 'select') then
		act := act || ' returning 1';
	end if;
	hash := hashtextextended(act, 0);
	for try in 1..3 loop
		stage := 'plant';
		state := null;
		said := null;
		begin
			if plant is not null then
				if quiet then
					done := set_config('session_replication_role', 'replica', true);
				end if;
				if crowded then
					execute format('delete from %s where tableoid = %s and ctid = %L', f ->> 'name',
						candidate ->> 'part', candidate ->> 'place');
				end if;
				if not (g ->> 'planting')::bigint = any (known) then
					execute 'prepare ' || prefix || to_hex((g ->> 'planting')::bigint) || ' as ' || (g ->> 'plant');
					known := known || (g ->> 'planting')::bigint;
				end if;
				execute 'execute ' || prefix || to_hex((g ->> 'planting')::bigint) || '(' || plant || ')'
				into place, part, stays;
				if quiet then
					done := set_config('session_replication_role', 'origin', true);
				elsif stays is not true then
					raise 'a trigger stored another row than the one to be planted';
				end if;
			end if;
			if recount is not null then
				execute recount into before;
			end if;
			if replica then
				done := set_config('session_replication_role', 'replica', true);
			end if;
			if reach = 'blind' then
				if plant is null then
					nth := candidate ->> 'nth';
					move absolute nth from lensgate_rows;
				else
					open lensgate_row for execute format('select 1 from %s where tableoid = %s and ctid = %L',
						f ->> 'name', part, place);
					move lensgate_row;
				end if;
			end if;
			if p ? 'role' then
				if p ? 'settings' then
					perform set_config(key, value, true) from jsonb_each_text(p -> 'settings');
				end if;
				if (p ->> 'authenticator')::boolean then
					done := set_config('session_authorization', 'authenticator', true);
				end if;
				done := set_config('role', p ->> 'role', true);
				done := set_config('request.jwt.claims', coalesce(p ->> 'claims', ''), true);
			end if;
			stage := 'act';
			if not hash = any (known) then
				execute 'prepare ' || prefix || to_hex(hash) || ' as ' || act;
				known := known || hash;
			end if;
			if reach = 'where' then
				execute 'execute ' || prefix || to_hex(hash) || '(' ||
					array_to_string(args || part || quote_literal(place), ', ') || ')';
			elsif args = '{}' then
				execute 'execute ' || prefix || to_hex(hash);
			else
				execute 'execute ' || prefix || to_hex(hash) || '(' || array_to_string(args, ', ') || ')';
			end if;
			get diagnostics hits = row_count;
			if (f ->> 'deferrable')::boolean then
				set constraints all immediate;
			end if;
			if hits > 0 and recount is not null then
				perform set_config('role', 'none', true);
				if (p ->> 'authenticator')::boolean then
					perform set_config('session_authorization', was, true);
				end if;
				execute recount into after;
			end if;
			raise sqlstate 'LG000';
		exception
			when sqlstate 'LG000' then
				letter := case when hits > 0 and after <= before then 'R' when hits > 0 then 'A'
					when act like 'insert%' then 'X' else '.' end;
				said := case letter when 'R' then 'accepted, and a trigger stored it elsewhere'
					when 'X' then 'no row was inserted and nothing was raised: a trigger took it' end;
			when others then
				get stacked diagnostics state = returned_sqlstate, said = message_text,
					culprit = table_name, context = pg_exception_context;
				-- Whether any function but ours was at work when it was raised. The innermost comes first.
				own_table := starts_with(context, 'SQL statement "execute lensgate_')
					or context !~ '(?n)^[\w/]+ function (?!(pg_temp_\d+\.)?lensgate_)';
				letter := case
					when stage = 'plant' then '?'
					when state in ('55P03', '40P01', '40001') then '?'
					when state = '42501' and own_table and said like 'new row violates row-level%' then 'D'
					when state = '42501' and own_table and (said like 'permission denied for schema%'
						or said in ('permission denied for table ' || (f ->> 'relname'),
							'permission denied for view ' || (f ->> 'relname'),
							'permission denied for materialized view ' || (f ->> 'relname'),
							'permission denied for foreign table ' || (f ->> 'relname'),
							'permission denied for function ' || (f ->> 'relname'))) then 'G'
					-- Constraints are looked at after the policy: it let the row pass.
					when state like '23%' and own_table and culprit <> '' then 'A'
					when state in ('42P17', '54001') then 'E'
					when own_table and state in ('42501', '22P02', '42883', '42704', '22023') then 'E'
					else 'X' end;
		end;
		continue when state in ('55P03', '40P01', '40001');
		exit when state is null or stage <> 'plant' or (p ->> 'superuser')::boolean is not true;
		if state in ('23505', '23P01') and candidate ? 'place' then
			exit when crowded;
			crowded := true;
		else
			exit when quiet or state <> '23503' and (f ->> 'stirs')::boolean is not true;
			known := known || 0::bigint;
		end if;
		quiet := true;
	end loop;
end
$$;

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

-- Whether a row of `class` that carries `constant` shows: for SELECT, when nothing else does.
create function pg_temp.lensgate_planted_shows(p jsonb, f jsonb, g jsonb, s jsonb, class text,
		constant jsonb, inout known bigint[], out letter text, out said text)
	language plpgsql as $$
declare
	base jsonb := coalesce(s -> class -> 0, pg_temp.lensgate_stand_ins(p, f, s, class) -> 0);
	t record;
begin
	if base is null then
		letter := '?';
		return;
	end if;
	t := pg_temp.lensgate_attempt(p, f, g, 'select 1 from ' || (f ->> 'name'), '{}', 'where', base,
		pg_temp.lensgate_row(base ->> 'row', coalesce(base -> 'override', '{}') ||
			pg_temp.lensgate_fresh(f, g) || constant), false, null, known);
	known := t.known;
	letter := t.letter;
	said := t.said;
end
$$;

-- SELECT: the rows themselves are compared, not their number. What is hidden is planted again with
-- the values that the policies talk about.
create function pg_temp.lensgate_select(p jsonb, f jsonb, g jsonb, s jsonb, known bigint[])
	returns table (class text, letter text, seen bigint, of_seen bigint, state text, how text,
		reason text, tries int) language plpgsql as $$
declare
	places text[];
	one text := 'A';
	said text;
	code text;
	r record;
	t record;
	constant jsonb;
	what text := 'x.tableoid::text || x.ctid::text';
	columns text := 'tableoid, ctid';
begin
	if (g ->> 'select')::boolean is not true then
		return query select c, 'G', 0::bigint, null::bigint, null::text, null::text,
			'no SELECT privilege', 0 from unnest(pg_temp.lensgate_classes(f)) c;
		return;
	end if;
	if g -> 'selected' <> 'null' then   -- some columns only: the row is known by what they hold
		select 'row(' || string_agg(format('x.%I', c), ', ') || ')::text', string_agg(quote_ident(c), ', ')
		into what, columns from jsonb_array_elements_text(g -> 'selected') c;
	end if;
	begin
		if p ? 'settings' then
			perform set_config(e.key, e.value, true) from jsonb_each_text(p -> 'settings') e;
		end if;
		if (p ->> 'authenticator')::boolean then
			perform set_config('session_authorization', 'authenticator', true);
		end if;
		perform set_config('role', p ->> 'role', true),
			set_config('request.jwt.claims', coalesce(p ->> 'claims', ''), true);
		execute format('select coalesce(array_agg(%s), ''{}'') from (select %s from %s limit 20000) x',
			what, columns, f ->> 'name') into places;
		raise sqlstate 'LG000';
	exception
		when sqlstate 'LG000' then null;
		when others then
			get stacked diagnostics code = returned_sqlstate, said = message_text;
			one := case when code in ('55P03', '40P01', '40001') then '?' else 'E' end;
	end;
	for r in execute format('select k.c, coalesce(z.total, 0) as total, coalesce(z.visible, 0) as visible
			from unnest($2) with ordinality k(c, n) left join (
				select y.c, count(*) as total, count(v.place) as visible
				from (select %s as c, %s as place from %s x offset 0) y
				left join (select distinct unnest($1) as place) v using (place) group by y.c) z on z.c = k.c
			order by k.n', pg_temp.lensgate_class(p, f), what, f ->> 'name')
		using places, pg_temp.lensgate_classes(f) loop
		class := r.c;
		seen := r.visible;
		of_seen := r.total;
		state := code;
		reason := said;
		how := null;
		tries := 1;
		letter := case when one <> 'A' then one when r.total = 0 then '?' when r.visible = 0 then '.'
			when r.visible < r.total then '~' else 'A' end;
		if letter = '?' then
			reason := coalesce(said, 'there is no such row, and none could be planted');
		end if;
		if one = 'A' and class <> 'any' and (letter = '?' or letter = '.' and class in ('other', 'null')) then
			for constant in select k from jsonb_array_elements(case when letter = '?' then '[{}]'::jsonb
					else '[]' end || case when class in ('other', 'null')
						then f #> '{constants,SELECT}' else '[]' end) k loop
				t := pg_temp.lensgate_planted_shows(p, f, g, s, class, constant, known);
				known := t.known;
				tries := tries + 1;
				if t.letter = '.' and letter = '?' then
					letter := '.';
					reason := null;
				elsif t.said like '%violates partition constraint%' then
					letter := '-';
					reason := 'no such row fits into this partition';
					exit;
				elsif t.letter = 'A' then
					letter := case when constant = '{}' then 'A' else '~' end;
					how := case when constant = '{}' then 'a row of ours' else 'a row with ' || constant::text end;
					reason := null;
					exit;
				end if;
			end loop;
		elsif letter = 'A' and class = 'null' then   -- everybody's, whatever they hold?
			for constant in select k from jsonb_array_elements(f #> '{constants,SELECT}') k loop
				t := pg_temp.lensgate_planted_shows(p, f, g, s, class, constant, known);
				known := t.known;
				tries := tries + 1;
				if t.letter = '.' then
					letter := '~';
					how := 'not a row with ' || constant::text;
					exit;
				end if;
			end loop;
		end if;
		return next;
	end loop;
end
$$;

-- What is written, for one cell: column and value, one pair after the other until one gets through;
-- `kept` means the value the row has. `columns` is null when the role may write none of them.
create function pg_temp.lensgate_assignments(p jsonb, f jsonb, g jsonb, s jsonb, command text, grp text,
		landing text, candidate jsonb, override jsonb, out columns text[], out news text[],
		out kept boolean[])
	language plpgsql as $$
declare
	old jsonb := candidate -> 'old';
	names jsonb;
	writable boolean := false;   -- a column of the group, by the role
	target text;
	c text;
	n text;
begin
	columns := '{}';
	if command = 'DELETE' or command = 'INSERT' and grp = '' then
		columns := array[null];
		return;
	elsif command = 'MOVE' then
		c := case when landing in ('mine', 'colleague') then f ->> 'owner' else f ->> 'tenant_column' end;
		if not g -> 'update' ? c then
			columns := null;
			return;
		end if;
		target := pg_temp.lensgate_target(p, f, s, landing, c);
		if target is not null or landing = 'null' then
			columns := array[c];
			news := array[target];
			kept := array[false];
		end if;
		return;
	end if;
	if old is null then
		execute format('select to_jsonb(%L::%s)', candidate ->> 'row', f ->> 'name') into old;
	end if;
	old := old || override;
	names := case when grp = '' then jsonb_build_array(g -> 'harmless')
		else coalesce(f #> array['groups', grp], '[]') end;
	for i in 0..jsonb_array_length(names) - 1 loop
		c := names ->> i;
		continue when (g -> lower(command) ? c) is not true;
		writable := grp <> '';
		if c = f ->> 'state' and f -> 'next' <> 'null' then
			for n in select k from jsonb_array_elements_text(f #> array['next', old ->> c]) k
					union select k from jsonb_object_keys(f -> 'next') k
					where command = 'INSERT' and k is distinct from old ->> c limit 4 loop
				columns := columns || c;
				news := news || n;
				kept := kept || false;
			end loop;
		end if;
		if grp <> '' and (f ->> 'grouped')::boolean is not true then   -- every state there is
			for n in select v from (
					select jsonb_array_elements_text(case when f #> array['columns', c, 'labels'] <> 'null'
						then f #> array['columns', c, 'labels'] else '[]' end) as v
					union select r ->> 'is' from jsonb_each(s) k, jsonb_array_elements(k.value) r
					union select k ->> c from jsonb_array_elements(f #> '{constants,UPDATE}') k) z
					where v <> old ->> c order by v limit 8 loop
				columns := columns || c;
				news := news || n;
				kept := kept || false;
			end loop;
			continue when columns <> '{}';
		end if;
		n := pg_temp.lensgate_other_value(p, f, c, old ->> c);
		if n is not null then
			columns := columns || c;
			news := news || n;
			kept := kept || false;
		end if;
		if grp = '' then   -- a value of another shape may not fit where its own does
			columns := columns || c;
			news := news || null::text;
			kept := kept || true;
		end if;
	end loop;
	if columns = '{}' and not writable then
		columns := null;
	end if;
end
$$;

-- The value that brings a row into the class `landing`, in column `c`.
create function pg_temp.lensgate_target(p jsonb, f jsonb, s jsonb, landing text, c text) returns text
	language plpgsql as $$
begin
	if c = f ->> 'owner' then
		return case landing when 'mine' then p ->> 'user' else coalesce(s #>> '{colleague,0,owner}',
			pg_temp.lensgate_other_value(p - 'user', f, c, p ->> 'user')) end;
	end if;
	return case landing when 'null' then null
		when 'other' then coalesce(s #>> '{other,0,tenant}',
			case when (f ->> 'direct')::boolean then p ->> 'other' end)
		else coalesce(s #>> '{own,0,tenant}', s #>> '{mine,0,tenant}', s #>> '{colleague,0,tenant}',
			case when (f ->> 'direct')::boolean then p ->> 'tenant' end) end;
end
$$;

-- The rows a cell is tried on: existing ones of its class, else stand-ins; and for other people's
-- rows, planted ones that carry what the policies talk about. One, where more would show no more.
create function pg_temp.lensgate_candidates(p jsonb, f jsonb, s jsonb, command text, class text,
		shut boolean)
	returns jsonb language plpgsql as $$
declare
	rows jsonb := coalesce(s -> class, pg_temp.lensgate_stand_ins(p, f, s, class));
begin
	if shut or (f #>> array['hopeless', command])::boolean then
		return coalesce(jsonb_build_array(rows -> 0), '[]');
	end if;
	if class in ('other', 'null') and command <> 'INSERT' and rows <> '[]' then
		rows := rows || coalesce((select jsonb_agg((rows -> 0) || jsonb_build_object('plant', true, 'constant', k))
			from jsonb_array_elements(f #> array['constants', command]) k), '[]');
	end if;
	return rows;
end
$$;

-- The UPDATE that writes `news` into `name`, or the value that it has in `kept`, a row as arguments, its
-- text alone or with what differs; and the values of `variant`, where the role may. Null when the
-- variant comes to nothing. Values are parameters, so that statements are alike, but for domains: those
-- would be checked before the row is looked for.
create function pg_temp.lensgate_update(f jsonb, g jsonb, name text, news text, kept text[],
		variant jsonb, out act text, out args text[])
	language plpgsql as $$
declare
	k text;
	v text;
begin
	act := format('update %s set %I = ', f ->> 'name', name);
	if kept is not null then
		act := act || format(case cardinality(kept) when 1 then '($1::%s).%I'
			else '(jsonb_populate_record($1::%s, $2::jsonb)).%I' end, f ->> 'name', name);
		args := kept;
	elsif (f #>> array['columns', name, 'domain'])::boolean then
		act := act || quote_nullable(news);
		args := '{}';
	else
		act := act || '$1';
		args := array[quote_nullable(news)];
	end if;
	if variant = '{}' then
		return;
	end if;
	news := act;
	for k, v in select e.key, e.value from jsonb_each_text(variant) e
			where g -> 'update' ? e.key and e.key <> name loop
		if (f #>> array['columns', k, 'domain'])::boolean then
			act := act || format(', %I = %L', k, v);
		else
			args := args || quote_nullable(v);
			act := act || format(', %I = $%s', k, cardinality(args));
		end if;
	end loop;
	if act = news then
		act := null;
	end if;
end
$$;

-- The condition that these columns hold what they hold in a row.
create function pg_temp.lensgate_alike(f jsonb, columns jsonb, row_text text) returns text
	language plpgsql as $$
declare
	held text;
begin
	execute format('select row(%s)::text from (select %L::%s as r) q', (select string_agg(
			'(q.r).' || quote_ident(c), ', ' order by n) from jsonb_array_elements_text(columns)
			with ordinality k(c, n)), row_text, f ->> 'name')
	into held;
	return format(' where row(%s)::text = %L', (select string_agg(quote_ident(c), ', ' order by n)
		from jsonb_array_elements_text(columns) with ordinality k(c, n)), held);
end
$$;

-- One cell of INSERT, UPDATE, MOVE or DELETE. `base` is the row an INSERT got through with, for the
-- cells of column groups, which begin `from_base`.
create function pg_temp.lensgate_write(p jsonb, f jsonb, g jsonb, s jsonb, command text, grp text,
		class text, landing text, variants jsonb, from_base jsonb, shut boolean, inout known bigint[],
		out letter text, out seen bigint, out of_seen bigint, out state text, out how text,
		out reason text, out tries int, out label text, out base jsonb)
	language plpgsql as $$
declare
	rank text[] := array['?', 'X', 'G', '.', 'D', 'E', 'R', 'T', 'A'];
	reach text := case command when 'INSERT' then 'none' else 'blind' end;
	stamped boolean := command = 'INSERT' and (f ->> 'triggers')::int & 4 > 0;
	candidates jsonb := case when from_base is not null then jsonb_build_array(from_base)
		else pg_temp.lensgate_candidates(p, f, s, command, class, shut) end;
	candidate jsonb;
	variant jsonb;
	override jsonb;
	a record;
	act text;
	args text[];
	plant text;
	recount text;
	last text;
	t record;
	u record;
	through boolean;
	plain boolean;   -- the row as it is, or with what the claims say
	unsure text;
	weighed boolean := command = 'UPDATE' and grp <> '' and (f ->> 'grouped')::boolean is not true
		and class not in ('other', 'null');   -- all values are tried, for some may be refused
	refused boolean := false;
	blocked text;   -- by somebody else's lock: a later try may tell
	number int := 0;
	-- Another tenant's row is taken by its tenant column: whose it is within the tenant comes after.
	brought text := case when class in ('other', 'null') and landing in ('mine', 'colleague') then 'own'
		else landing end;
	moved jsonb := case when command = 'MOVE' and brought in ('own', 'other') then
		pg_temp.lensgate_home(f, s, brought) else '{}' end;
begin
	seen := 0;
	of_seen := 0;
	tries := 0;
	if command = 'DELETE' and (g ->> 'delete')::boolean is not true
			or command in ('UPDATE', 'MOVE') and g -> 'update' = '[]'
			or command = 'INSERT' and g -> 'insert' = '[]' then
		letter := 'G';
		reason := format('no %s privilege', replace(command, 'MOVE', 'UPDATE'));
		return;
	end if;
	if command = 'INSERT' and class in ('other', 'null') and p ->> 'user' is not null
			and f ->> 'owner' is not null then   -- one's own row, in a tenant that is not one's own
		variants := (select jsonb_agg(v || own order by n, own = '{}' desc)
			from jsonb_array_elements(variants) with ordinality e(v, n),
				(values ('{}'::jsonb), (jsonb_build_object(f ->> 'owner', p ->> 'user'))) o(own));
	end if;
	if f -> 'rules' ? (case command when 'INSERT' then '3' when 'DELETE' then '4' else '2' end) then
		letter := '?';
		reason := 'a rewrite rule stands in for the command: write a check by hand';
		return;
	end if;
	if f ->> 'tenant' is not null and (stamped or command = 'MOVE' and (f ->> 'triggers')::int & 16 > 0) then
		recount := format('select count(*) from %s x where %s = any (%L)', f ->> 'name',
			pg_temp.lensgate_class(p, f), case brought when 'own' then '{own,mine,colleague}'
				else array[coalesce(brought, class)] end);
	end if;
	for c in 0..jsonb_array_length(candidates) - 1 loop
		candidate := candidates -> c;
		continue when candidate ? 'constant' and letter = 'A';
		number := number + 1;
		if not candidate ? 'constant' then
			of_seen := of_seen + 1;
		end if;
		through := false;
		override := coalesce(candidate -> 'override', '{}');
		if candidate ? 'plant' or stamped then
			override := override || pg_temp.lensgate_fresh(f, g) || coalesce(candidate -> 'constant', '{}');
		end if;
		a := pg_temp.lensgate_assignments(p, f, g, s, command, grp, brought, candidate, override);
		if a.columns is null then
			letter := 'G';
			reason := 'no privilege on the column';
			return;
		elsif a.columns = '{}' and number = 1 then
			unsure := 'there is no value to write';
		end if;
		plant := case when candidate ? 'plant' and command <> 'INSERT'
			then pg_temp.lensgate_row(candidate ->> 'row', override) end;
		<<values_tried>>
		for i in 1..cardinality(a.columns) loop
			for nth in 1..jsonb_array_length(variants) loop
				variant := variants -> (nth - 1);
				-- All that fits the claims at once for every row, the rest for the first.
				exit when nth > 1 and (plant is not null or last not in ('D', 'T', 'X') or i > 1)
					or nth > 2 and number > 1;
				exit values_tried when tries > 40;
				args := '{}';
				if command = 'DELETE' then
					act := 'delete from ' || (f ->> 'name');
				elsif command = 'INSERT' then
					act := g ->> 'into';
					args := array[pg_temp.lensgate_row(candidate ->> 'row', override || variant ||
						case when grp = '' then '{}' else jsonb_build_object(a.columns[i], a.news[i]) end)];
				else
					u := pg_temp.lensgate_update(f, g, a.columns[i], a.news[i],
						case when a.kept[i] then quote_literal(candidate ->> 'row') ||
							case when plant is null then '{}' else array[quote_literal(override::text)] end end,
						variant || moved);
					continue when u.act is null;
					act := u.act;
					args := u.args;
				end if;
				t := pg_temp.lensgate_attempt(p, f, g, act, args, reach, candidate, plant, false, recount, known);
				known := t.known;
				tries := tries + 1;
				last := t.letter;
				if t.state like '22%' and command = 'INSERT' and (variant <> '{}' or grp <> '') then
					u := pg_temp.lensgate_attempt(p - 'role', f, g, act, args, reach, candidate, plant, false, null,
						known);
					known := u.known;
					tries := tries + 1;
					if u.state = t.state then   -- the value does not fit the column
						last := 'X';
						continue;
					end if;
				end if;
				-- That the policy says yes and a trigger no is known once it was seen.
				if last = 'X' and (p ->> 'superuser')::boolean
						and (letter is null or array_position(rank, letter) < array_position(rank, 'T')) then
					u := pg_temp.lensgate_attempt(p, f, g, act, args, reach, candidate, plant, true, null, known);
					known := u.known;
					tries := tries + 1;
					last := case when u.letter = 'A' then 'T' else u.letter end;
					if last <> 'T' then
						t := u;
					end if;
				elsif last = 'E' and t.state not in ('42501', '42P17', '54001') then
					-- The probe's own mistake, if whoever no policy holds meets it too.
					u := pg_temp.lensgate_attempt(p - 'role', f, g, act, args, reach, candidate, plant, false, null,
						known);
					known := u.known;
					tries := tries + 1;
					if u.state = t.state then
						last := 'X';
					end if;
				end if;
				-- A row that cannot be there is nobody's to reach; a value that does not fit says nothing.
				exit values_tried when last = '?' and candidate ? 'constant'
					and t.state not in ('55P03', '40P01', '40001');
				if last in ('?', 'X') and (variant = '{}' or t.state in ('55P03', '40P01', '40001')) then
					unsure := coalesce(t.said, 'undecided');
					if t.state in ('55P03', '40P01', '40001') then
						blocked := t.state;
					end if;
				end if;
				if letter is null or array_position(rank, last) > array_position(rank, letter) then
					letter := last;
					state := t.state;
					reason := t.said;
					label := candidate ->> 'is';
					how := nullif(concat_ws(', ', case when variant <> '{}' then 'with ' || variant::text end,
						case when candidate ? 'constant' then 'on a row with ' || (candidate ->> 'constant')
							when plant is not null then 'on a row of ours' end,
						case when grp <> '' and last = 'A' then 'wrote ' || a.columns[i] end), '');
					if last = 'A' and command = 'INSERT' then
						base := jsonb_build_object('row', candidate -> 'row', 'override', override || variant,
							'is', candidate -> 'is');
					elsif last = 'A' and plant is null then
						u := pg_temp.lensgate_attempt(p, f, g, act, args, 'where', candidate, null, false, null, known);
						known := u.known;
						tries := tries + 1;
						if u.letter <> 'A' and u.state = '42501' and g -> 'selected' <> 'null' then
							-- Its place cannot be asked for: by what the columns hold that can.
							u := pg_temp.lensgate_attempt(p, f, g, act || pg_temp.lensgate_alike(f, g -> 'selected',
								candidate ->> 'row'), args, 'none', candidate, null, false, null, known);
							known := u.known;
							tries := tries + 1;
						end if;
						if u.letter <> 'A' then
							letter := 'B';
							rank := rank || 'B'::text;
						end if;
					end if;
				end if;
				refused := refused or last = 'D' and variant = '{}';
				if last = 'A' then
					through := true;
					plain := command <> 'INSERT' or nth <= 2;
					exit values_tried when not weighed;
					exit;
				end if;
				-- The old row is out of reach, whatever is written.
				exit values_tried when last in ('.', 'G');
			end loop;
		end loop values_tried;
		if through and plain and not candidate ? 'constant' then
			seen := seen + 1;
		end if;
		exit when through and command = 'INSERT' and (from_base is not null or class in ('other', 'null')
			or (f ->> 'grouped')::boolean);
	end loop;
	letter := coalesce(letter, '?');
	if letter = 'X' then
		letter := '?';
	elsif letter in ('.', 'D', 'G') and unsure is not null then
		letter := '?';
		reason := unsure;
	end if;
	if letter = '?' then
		reason := coalesce(reason, unsure, 'no row to start from');
		state := coalesce(blocked, state);
	elsif letter in ('A', 'B') and state is null then
		reason := null;
	end if;
	if letter = 'A' and (case when weighed then refused when command <> 'INSERT' then seen < of_seen
			else seen < of_seen and from_base is null and class not in ('other', 'null')
				and not (f ->> 'grouped')::boolean end) then
		letter := '~';
	end if;
end
$$;

-- What the persona's role may do here by grant.
create function pg_temp.lensgate_grants(p jsonb, f jsonb) returns jsonb language sql as $$
	with c as (
		select e.key as name, (e.value ->> 'n')::smallint as n, e.value as facts
		from jsonb_each(f -> 'columns') e where not (e.value ->> 'generated')::boolean),
	w as (select p ->> 'role' as role, (f ->> 'oid')::bigint::oid as rel),
	u as (select c.* from c, w where has_column_privilege(w.role, w.rel, c.n, 'UPDATE')
		and not (c.facts ->> 'always')::boolean)
	select case when not has_schema_privilege(w.role, (f ->> 'schema')::bigint::oid, 'USAGE')
		then '{"insert": [], "update": []}'::jsonb else jsonb_build_object(
			'select', has_any_column_privilege(w.role, w.rel, 'SELECT'),
			'selected', case when not has_table_privilege(w.role, w.rel, 'SELECT') then
				(select jsonb_agg(e.key order by (e.value ->> 'n')::int) from jsonb_each(f -> 'columns') e
				where has_column_privilege(w.role, w.rel, (e.value ->> 'n')::smallint, 'SELECT')) end,
			'delete', has_table_privilege(w.role, w.rel, 'DELETE'),
			'insert', coalesce((select jsonb_agg(name order by n) from c
				where has_column_privilege(w.role, w.rel, n, 'INSERT')), '[]'),
			'update', coalesce((select jsonb_agg(name order by n) from u), '[]'),
			-- The column whose change says least about anything but the policy.
			'harmless', (select name from u where name is distinct from f ->> 'tenant_column'
				order by name is not distinct from f ->> 'owner', exists (select from jsonb_each(f -> 'groups') e
					where e.value ? u.name), (facts ->> 'policy')::boolean, (facts ->> 'indexed')::boolean,
					(facts ->> 'refers')::boolean, (facts ->> 'checked')::boolean,
					facts ->> 'category' <> 'S', n limit 1),
			'truncate', has_table_privilege(w.role, w.rel, 'TRUNCATE'),
			'references', has_any_column_privilege(w.role, w.rel, 'REFERENCES'),
			'trigger', has_table_privilege(w.role, w.rel, 'TRIGGER')) end || jsonb_build_object(
		'fresh', (select coalesce(jsonb_agg(name), '[]') from c
			where (facts ->> 'unique')::boolean and not (facts ->> 'refers')::boolean
				and name is distinct from f ->> 'tenant_column' and name is distinct from f ->> 'owner'
				and (facts ->> 'type' = 'uuid' or facts ->> 'category' in ('N', 'S'))),
		'stored', (select jsonb_agg(name order by n) from c))
	from w
$$;

-- A view, materialized view, foreign table or function: what it shows, by its own tenant column. The
-- witness is whoever connected, with the claims of the persona and of people of other tenants, as a
-- function or a view may ask for claims itself.
create function pg_temp.lensgate_show(p jsonb, f jsonb) returns table (class text, letter text,
		seen bigint, of_seen bigint, state text, how text, reason text, tries int) language plpgsql as $$
declare
	query text := format('select coalesce(jsonb_object_agg(c, k), ''{}'') from (select %s as c, count(*) as k from %s x group by 1) z',
		pg_temp.lensgate_class(p, f), f ->> 'name');
	total jsonb := '{}';
	shown jsonb;
	found jsonb;
	who jsonb;
	one text := 'A';
	code text;
	said text;
begin
	for who in select '{}' union all select p
			union all select jsonb_array_elements(coalesce(p -> 'witnesses', '[]')) loop
		begin
			perform set_config(e.key, e.value, true)
			from jsonb_each_text(coalesce(who -> 'settings', '{}')) e;
			perform set_config('request.jwt.claims', coalesce(who ->> 'claims', ''), true);
			execute query into found;
			raise sqlstate 'LG000';
		exception
			when sqlstate 'LG000' then
				select coalesce(jsonb_object_agg(key, greatest((total ->> key)::bigint, (found ->> key)::bigint)), '{}')
				into total from (select jsonb_object_keys(total || found) as key) z;
			when others then
				said := sqlerrm;
		end;
	end loop;
	begin
		if p ? 'settings' then
			perform set_config(e.key, e.value, true) from jsonb_each_text(p -> 'settings') e;
		end if;
		if (p ->> 'authenticator')::boolean then
			perform set_config('session_authorization', 'authenticator', true);
		end if;
		perform set_config('role', p ->> 'role', true),
			set_config('request.jwt.claims', coalesce(p ->> 'claims', ''), true);
		execute query into shown;
		raise sqlstate 'LG000';
	exception
		when sqlstate 'LG000' then said := null;
		when others then
			get stacked diagnostics code = returned_sqlstate, said = message_text;
			one := case when code = '42501' and said ~ format('^permission denied for (schema|[a-z ]+ %s$)',
					regexp_replace(f ->> 'relname', '\W', '.', 'g')) then 'G'
				when code in ('55P03', '40P01', '40001') then '?' else 'E' end;
	end;
	for class in select unnest(pg_temp.lensgate_classes(f || '{"tenant_null": true}')) loop
		of_seen := coalesce((total ->> class)::bigint, 0);
		seen := coalesce((shown ->> class)::bigint, 0);
		continue when class = 'null' and of_seen = 0 and seen = 0;
		state := code;
		reason := said;
		tries := 1;
		letter := case when one <> 'A' then one when seen > 0 and seen < of_seen then '~'
			when seen > 0 then 'A' when of_seen > 0 then '.' else '?' end;
		if letter = '?' then
			reason := coalesce(said, 'nobody is shown such a row through it');
		end if;
		return next;
	end loop;
end
$$;

-- A row of the class that whoever connected is shown through a view, as himself or as one of the
-- witnesses, as its text; null: none.
create function pg_temp.lensgate_shown(p jsonb, f jsonb, class text) returns text language plpgsql as $$
declare
	who jsonb;
	shown text;
begin
	for who in select '{}' union all select p
			union all select jsonb_array_elements(coalesce(p -> 'witnesses', '[]')) loop
		begin
			perform set_config(e.key, e.value, true)
			from jsonb_each_text(coalesce(who -> 'settings', '{}')) e;
			perform set_config('request.jwt.claims', coalesce(who ->> 'claims', ''), true);
			execute format('select x::text from %s x where %s = %L limit 1', f ->> 'name',
				pg_temp.lensgate_class(p, f), class) into shown;
			raise sqlstate 'LG000';
		exception when others then
			exit when shown is not null;
		end;
	end loop;
	return shown;
end
$$;

-- A write through a view, on one row of each class: there is no place in a view that a cursor could
-- be on, so that the row is found by what it holds; where nothing may be read, all rows are deleted.
create function pg_temp.lensgate_through(p jsonb, f jsonb, command text) returns table (class text,
		letter text, seen bigint, of_seen bigint, state text, how text, reason text, tries int)
	language plpgsql as $$
declare
	rel oid := (f ->> 'oid')::bigint;
	role text := p ->> 'role';
	reads boolean := has_table_privilege(p ->> 'role', (f ->> 'oid')::bigint::oid, 'SELECT');
	row_text text;
	act text;
	lost text;   -- how many rows of the class there are, less than none, so that they grow when some go
	names text[];
	t record;
begin
	select array_agg(e.key order by e.key is not distinct from f ->> 'tenant_column', (e.value ->> 'n')::int)
	into names from jsonb_each(f -> 'columns') e
	where command <> 'DELETE' and has_column_privilege(role, rel, (e.value ->> 'n')::smallint, command)
		and pg_column_is_updatable(rel, (e.value ->> 'n')::smallint, true);
	reason := case when f ->> 'kind' = 'f' then 'writes to a foreign table are not tried: they are not undone'
		when exists (select from pg_trigger where tgrelid = rel and tgtype & 64 > 0) or f -> 'rules' <> '[]'
			then 'a trigger or rule stands in for the command: write a check by hand'
		when command = 'UPDATE' and not reads
			then 'the view may be written and not read: write a check by hand' end;
	if reason is not null then
		class := 'any';
		letter := '?';
		return next;
		return;
	end if;
	for class in select unnest(pg_temp.lensgate_classes(f || '{"tenant_null": true}')) loop
		row_text := pg_temp.lensgate_shown(p, f, class);
		continue when row_text is null and class in ('null', 'mine');
		seen := 0; of_seen := 0; state := null; how := null; tries := 0;
		letter := '?';
		reason := 'nobody is shown such a row through it';
		if row_text is not null then
			act := case command when 'DELETE' then format('delete from %s x', f ->> 'name')
				when 'UPDATE' then format('update %s x set %I = (%L::%1$s).%2$I', f ->> 'name', names[1], row_text)
				else (select format('insert into %s (%s) overriding system value select %s from (select %L::%1$s as r) q', f ->> 'name',
					string_agg(quote_ident(n), ', '), string_agg('(q.r).' || quote_ident(n), ', '), row_text)
					from unnest(names) n) end
				|| case when command = 'INSERT' or not reads then '' else format(' where x::text = %L', row_text) end;
			lost := case when command = 'DELETE' and not reads then format('select -count(*) from %s x where %s = %L',
				f ->> 'name', pg_temp.lensgate_class(p, f), class) end;
			t := pg_temp.lensgate_attempt(p, f, '{"prefix": "lensgate_v_"}', act, '{}', 'none', null, null, false,
				lost, pg_temp.lensgate_known('lensgate_v_'));
			tries := 1;
			-- A view's own check comes after the constraints: one of those proves nothing there.
			letter := case when t.state = '44000' then 'D' when t.letter = 'R' then '.'
				when t.state like '23%' and exists (select from pg_class where oid = rel
					and reloptions::text ~ 'check_option') then '?' when t.letter = 'X' then '?' else t.letter end;
			state := t.state;
			reason := case when letter in ('A', '.') then null else coalesce(t.said, 'undecided') end;
		end if;
		return next;
	end loop;
end
$$;

-- The cells of a command and group that this relation has at all: (command, group, class, landing).
create function pg_temp.lensgate_cells(f jsonb) returns table (command text, grp text, class text,
		landing text) language plpgsql as $$
#variable_conflict use_column
begin
	return query with classes as (select c, n from unnest(pg_temp.lensgate_classes(f)) with ordinality k(c, n)),
	groups as (select key as g from jsonb_each(f -> 'groups'))
	select command, g, c, landing from (
		select 1 as o, 'INSERT' as command, '' as g, c, null as landing, n from classes
		union all select 2, 'INSERT', g, c, null, n from classes, groups
			where c in ('mine', 'own') and f -> 'inserted_groups' ? g
		union all select 3, 'UPDATE', '', c, null, n from classes
		union all select 4, 'UPDATE', g, c, null, n from classes, groups
		union all select 5, 'MOVE', '', f.c, l.c, f.n * 10 + l.n from classes f, classes l
			where f.c <> l.c and (f.c in ('mine', 'colleague', 'own') and l.c in ('other', 'null')
				or l.c in ('mine', 'own') and f.c in ('other', 'null')
				or f.c || l.c in ('minecolleague', 'colleaguemine'))
		union all select 6, 'DELETE', '', c, null, n from classes) z
	order by o, g, n;
end
$$;

create function pg_temp.lensgate_probe(p jsonb, f jsonb, commands text[])
	returns table (command text, grp text, class text, letter text, seen bigint, of_seen bigint,
		state text, how text, reason text, tries int, label text) language plpgsql as $$
declare
	g jsonb;
	s jsonb;
	c record;
	shown record;
	w record;
	variants jsonb;
	filtered text[] := '{}';
	bases jsonb := '{}';
	known bigint[];
	prefix text;
	plant text;
	planted boolean := false;
	pointed boolean;
	turn bigint := hashtextextended('lensgate ' || (f ->> 'name'), 0);
	lensgate_rows refcursor := 'lensgate_rows';
begin
	grp := '';
	if f ? 'oid' and not exists (select from pg_class where oid = (f ->> 'oid')::bigint::oid) then
		raise exception 'the relation is no longer there';
	end if;
	if f ->> 'kind' not in ('r', 'p') then
		command := 'SELECT';
		if 'SELECT' = any (commands) then
			return query select 'SELECT', '', v.class, v.letter, v.seen, v.of_seen, v.state, v.how, v.reason,
				v.tries, null::text from pg_temp.lensgate_show(p, f) v;
		end if;
		if f ->> 'kind' in ('v', 'f') then
			for command in select k from unnest(commands) k where k in ('INSERT', 'UPDATE', 'DELETE') loop
				continue when not has_schema_privilege(p ->> 'role', (f ->> 'schema')::bigint::oid, 'USAGE')
					or not (has_table_privilege(p ->> 'role', (f ->> 'oid')::bigint::oid, command)
						or command <> 'DELETE' and has_any_column_privilege(p ->> 'role',
							(f ->> 'oid')::bigint::oid, command))
					or (f ->> 'writable')::int & case command when 'INSERT' then 8 when 'UPDATE' then 4
						else 16 end = 0;
				return query select command, '', v.class, v.letter, v.seen, v.of_seen, v.state, v.how, v.reason,
					v.tries, null::text from pg_temp.lensgate_through(p, f, command) v;
			end loop;
		end if;
		return;
	end if;
	-- Exclusion constraints and deferred keys are looked at with the row already there, so that two runs
	-- that try the same row at once would wait for each other in vain: one after the other, or, when the
	-- lock time-out has passed, as they come.
	if (f ->> 'crowds')::boolean then
		begin
			perform pg_advisory_lock(turn);
		exception when lock_not_available then null;
		end;
	end if;
	prefix := format('lensgate_%s_%s_', f ->> 'oid', quote_ident(p ->> 'role')::regrole::oid);
	-- Statements are planned once for a role, and not for a persona, unless a function could be in the
	-- plan that says it depends on nothing and is taken by its word: it may well read the claims.
	known := pg_temp.lensgate_known(case when (f ->> 'folds')::boolean then 'none' else prefix end);
	g := pg_temp.lensgate_grants(p, f);
	-- Whether what was stored is what was to be planted: a trigger may have had its own mind.
	plant := pg_temp.lensgate_insert(f, g -> 'stored') || ' returning ctid, tableoid, ' ||
		case when (f ->> 'triggers')::int & 4 > 0
			then 'x::text = jsonb_populate_record(x, $2::jsonb)::text' else 'true' end;
	g := g || jsonb_build_object('into', pg_temp.lensgate_insert(f, g -> 'insert'), 'plant', plant,
		'planting', hashtextextended(plant, 0), 'prefix', prefix);
	-- A variant must not change what the cell is about.
	variants := jsonb_build_object('INSERT', pg_temp.lensgate_variants(p, f, 'INSERT', '{}'), 'UPDATE',
		pg_temp.lensgate_variants(p, f, 'UPDATE', array(select jsonb_array_elements_text(e.value)
			from jsonb_each(f -> 'groups') e)));
	if commands && array['SELECT', 'INSERT', 'UPDATE', 'MOVE', 'DELETE'] then
		s := pg_temp.lensgate_sampled(p, f);
	end if;
	pointed := commands && array['UPDATE', 'MOVE', 'DELETE'] and s <> '{}'
		and (g -> 'update' <> '[]' or (g ->> 'delete')::boolean);
	if pointed then
		s := pg_temp.lensgate_point(f, s);
	end if;
	if 'SELECT' = any (commands) then
		command := 'SELECT';
		for shown in select * from pg_temp.lensgate_select(p, f, g, s, known) loop
			planted := planted or shown.tries > 1;
			class := shown.class;
			letter := case when shown.class = 'mine' and p ->> 'user' is null then '-' else shown.letter end;
			seen := shown.seen; of_seen := shown.of_seen; state := shown.state; how := shown.how; reason := shown.reason;
			tries := shown.tries;
			return next;
		end loop;
		if planted then
			known := pg_temp.lensgate_known(prefix);
		end if;
	end if;
	for c in select * from pg_temp.lensgate_cells(f) k where k.command = any (commands) loop
		command := c.command;
		grp := c.grp;
		class := c.class || coalesce('>' || c.landing, '');
		if (c.class = 'mine' or c.landing = 'mine') and p ->> 'user' is null then
			letter := '-';
			seen := 0; of_seen := 0; state := null; how := null; reason := null; tries := 0; label := null;
		elsif command = 'INSERT' and grp <> '' and not bases ? c.class then
			-- Where nothing can be inserted, nothing can be inserted with these columns.
			letter := coalesce(bases ->> ('-' || c.class), '?');
			seen := 0; of_seen := 0; state := null; how := null; tries := 0; label := null;
			reason := 'as INSERT without these columns';
		else
			w := pg_temp.lensgate_write(p, f, g, s, command, grp, c.class, c.landing,
				case when command = 'DELETE' or command = 'INSERT' and grp <> ''
					or (f #>> array['hopeless', command])::boolean then '[{}]'
					else variants -> replace(command, 'MOVE', 'UPDATE') end,
				case when grp <> '' and command = 'INSERT' then bases -> c.class end,
				-- USING looks at the row as it was: what no UPDATE reaches, no other one does.
				command in ('UPDATE', 'MOVE') and c.class = any (filtered), known);
			known := w.known;
			if command = 'UPDATE' and grp = '' and w.letter = '.' then
				filtered := filtered || c.class;
			end if;
			letter := w.letter; seen := w.seen; of_seen := w.of_seen; state := w.state; how := w.how;
			reason := w.reason; tries := w.tries; label := w.label;
			if command = 'INSERT' and grp = '' then
				bases := bases || case when w.base is null
					then jsonb_build_object('-' || c.class, w.letter)
					else jsonb_build_object(c.class, w.base) end;
			end if;
		end if;
		return next;
	end loop;
	-- Columns that are granted by name, where the table is not.
	for command, grp in select k.command, e.key
			from unnest(array['SELECT', 'INSERT', 'UPDATE']) with ordinality k(command, n), jsonb_each(f -> 'columns') e
			where k.command = any (commands)
				and has_schema_privilege(p ->> 'role', (f ->> 'schema')::bigint::oid, 'USAGE')
				and not has_table_privilege(p ->> 'role', (f ->> 'oid')::bigint::oid, k.command)
				and has_column_privilege(p ->> 'role', (f ->> 'oid')::bigint::oid,
					(e.value ->> 'n')::smallint, k.command)
			order by k.n, (e.value ->> 'n')::int loop
		class := 'all';
		letter := 'A';
		seen := 0; of_seen := 0; state := null; how := null; reason := null; tries := 0; label := null;
		return next;
	end loop;
	for command in select k from unnest(commands) k where k in ('TRUNCATE', 'REFERENCES', 'TRIGGER') loop
		grp := '';
		class := 'all';
		letter := case when (g ->> lower(command))::boolean then 'A' else 'G' end;
		seen := 0; of_seen := 0; state := null; how := null; reason := null; tries := 1; label := null;
		return next;
	end loop;
	if (f ->> 'crowds')::boolean then
		perform pg_advisory_unlock(turn);
	end if;
	-- A table with an open cursor on it cannot be altered, which a mutant may want next.
	if pointed then
		close lensgate_rows;
	end if;
end
$$;

-- The cells of a command that could not be tried at all, and why.
create function pg_temp.lensgate_unknown(f jsonb, commands text[], why text)
	returns table (command text, grp text, class text, letter text, seen bigint, of_seen bigint,
		state text, how text, reason text, tries int, label text) language sql as $$
	select 'SELECT', '', c, '?', 0, 0, null, null, why, 0, null from unnest(pg_temp.lensgate_classes(f)) c
	where 'SELECT' = any (commands)
	union all
	select k.command, k.grp, k.class || coalesce('>' || k.landing, ''), '?', 0, 0, null, null, why, 0, null
	from pg_temp.lensgate_cells(f) k where k.command = any (commands) and f ->> 'kind' in ('r', 'p')
	union all
	select k, '', 'all', '?', 0, 0, null, null, why, 0, null from unnest(commands) k
	where k in ('TRUNCATE', 'REFERENCES', 'TRIGGER') and f ->> 'kind' in ('r', 'p')
$$;
