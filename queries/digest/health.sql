-- What is missing, a sentence each: reporters that have not published the newest periods, and subjects that could not
-- be judged in the newest month judged, or since. Grain: line
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
        max(case when c.state in ('value', 'zero', 'partial') then 0 else 1 end) as is_missing
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
        count(*) as asked,
        sum(is_missing) as not_out,
        string_agg(case when is_missing = 1 then reporter end, ', ' order by reporter) as names
    from reporters
    group by source, flow, period
)

select
    source || ' ' || flow || ' ' || strftime(period, '%Y-%m') || ': ' || not_out || ' of ' || asked
    || ' reporters have not published (' || left(names, 60) || '); they are left out, never taken as zero.' as line
from missing
where not_out > 0
union all
select
    rule || ' ' || strftime(month, '%Y-%m') || ': ' || count(distinct subject) || ' subject(s) could not be judged: '
    || reason || '.' as line
from findings.judged
where verdict = 'not published' and month >= $month
group by rule, month, reason
order by line
