-- The cells of the staged release that can be judged whole or not: of scopes that ask the total of all goods for the
-- world and for many partners. No verdict on what is told or came in part. Grain: scope, reporter, flow, freq, period.
with scopes as (
    select scope
    from members
    where commodity = 'TOTAL'
    group by scope
    having
        max(case when partner = 'WLD' then 1 else 0 end) = 1
        and count(distinct case when partner <> 'WLD' then partner end) >= $partners
)

select
    a.scope,
    a.reporter,
    a.flow,
    a.freq,
    a.period
from asked as a
inner join scopes as s on s.scope = a.scope
where not a.told and a.state in ('value', 'zero')
