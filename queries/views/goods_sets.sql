-- Which sets of codes is trade added up over: every version of the watch's list, its tiers, its codes in each group of
-- goods, and the groups whole, listed or not? Sets overlap. It does not say that a set is complete in the figures: a
-- source may have been asked for some of its codes only.
-- Grain: watch, list, version, cut, goods, commodity
-- watch: the watch, see ref.watch
-- list: the list of the watch, or goods_group for a group taken whole
-- version: date of the list; whole for a group
-- cut: all, tier, or group (of a list: its codes that lie in the group)
-- goods: all, the tier by the list's own name, or the group, see ref.goods_group
-- commodity: six-digit code, or a chapter of two digits
with items as (
    select
        w.watch,
        g.list,
        g.version,
        g.tier,
        g.commodity
    from ref.watch as w
    inner join ref.goods_item as g on g.list = w.list and length(g.commodity) = 6
)

select
    watch,
    list,
    version,
    'all' as cut,
    'all' as goods,
    commodity
from items
union
select
    watch,
    list,
    version,
    'tier' as cut,
    tier as goods,
    commodity
from items
where tier is not null
union
select
    i.watch,
    i.list,
    i.version,
    'group' as cut,
    g.goods_group as goods,
    i.commodity
from items as i
inner join ref.goods_group as g on g.commodity = i.commodity
union
select
    w.watch,
    'goods_group' as list,
    'whole' as version,
    'group' as cut,
    g.goods_group as goods,
    g.commodity
from ref.watch as w
cross join ref.goods_group as g
