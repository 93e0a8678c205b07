-- What is missing, a sentence each: reporters that have not published the newest periods, or whose figures were asked
-- and did not come, and subjects that could not be judged in the newest month judged, or since. Grain: line
with newest as (
    select
        source,
        flow,
        max(period) as period
    from facts.coverage
    where freq = 'M'
    group by source, flow
),

reporters as (
    select
        c.source,
        c.flow,
        c.period,
        c.reporter,
        max(case when c.state in ('value', 'zero', 'partial') then 0 else 1 end) as is_missing,
        max(case when c.state = 'failed' then 1 else 0 end) as has_failed
    from facts.coverage as c
    inner join newest as n
        on n.source = c.source and n.flow = c.flow and c.period > n.period - interval 3 month and c.freq = 'M'
    group by c.source, c.flow, c.period, c.reporter
),

missing as (
    select
        source,
        flow,
        period,
        has_failed,
        any_value(asked) as asked,
        count(*) as not_there,
        string_agg(reporter, ', ' order by reporter) as names
    from (
        select
            r.*,
            count(*) over (partition by r.source, r.flow, r.period) as asked
        from reporters as r
    ) as counted
    where is_missing = 1 or has_failed = 1
    group by source, flow, period, has_failed
)

select
    source || ' ' || flow || ' ' || strftime(period, '%Y-%m') || ': ' || not_there || ' of ' || asked
    || case
        when has_failed = 1 then ' reporters were asked and did not all come ('
        else ' reporters have not published ('
    end
    || left(names, 60) || '); they are left out, never taken as zero.' as line
from missing
union all
select
    rule || ' ' || strftime(month, '%Y-%m') || ': ' || count(distinct subject) || ' subject(s) could not be judged: '
    || reason || '.' as line
from findings.judged
where verdict = 'not published' and month >= $month
group by rule, month, reason
order by line
