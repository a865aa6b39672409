-- The role the health worker writes as, and what alerts remember. After health.sql; may be applied any
-- number of times.
begin;
set local client_min_messages = warning;

-- Which change of which alert was told: each once, whoever looked.
create table if not exists public.lensgate_alert_messages (
	lens_id text not null,
	yacht_id uuid not null,
	alert_id text not null,
	change text not null,
	changed_at timestamptz not null,
	told_at timestamptz not null default now(),
	primary key (lens_id, yacht_id, alert_id, change, changed_at)
);
alter table public.lensgate_alert_messages enable row level security;
alter table public.lensgate_alert_messages force row level security;
revoke all on public.lensgate_alert_messages from public;

-- The worker inserts, and sees the ids of checks so that it inserts none twice. Nothing else.
do $$
declare
	wanted record;
begin
	if not exists (select from pg_catalog.pg_roles where rolname = 'lensgate_worker') then
		create role lensgate_worker nologin noinherit;
	end if;
	execute format('grant lensgate_worker to %I', current_user);
	for wanted in
		select * from (values
			('pms_health_checks', 'lensgate_worker_inserts', 'insert', 'with check (true)'),
			('pms_health_checks', 'lensgate_worker_knows_ids', 'select', 'using (true)'),
			('pms_health_events', 'lensgate_worker_inserts', 'insert', 'with check (true)'),
			('pms_health_events', 'lensgate_worker_knows_ids', 'select', 'using (true)')
		) as v (tab, name, command, condition)
	loop
		if not exists (select from pg_catalog.pg_policies p where p.schemaname = 'public'
				and p.tablename = wanted.tab and p.policyname = wanted.name) then
			execute format('create policy %I on public.%I for %s to lensgate_worker %s',
				wanted.name, wanted.tab, wanted.command, wanted.condition);
		end if;
	end loop;
end
$$;

grant usage on schema public to lensgate_worker;
revoke all on public.pms_health_checks, public.pms_health_events from lensgate_worker;
grant insert on public.pms_health_checks, public.pms_health_events to lensgate_worker;
grant select (id) on public.pms_health_checks, public.pms_health_events to lensgate_worker;
commit;

select c.relname as "table", c.relrowsecurity as rls, c.relforcerowsecurity as forced,
	(select count(*) from pg_catalog.pg_policies p
		where p.schemaname = 'public' and p.tablename = c.relname) as policies,
	has_table_privilege('lensgate_worker', c.oid, 'insert') as worker_inserts,
	has_table_privilege('lensgate_worker', c.oid, 'select, update, delete, truncate')
		as worker_more
from pg_catalog.pg_class c
where c.oid in ('public.pms_health_checks'::regclass, 'public.pms_health_events'::regclass)
order by c.relname;
