-- How each check answered, and when last: replies, wrong ones, percentiles of all latencies.
--
-- $1 lens, $2 yacht, $3 from, $4 to
select max(c.observed_at) as "time", one.key as "check", count(*)::int as asked,
	count(*) filter (where one.value->>'verdict' <> 'PASS')::int as wrong,
	count(ms)::int as replies,
	percentile_disc(0.5) within group (order by ms) as p50_ms,
	percentile_disc(0.9) within group (order by ms) as p90_ms,
	percentile_disc(0.95) within group (order by ms) as p95_ms,
	percentile_disc(0.99) within group (order by ms) as p99_ms,
	max(ms) as max_ms
from public.pms_health_checks c,
	jsonb_each(case jsonb_typeof(c.notes->'checks') when 'object' then c.notes->'checks'
		else '{}' end) as one,
	lateral (select case jsonb_typeof(one.value->'latency_ms') when 'number'
		then (one.value->>'latency_ms')::float8 end) as took(ms)
where c.lens_id = $1 and c.yacht_id = $2::uuid
	and c.observed_at >= $3::timestamptz and c.observed_at <= $4::timestamptz
group by one.key
order by one.key
