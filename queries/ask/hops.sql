-- Where did a supplier's trade with a watched buyer move from a listed code to a sibling under the same heading?
-- $base_year: 2021
-- $year: 2022
-- $span: quarter
-- $watch: russia
select
    supplier,
    buyer,
    base_period,
    period,
    listed_unit,
    sibling_unit,
    sibling_listed,
    loss_usd,
    gain_usd,
    overlap
from views.code_hop
where
    watch = $watch and span = $span and year(base_period) = cast($base_year as integer)
    and year(period) = cast($year as integer)
order by sibling_listed, hopped_usd desc
