-- Of the change of listed exports to the target between two years, how much is trade, how much the list that changed?
-- $from_version: 2023-05-19
-- $to_version: 2024-02-23
-- $base_year: 2021
-- $year: 2022
-- $target: RUS
-- $watch: russia
select
    supplier,
    months,
    base_usd,
    now_usd,
    change_usd,
    trade_effect_usd,
    list_effect_usd
from views.list_change
where
    watch = $watch and from_version = $from_version and to_version = $to_version and target = $target
    and span = 'year' and base_period = cast($base_year || '-01-01' as date)
    and period = cast($year || '-01-01' as date)
order by abs(change_usd) desc, supplier
