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
