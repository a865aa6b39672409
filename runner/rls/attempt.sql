-- One try of the prober, and the statements that it has prepared. `p` and `f` are the persona and the
-- relation (probe.sql), `g` what the persona's role may do there (lensgate_grants).

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

-- Say what the persona says of itself, until the subtransaction ends: settings and claims.
create function pg_temp.lensgate_claim(p jsonb) returns void language plpgsql as $$
begin
	if p ? 'settings' then
		perform set_config(e.key, e.value, true) from jsonb_each_text(p -> 'settings') e;
	end if;
	perform set_config('request.jwt.claims', coalesce(p ->> 'claims', ''), true);
end
$$;

-- Be the persona until the subtransaction ends. A try does the same by itself: it is done ten thousand times.
create function pg_temp.lensgate_become(p jsonb) returns void language plpgsql as $$
begin
	perform pg_temp.lensgate_claim(p);
	if (p ->> 'authenticator')::boolean then
		perform set_config('session_authorization', 'authenticator', true);
	end if;
	perform set_config('role', p ->> 'role', true);
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
