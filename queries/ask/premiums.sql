-- For which listed codes does a buyer pay more for a unit than the change of other buyers explains? Needs quantities:
-- the embedded sample has none.
-- $buyer: RUS
-- $base_year: 2021
-- $year: 2023
-- $watch: russia
select
    supplier,
    source,
    hs6,
    unit,
    base_unit_value_usd,
    unit_value_usd,
    change_ratio,
    others_change_ratio,
    other_buyers,
    premium_ratio,
    premium_usd
from views.unit_value_premium
where
    watch = $watch and buyer = $buyer and span = 'year' and base_period = cast($base_year || '-01-01' as date)
    and period = cast($year || '-01-01' as date)
order by premium_usd desc nulls last, hs6
