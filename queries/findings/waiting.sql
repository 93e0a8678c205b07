-- Which of $months waits at $now for reporters that are expected: no later month has figures, its first figures came
-- less than ten days ago, and suppliers of the coalition that published one of the three months before have not
-- published it.
-- Grain: watch, period
with first_figures as (
    select
        period,
        min(known_from) as first_at
    from facts.coverage_history
    where flow = 'export' and freq = 'M' and state in ('value', 'zero', 'partial') and known_from <= $now
    group by period
),

newest as (
    select
        period,
        first_at
    from first_figures
    where
        list_contains($months, period)
        and first_at > $now - interval 10 day
        and period = (select max(latest.period) from first_figures as latest)
),

published as (
    select distinct
        s.watch,
        s.period,
        s.supplier
    from views.supplier_months as s
    inner join newest as n on s.period <= n.period and s.period >= n.period - interval 3 month
    inner join ref.watch_member as m on m.watch = s.watch and m.role = 'coalition' and m.member = s.supplier
    where s.published = 1
)

select
    before.watch,
    n.period,
    cast(n.first_at + interval 10 day as date) as until,
    count(distinct before.supplier) as suppliers,
    string_agg(distinct before.supplier, ', ' order by before.supplier) as names
from newest as n
inner join published as before on before.period < n.period
left join published as here
    on here.watch = before.watch and here.supplier = before.supplier and here.period = n.period
where here.supplier is null
group by before.watch, n.period, n.first_at
