-- What the health worker writes, and the role it writes as. May be applied any number of times, also
-- beside tables that somebody else made: what is there stays.
set local client_min_messages = warning;

create table if not exists public.pms_health_checks (
	id uuid primary key default gen_random_uuid(),
	yacht_id uuid not null,
	lens_id text not null,
	status text not null check (status in ('healthy', 'degraded', 'unhealthy')),
	p95_latency_ms integer,
	error_rate_percent numeric(5,2),
	sample_size integer,
	observed_at timestamptz not null default now(),
	notes jsonb
);

create table if not exists public.pms_health_events (
	id uuid primary key default gen_random_uuid(),
	check_id uuid not null references public.pms_health_checks on delete cascade,
	level text not null check (level in ('info', 'warning', 'error')),
	detail_json jsonb not null,
	created_at timestamptz not null default now()
);

create index if not exists health_checks_newest
	on public.pms_health_checks (yacht_id, lens_id, observed_at desc);
create index if not exists health_events_by_check on public.pms_health_events (check_id);

alter table public.pms_health_checks enable row level security;
alter table public.pms_health_checks force row level security;
alter table public.pms_health_events enable row level security;
alter table public.pms_health_events force row level security;

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

select c.relname as "table", c.relrowsecurity as rls, c.relforcerowsecurity as forced,
	(select count(*) from pg_catalog.pg_policies p
		where p.schemaname = 'public' and p.tablename = c.relname) as policies,
	has_table_privilege('lensgate_worker', c.oid, 'insert') as worker_inserts,
	has_table_privilege('lensgate_worker', c.oid, 'select, update, delete, truncate')
		as worker_more
from pg_catalog.pg_class c
where c.oid in ('public.pms_health_checks'::regclass, 'public.pms_health_events'::regclass)
order by c.relname;
