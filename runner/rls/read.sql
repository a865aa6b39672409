-- The cells of SELECT: the rows that show are compared with those that are there. `p`, `f` and `g` are the
-- persona, the relation (probe.sql) and the grants, `s` is a sample (sample.sql).

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
		perform pg_temp.lensgate_become(p);
		execute format('select coalesce(array_agg(%s), ''{}'') from (select %s from %s) x',
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
