-- By how much did a country's trade with a partner change between two years, in each source that states both?
-- $reporter: CHN
-- $partner: RUS
-- $from: 2021
-- $to: 2024
select
    b.source,
    b.flow,
    year(a.period) as from_year,
    year(b.period) as to_year,
    round(a.value_usd / 1000000, 1) as before_million_usd,
    round(b.value_usd / 1000000, 1) as after_million_usd,
    round(100 * (b.value_usd / nullif(a.value_usd, 0) - 1), 1) as change_percent,
    a.estimated or b.estimated as estimated
from views.dependency as b
inner join views.dependency as a
    on
        a.source = b.source
        and a.reporter = b.reporter
        and a.partner = b.partner
        and a.flow = b.flow
        and year(a.period) = cast($from as integer)
where b.reporter = $reporter and b.partner = $partner and year(b.period) = cast($to as integer)
order by b.flow, b.source
