-- When the flag was switched: a round that found it another way than the last one that could tell.
--
-- $1 lens, $2 yacht, $3 from, $4 to
select observed_at as "time", was, now
from (
	select observed_at, flag as now, lag(flag) over (order by observed_at, id) as was
	from (
		select c.observed_at, c.id,
			case when c.notes->'checks'->'feature_flags'->>'status_code' = '503' then 'off'
				when c.notes->'checks'->'feature_flags'->>'verdict' = 'PASS' then 'on'
			end as flag
		from public.pms_health_checks c
		where c.lens_id = $1 and c.yacht_id = $2::uuid
			and c.observed_at >= $3::timestamptz and c.observed_at <= $4::timestamptz
	) as told
	where flag is not null
) as changes
where was <> now
order by observed_at desc
