select json_build_object(
	'observed_at', to_char(c.observed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	'status', c.status, 'p95_latency_ms', c.p95_latency_ms,
	'error_rate_percent', c.error_rate_percent, 'notes', c.notes,
	'events', (select coalesce(json_agg(json_build_object('detail_json', e.detail_json)), '[]')
		from public.pms_health_events e where e.check_id = c.id)) as row
from public.pms_health_checks c
where c.lens_id = $1 and c.yacht_id = $2::uuid
	and c.observed_at > now() - make_interval(secs => $3::double precision)
order by c.observed_at, c.id
