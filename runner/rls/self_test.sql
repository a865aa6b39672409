-- Whether this server treats a persona as the prober takes for granted: null, or what is different.
create function pg_temp.lensgate_self_test(role text) returns text language plpgsql as $$
declare
	lensgate_row refcursor;
	t record;
	hits bigint;
	code text;
begin
	create temp table lensgate_test (id int primary key, tenant text) on commit drop;
	insert into pg_temp.lensgate_test values (1, 'a'), (2, 'b');
	alter table pg_temp.lensgate_test enable row level security;
	create policy s on pg_temp.lensgate_test for select using (tenant = 'a');
	create policy u on pg_temp.lensgate_test for update using (true) with check (tenant <> 'c');
	create policy i on pg_temp.lensgate_test for insert with check (tenant = 'a');
	execute format('grant select, insert, update, delete on pg_temp.lensgate_test to %I', role);
	for t in select * from (values
		('a policy filters what the persona reads', 'select from pg_temp.lensgate_test', false, '00000', 1),
		('a statement by key does not reach a hidden row',
			'update pg_temp.lensgate_test set tenant = tenant where id = 2', false, '00000', 0),
		('WHERE CURRENT OF reaches exactly the row of its cursor, hidden or not',
			'update pg_temp.lensgate_test set tenant = ''d''', true, '00000', 1),
		('WHERE CURRENT OF is held by the policy of its command',
			'delete from pg_temp.lensgate_test', true, '00000', 0),
		('WITH CHECK refuses a new row with 42501',
			'update pg_temp.lensgate_test set tenant = ''c''', true, '42501', 0),
		('a policy is asked before a constraint',
			'insert into pg_temp.lensgate_test values (1, ''b'')', false, '42501', 0),
		('a constraint is asked after a policy',
			'insert into pg_temp.lensgate_test values (1, ''a'')', false, '23505', 0)
	) as test(assumption, act, blind, code, hits) loop
		hits := 0;
		begin
			lensgate_row := 'lensgate_row';
			if t.blind then
				open lensgate_row for execute 'select 1 from pg_temp.lensgate_test where id = 2';
				move lensgate_row;
			end if;
			perform set_config('role', role, true);
			execute t.act || case when t.blind then ' where current of lensgate_row' else '' end;
			get diagnostics hits = row_count;
			raise sqlstate 'LG000';
		exception
			when sqlstate 'LG000' then code := '00000';
			when others then code := sqlstate;
		end;
		if code <> t.code or hits <> t.hits then
			return format('this server does not behave as assumed: %s (got %s, %s rows)', t.assumption, code, hits);
		end if;
	end loop;
	drop table pg_temp.lensgate_test;
	return null;
end
$$;
