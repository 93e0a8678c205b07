-- Which HS6 codes does each watch read: the listed ones, and the older or newer codes of the same family of goods?
-- Grain: watch, hs6
-- watch: the watch, see ref.watch
-- hs6: six-digit code of the Harmonized System
-- listed: true when the watch's list and version name this very code
-- tier: tier of the list, null for a code that is not listed
-- family: family of codes that hold the same goods in other editions, null when the code has none
select
    w.watch,
    g.commodity as hs6,
    true as listed,
    g.tier,
    min(f.family) as family
from ref.watch as w
inner join ref.goods_item as g
    on g.list = w.list and g.version = w.version and length(g.commodity) = 6
left join ref.hs_family as f on f.commodity = g.commodity
group by w.watch, g.commodity, g.tier
union all
select
    w.watch,
    relative.commodity as hs6,
    false as listed,
    null as tier,
    min(relative.family) as family
from ref.watch as w
inner join ref.goods_item as g
    on g.list = w.list and g.version = w.version and length(g.commodity) = 6
inner join ref.hs_family as f on f.commodity = g.commodity
inner join ref.hs_family as relative on relative.family = f.family
left join ref.goods_item as itself
    on itself.list = w.list and itself.version = w.version and itself.commodity = relative.commodity
where itself.commodity is null
group by w.watch, relative.commodity
