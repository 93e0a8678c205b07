-- Who shipped how much of the listed goods to the target in a month, among the suppliers that have published it?
-- $month: 2022-11
-- $tier: all
-- $watch: russia
select
    target,
    supplier,
    source,
    round(exports_usd / 1000000, 3) as exports_million_usd,
    round(100 * dispatch_share_of_reporting_suppliers, 1) as dispatch_percent,
    reporters_stating
from views.supplier_share
where watch = $watch and tier = $tier and period = cast($month || '-01' as date)
order by exports_usd desc
