-- The newest round there is, however old.
--
-- $1 lens, $2 yacht
select c.observed_at as "time", c.status, c.p95_latency_ms, c.error_rate_percent::float8,
	c.sample_size, c.notes->'errors' as errors,
	case when c.notes->'checks'->'feature_flags'->>'status_code' = '503' then 'off'
		when c.notes->'checks'->'feature_flags'->>'verdict' = 'PASS' then 'on'
		else 'unknown' end as flag,
	c.notes->'target'->>'commit' as commit, c.notes->'target'->>'version' as version,
	(select (extract(epoch from max(s.observed_at)) * 1e6)::bigint from public.pms_health_checks s
		join public.pms_health_events e on e.check_id = s.id
		where s.lens_id = $1 and s.yacht_id = $2::uuid
			and e.detail_json->>'event' = 'worker started') as started_us,
	(select (extract(epoch from min(f.observed_at)) * 1e6)::bigint from public.pms_health_checks f
		where f.lens_id = $1 and f.yacht_id = $2::uuid) as first_us
from public.pms_health_checks c
where c.lens_id = $1 and c.yacht_id = $2::uuid
order by c.observed_at desc, c.id
limit 1
