-- What is no table: what it shows, and what can be written through it. `p` and `f` are the persona and the
-- relation (probe.sql).

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
			perform pg_temp.lensgate_claim(who);
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
		perform pg_temp.lensgate_become(p);
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
			perform pg_temp.lensgate_claim(who);
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
