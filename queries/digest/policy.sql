-- What happened in law and war in a span of months, for charts: one line a month, war before law. Grain: month
select
    cast(date_trunc('month', event_date) as date) as month,
    min_by(event, case kind when 'war' then '0' else '1' end || strftime(event_date, '%Y-%m-%d'))
    || case when count(*) > 1 then ' and ' || (count(*) - 1) || ' more' else '' end as event
from ref.policy_event
where
    kind in ('war', 'sanctions', 'export controls', 'designations')
    and event_date >= $first
    and event_date < cast($last as date) + interval 1 month
group by date_trunc('month', event_date)
order by month
