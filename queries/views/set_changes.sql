-- What did each supplier sell the target of a set of goods, like for like, in a quarter or year and in an earlier one?
-- The chosen source of views.like_for_like, by the sets of views.goods_sets. It does not hold goods whose codes cannot
-- be followed between the two times, nor months one of them lacks: what is left out is stated. Across 2022-01 a listed
-- code that was split off a family not wholly in the set (854149, 852589) is in neither: the goods it held before
-- cannot be told.
-- Grain: watch, list, version, cut, goods, target, supplier, span, base_period, period, unit
-- watch: the watch, see ref.watch
-- list: the list of the watch, or goods_group for groups taken whole
-- version: date of the list; whole for a group
-- cut: all, tier or group
-- goods: all, the tier, or the group
-- target: the area under watch
-- supplier: the exporting area whose books these are
-- in_coalition: true for a member of the watch's coalition
-- source: whose statistics
-- span: quarter or year
-- base_period: first day of the earlier span
-- period: first day of the later span
-- unit: code, chapter, or family by its name, see views.like_for_like
-- seam: true when the two times were stated in different editions of the Harmonized System
-- months: months compared, 0 when nothing is
-- base_usd: exports in the compared months of the earlier span, US dollars
-- now_usd: exports in the compared months of the later span, US dollars
-- base_left_out_usd: exports of the earlier span not compared, US dollars
-- now_left_out_usd: exports of the later span not compared, US dollars
with members as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        commodity as unit,
        1 as itself,
        0 as family_members,
        0 as members_here
    from views.goods_sets
    union all
    select
        s.watch,
        s.list,
        s.version,
        s.cut,
        s.goods,
        f.family as unit,
        0 as itself,
        max(z.codes) as family_members,
        count(*) as members_here
    from views.goods_sets as s
    inner join ref.hs_family as f on f.commodity = s.commodity and f.hs_edition = 'HS2022'
    inner join (
        select
            family,
            count(*) as codes
        from ref.hs_family
        where hs_edition = 'HS2022'
        group by family
    ) as z on z.family = f.family
    group by s.watch, s.list, s.version, s.cut, s.goods, f.family
),

units as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        unit,
        max(itself) as itself,
        max(case when family_members > 1 and members_here = family_members then 1 else 0 end) as holds_split_family
    from members
    group by watch, list, version, cut, goods, unit
),

-- A family whose goods cannot be followed stands for a listed code only where the set names the family's own number.
poor as (
    select distinct family
    from ref.hs_seam
    where quality = 'poor' and hs_edition = 'HS2022' and predecessor_edition = 'HS2017'
),

placed as (
    select
        u.watch,
        u.list,
        u.version,
        u.cut,
        u.goods,
        u.unit,
        u.holds_split_family
    from units as u
    left join poor on poor.family = u.unit
    where u.itself = 1 or u.holds_split_family = 1 or poor.family is null
)

select
    p.watch,
    p.list,
    p.version,
    p.cut,
    p.goods,
    c.buyer as target,
    c.supplier,
    coalition.member is not null as in_coalition,
    c.source,
    c.span,
    c.base_period,
    c.period,
    c.unit,
    c.seam,
    case
        when c.quality in ('same', 'good', 'fair') or (c.quality = 'poor' and p.holds_split_family = 1) then c.months
        else 0
    end as months,
    case
        when c.quality in ('same', 'good', 'fair') or (c.quality = 'poor' and p.holds_split_family = 1) then c.base_usd
        else 0
    end as base_usd,
    case
        when c.quality in ('same', 'good', 'fair') or (c.quality = 'poor' and p.holds_split_family = 1) then c.now_usd
        else 0
    end as now_usd,
    case
        when c.quality in ('same', 'good', 'fair') or (c.quality = 'poor' and p.holds_split_family = 1)
            then c.base_left_out_usd
        else c.base_left_out_usd + c.base_usd
    end as base_left_out_usd,
    case
        when c.quality in ('same', 'good', 'fair') or (c.quality = 'poor' and p.holds_split_family = 1)
            then c.now_left_out_usd
        else c.now_left_out_usd + c.now_usd
    end as now_left_out_usd
from views.like_for_like as c
inner join placed as p on p.watch = c.watch and p.unit = c.unit
left join ref.watch_member as coalition
    on coalition.watch = c.watch and coalition.role = 'coalition' and coalition.member = c.supplier
where c.chosen and c.role = 'target'
