-- What is missing, a sentence each: reporters that have not published the newest periods, and subjects that could not
-- be judged in the month. Grain: line
with newest as (
    select
        source,
        flow,
        max(period) as period
    from facts.coverage
    where freq = 'M'
    group by source, flow
),

missing as (
    select
        c.source,
        c.flow,
        c.period,
        count(distinct c.reporter) as asked,
        count(distinct case when c.state not in ('value', 'zero') then c.reporter end) as not_out,
        string_agg(distinct case when c.state not in ('value', 'zero') then c.reporter end, ', ' order by c.reporter)
            as names
    from facts.coverage as c
    inner join newest as n
        on n.source = c.source and n.flow = c.flow and c.period > n.period - interval 3 month and c.freq = 'M'
    group by c.source, c.flow, c.period
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
where verdict = 'not published' and month = $month
group by rule, month, reason
order by line
