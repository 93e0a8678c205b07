-- What was exported to a hub and is not in its books, supplier by supplier, in the years since?
-- $hub: KGZ
-- $since: 2022
-- $watch: russia
select
    supplier,
    year(period) as year,
    reason,
    round(exports_usd / 1000000, 1) as exports_million_usd,
    round(recorded_imports_usd / 1000000, 1) as recorded_million_usd,
    round(100 * missing_share_of_exports, 1) as missing_percent,
    round(100 * baseline_missing_share_of_exports, 1) as baseline_missing_percent,
    round(never_arrived_usd / 1000000, 1) as never_arrived_million_usd,
    round(100 * never_arrived_share_of_extra_exports, 1) as never_arrived_percent_of_extra
from views.ghost_transit
where
    watch = $watch
    and buyer = $hub
    and year(period) >= cast(left($since, 4) as integer)
    and preferred
    and (supplier_role <> 'aggregate' or recorded_imports_usd is not null)
order by never_arrived_usd desc nulls last, exports_usd desc
