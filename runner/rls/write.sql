-- One cell of INSERT, UPDATE, MOVE or DELETE, by trying. `p`, `f` and `g` are the persona, the relation
-- (probe.sql) and the grants, `s` is a sample (sample.sql).

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
