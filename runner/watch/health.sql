-- What the health worker writes. May be applied any number of times, also beside tables that somebody
-- else made: what is there stays. Part of `lensgate migrate`; fixtures/db/60_health_tables.sql is this
-- file, so that the embedded database has what any other gets.
begin;
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
commit;
