-- The calls of one UTC day, by source and service: what they brought, and when the quota is back where it was refused.
select
    source,
    service,
    count(*) as calls,
    sum(case when kind = 'figures' or kind = 'file' then coalesce(rows_read, 0) else 0 end) as rows_read,
    round(sum(bytes) / 1e6, 1) as mb,
    sum(case when outcome <> 'answered' then 1 else 0 end) as not_answered,
    max(case when outcome = 'quota' then again_at end) as quota_back_at,
    max(called_at) as last_call
from raw.call
where called_at >= $day and called_at < $day + interval 1 day
group by source, service
order by source, service
