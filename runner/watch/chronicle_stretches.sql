-- What the rounds of a lens found in each stretch of time. A round is due at every multiple of the
-- interval since the first there ever was; one that is half an interval late is missing, and what is
-- missing was down. Of two rounds in one interval the worse counts.
--
-- $1 lens, $2 yacht, $3 from, $4 to, $5 interval between rounds, $6 length of a stretch
with width as (
	select extract(epoch from $5::interval) as s
), known as (
	select c.observed_at, floor(extract(epoch from c.observed_at) / w.s)::bigint as slot,
		array_position(array['healthy', 'degraded', 'unhealthy'], c.status) as badness,
		c.sample_size, c.error_rate_percent, c.notes->'checks' as checks
	from public.pms_health_checks c, width w
	where c.lens_id = $1 and c.yacht_id = $2::uuid
		and c.observed_at >= $3::timestamptz and c.observed_at <= $4::timestamptz
), worst as (
	select slot, max(badness) as badness from known group by slot
), due as (
	select n as slot
	from width w, generate_series(
		greatest(ceil(extract(epoch from $3::timestamptz) / w.s)::bigint,
			(select floor(extract(epoch from min(c.observed_at)) / w.s)::bigint
				from public.pms_health_checks c
				where c.lens_id = $1 and c.yacht_id = $2::uuid)),
		floor(extract(epoch from $4::timestamptz) / w.s)::bigint) as n
	where exists (select from public.pms_health_checks c
		where c.lens_id = $1 and c.yacht_id = $2::uuid)
), slots as (
	select date_bin($6::interval, to_timestamp(coalesce(d.slot, o.slot) * w.s),
			date_trunc('day', $3::timestamptz, 'UTC')) as stretch,
		o.badness
	from width w cross join (due d full join worst o on o.slot = d.slot)
	where o.slot is not null
		or to_timestamp((d.slot + 0.5) * w.s) <= $4::timestamptz
), counts as (
	select stretch, count(*)::int as due,
		count(*) filter (where badness = 1)::int as healthy,
		count(*) filter (where badness = 2)::int as degraded,
		count(*) filter (where badness = 3)::int as unhealthy,
		count(*) filter (where badness is null)::int as missing
	from slots group by stretch
), checked as (
	select date_bin($6::interval, observed_at, date_trunc('day', $3::timestamptz, 'UTC'))
			as stretch,
		sum(sample_size)::int as checks,
		round(sum(sample_size * error_rate_percent) / nullif(sum(sample_size), 0), 3)::float8
			as wrong_percent
	from known group by 1
), replies as (
	select date_bin($6::interval, k.observed_at, date_trunc('day', $3::timestamptz, 'UTC'))
			as stretch,
		count(*)::int as replies,
		percentile_disc(array[0.5, 0.9, 0.95, 0.99, 1]) within group
			(order by (one.value->>'latency_ms')::float8) as ms
	from known k, jsonb_each(case jsonb_typeof(k.checks) when 'object' then k.checks else '{}' end)
		as one
	where jsonb_typeof(one.value->'latency_ms') = 'number'
	group by 1
)
select c.stretch as "time", c.due, c.healthy, c.degraded, c.unhealthy, c.missing,
	round(100.0 * (c.healthy + c.degraded) / c.due, 3)::float8 as uptime_percent,
	k.checks, k.wrong_percent, r.replies,
	r.ms[1] as p50_ms, r.ms[2] as p90_ms, r.ms[3] as p95_ms, r.ms[4] as p99_ms, r.ms[5] as max_ms
from counts c
	left join checked k on k.stretch = c.stretch
	left join replies r on r.stretch = c.stretch
order by c.stretch
