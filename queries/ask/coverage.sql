-- How far does each reporter reach, what is missing between, and how long does it take to publish?
-- $flow: export
-- $source: eurostat
select
    source,
    reporter,
    freq,
    min(case when state in ('value', 'zero', 'partial') then period end) as first_period,
    max(case when state in ('value', 'zero', 'partial') then period end) as last_period,
    count(case when state in ('value', 'zero') then 1 end) as published,
    count(case when state = 'partial' then 1 end) as in_part,
    count(case when state = 'not_released' then 1 end) as not_released,
    count(case when state = 'failed' then 1 end) as failed,
    cast(median(days_after) as integer) as median_days_after
from views.reporter_months
where flow = $flow and source = $source
group by source, reporter, freq
order by last_period, reporter
