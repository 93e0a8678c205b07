-- Which suppliers hold which share of a group of goods that reaches the target, and on how many does that rest?
-- A quarter or month may be asked too; china_hong_kong_percent is the same in every row and never added to one.
-- $goods: semiconductors
-- $span: year
-- $from: 2022-01
-- $list: goods_group
-- $version: whole
-- $target: RUS
-- $watch: russia
select
    supplier,
    source,
    round(exports_usd / 1000000, 3) as exports_million_usd,
    round(100 * dispatch_share_of_reporting_suppliers, 1) as dispatch_percent,
    round(100 * china_hong_kong_share_of_reporting_suppliers, 1) as china_hong_kong_percent,
    months,
    reporters_stating,
    codes_published,
    codes
from views.listed_share
where
    watch = $watch and list = $list and version = $version and cut = 'group' and goods = $goods and target = $target
    and span = $span and period = cast($from || '-01' as date) and exports_usd > 0
order by exports_usd desc
