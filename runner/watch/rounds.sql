select json_build_object(
	'id', c.id, 'lens_id', c.lens_id, 'yacht_id', c.yacht_id,
	'observed_at', to_char(c.observed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	'status', c.status, 'p95_latency_ms', c.p95_latency_ms,
	'error_rate_percent', c.error_rate_percent, 'sample_size', c.sample_size, 'notes', c.notes,
	'events', (select coalesce(json_agg(json_build_object('level', e.level,
			'detail_json', e.detail_json) order by e.created_at, e.id), '[]')
		from public.pms_health_events e where e.check_id = c.id)) as row
from public.pms_health_checks c
where c.lens_id = $1 and c.yacht_id = $2::uuid
	and c.observed_at > to_timestamp($3::double precision / 1e6)
	and c.observed_at <= to_timestamp($4::double precision / 1e6)
order by c.observed_at, c.id
