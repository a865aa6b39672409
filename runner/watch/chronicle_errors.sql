-- The latest errors and warnings, newest first.
--
-- $1 lens, $2 yacht, $3 from, $4 to
select c.observed_at as "time", c.status, e.level, e.detail_json->>'check' as "check",
	e.detail_json->>'message' as message
from public.pms_health_events e
	join public.pms_health_checks c on c.id = e.check_id
where c.lens_id = $1 and c.yacht_id = $2::uuid and e.level <> 'info'
	and c.observed_at >= $3::timestamptz and c.observed_at <= $4::timestamptz
order by c.observed_at desc, e.id
limit 50
