-- Months of 2022 that a supplier of the demo had not published when the figures were taken. Grain: reporter, period
select
    a.name,
    c.period
from facts.coverage as c
inner join ref.area as a on a.area = c.reporter
where c.source = 'eurostat' and c.state = 'not_released' and c.period between date '2022-01-01' and date '2022-11-01'
order by c.period, a.name
