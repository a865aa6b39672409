-- When another version answered than in the last round that was told one.
--
-- $1 lens, $2 yacht, $3 from, $4 to
select observed_at as "time", was, now
from (
	select observed_at, version as now, lag(version) over (order by observed_at, id) as was
	from (
		select c.observed_at, c.id, nullif(concat_ws(' ', c.notes->'target'->>'version',
			left(c.notes->'target'->>'commit', 12)), '') as version
		from public.pms_health_checks c
		where c.lens_id = $1 and c.yacht_id = $2::uuid
			and c.observed_at >= $3::timestamptz and c.observed_at <= $4::timestamptz
	) as told
	where version is not null
) as changes
where was <> now
order by observed_at desc
