-- How concentrated are the suppliers of listed goods to the target, by tier and group, and has it changed since a year?
-- $base_year: 2021
-- $year: 2022
-- $list: chpl
-- $version: 2024-02-23
-- $target: RUS
-- $watch: russia
select
    cut,
    goods,
    suppliers,
    hhi_base,
    hhi_now,
    hhi_change,
    largest_base,
    round(100 * largest_base_share_of_compared, 1) as largest_base_percent,
    largest_now,
    round(100 * largest_now_share_of_compared, 1) as largest_now_percent
from views.concentration
where
    watch = $watch and list = $list and version = $version and target = $target
    and span = 'year' and base_period = cast($base_year || '-01-01' as date)
    and period = cast($year || '-01-01' as date)
order by cut, goods
