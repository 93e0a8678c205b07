-- One line for each source: what was taken, which months its facts cover, how many periods of reporters are missing, in
-- part or failed, what it knows no area for; last_error is of the newest that was not taken. The line none holds the
-- files that people imported and that were refused.
select
    p.source,
    count(*) as pulls,
    max(case when p.state in ('loaded', 'landed') then p.released_at end) as last_release,
    max(case when p.state in ('loaded', 'landed') then p.fetched_at end) as last_taken,
    max(t.facts) as facts,
    max(t.reporters) as reporters,
    max(t.first_period) as first_period,
    max(t.last_period) as last_period,
    max(c.not_released) as not_released,
    max(c.in_part) as in_part,
    max(c.failed) as failed,
    max(t.unknown_areas) as unknown_areas,
    max(case when p.error is not null then p.fetched_at end) as last_error_at,
    arg_max(p.error, p.fetched_at) as last_error
from raw.pull as p
left join (
    select
        source,
        count(*) as facts,
        count(distinct reporter) as reporters,
        min(period) as first_period,
        max(period) as last_period,
        count(distinct case when starts_with(partner, 'X-UNKNOWN:') then partner end)
        + count(distinct case when starts_with(reporter, 'X-UNKNOWN:') then reporter end) as unknown_areas
    from facts.trade
    group by source
) as t on t.source = p.source
left join (
    select
        source,
        count(distinct case when state = 'not_released' then reporter || strftime(period, '%Y%m') end) as not_released,
        count(distinct case when state = 'partial' then reporter || strftime(period, '%Y%m') end) as in_part,
        count(distinct case when state = 'failed' then reporter || strftime(period, '%Y%m') end) as failed
    from facts.coverage
    group by source
) as c on c.source = p.source
group by p.source
order by p.source
