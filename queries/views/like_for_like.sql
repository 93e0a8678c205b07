-- What did each supplier sell to each watched buyer in a quarter or year, against the same months of an earlier year,
-- by goods that mean the same at both times? Only months and codes that complete answers cover both times are compared,
-- so that neither a late month nor a change of codes looks like trade; what is left out is stated. It does not say why
-- trade changed, nor hold what suppliers without complete answers sold. January and February of Lunar New Year
-- reporters count together or not at all, and quarters and years never part them.
-- Grain: watch, source, supplier, buyer, span, base_period, period, unit
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are
-- buyer: a target, hub or control partner of the watch
-- role: target, hub or control_partner
-- span: quarter or year
-- base_period: first day of the earlier span
-- period: first day of the later span, some whole years later
-- unit: what is compared: a six-digit code, a chapter of two digits, or the family of codes by its name as one sum
-- quality: same, good, fair, poor or changed, see views.hs_units; poor and changed are not comparable as they stand
-- seam: true when the two times were stated in different editions of the Harmonized System
-- months: months compared; all three of a quarter, or none
-- base_usd: US dollars in these months of the earlier span
-- now_usd: US dollars in these months of the later span
-- base_left_out_usd: US dollars stated in the earlier span for months not compared
-- now_left_out_usd: US dollars stated in the later span for months not compared
-- chosen: true for the one source in which this supplier, buyer and pair of spans is read: the one with more compared,
--   then a national source before Comtrade, then by name
with series as (
    select
        s.watch,
        s.source,
        s.supplier,
        s.buyer,
        s.role,
        cast(date_trunc('year', s.period) as date) as starts,
        case when lunar.area is not null and month(s.period) <= 2 then 2 else month(s.period) end as block,
        case when lunar.area is not null and month(s.period) <= 2 then 2 else 1 end as block_months,
        s.commodity,
        s.hs_edition,
        s.exports_usd,
        s.published
    from views.watched_series as s
    left join (
        select distinct area
        from ref.area_group
        where area_group = 'lunar_new_year'
    ) as lunar on lunar.area = s.supplier
),

years as (
    select
        watch,
        source,
        supplier,
        buyer,
        starts,
        coalesce(
            max(hs_edition),
            case
                when starts >= date '2022-01-01' then 'HS2022'
                when starts >= date '2017-01-01' then 'HS2017'
                else 'HS2012'
            end
        ) as hs_edition
    from series
    group by watch, source, supplier, buyer, starts
),

pairs as (
    select
        b.watch,
        b.source,
        b.supplier,
        b.buyer,
        b.starts as base_starts,
        n.starts,
        b.hs_edition as base_edition,
        n.hs_edition as now_edition
    from years as b
    inner join years as n
        on
            n.watch = b.watch
            and n.source = b.source
            and n.supplier = b.supplier
            and n.buyer = b.buyer
            and n.starts > b.starts
),

-- Each figure once as the earlier and once as the later of a pair, added up by their common key.
sided as (
    select
        p.watch,
        p.source,
        p.supplier,
        p.buyer,
        s.role,
        p.base_starts,
        p.starts,
        p.base_edition,
        p.now_edition,
        s.block,
        s.block_months,
        s.commodity,
        'base' as side,
        s.exports_usd,
        s.published
    from pairs as p
    inner join series as s
        on
            s.watch = p.watch
            and s.source = p.source
            and s.supplier = p.supplier
            and s.buyer = p.buyer
            and s.starts = p.base_starts
    union all
    select
        p.watch,
        p.source,
        p.supplier,
        p.buyer,
        s.role,
        p.base_starts,
        p.starts,
        p.base_edition,
        p.now_edition,
        s.block,
        s.block_months,
        s.commodity,
        'now' as side,
        s.exports_usd,
        s.published
    from pairs as p
    inner join series as s
        on
            s.watch = p.watch
            and s.source = p.source
            and s.supplier = p.supplier
            and s.buyer = p.buyer
            and s.starts = p.starts
),

blocks as (
    select
        d.watch,
        d.source,
        d.supplier,
        d.buyer,
        d.role,
        d.base_starts,
        d.starts,
        d.block,
        d.block_months,
        u.unit,
        u.quality,
        d.base_edition <> d.now_edition as seam,
        sum(case when d.side = 'base' then d.exports_usd else 0 end) as base_usd,
        sum(case when d.side = 'now' then d.exports_usd else 0 end) as now_usd,
        case
            when
                sum(case when d.side = 'base' then d.published else 0 end)
                = d.block_months * max(case when d.side = 'base' then u.needed end)
                and sum(case when d.side = 'now' then d.published else 0 end)
                = d.block_months * max(case when d.side = 'now' then u.needed end)
                then 1
            else 0
        end as whole
    from sided as d
    inner join views.hs_units as u
        on
            u.base_edition = d.base_edition
            and u.now_edition = d.now_edition
            and u.side = d.side
            and u.commodity = d.commodity
    group by
        d.watch, d.source, d.supplier, d.buyer, d.role, d.base_starts, d.starts, d.block, d.block_months, u.unit,
        u.quality, d.base_edition, d.now_edition
),

spans as (
    select
        watch,
        source,
        supplier,
        buyer,
        role,
        'year' as span,
        base_starts as base_period,
        starts as period,
        unit,
        quality,
        seam,
        sum(whole * block_months) as months,
        sum(whole * base_usd) as base_usd,
        sum(whole * now_usd) as now_usd,
        sum((1 - whole) * base_usd) as base_left_out_usd,
        sum((1 - whole) * now_usd) as now_left_out_usd
    from blocks
    group by watch, source, supplier, buyer, role, base_starts, starts, unit, quality, seam
    union all
    select
        watch,
        source,
        supplier,
        buyer,
        role,
        'quarter' as span,
        cast(base_starts + interval 3 month * quarter as date) as base_period,
        cast(starts + interval 3 month * quarter as date) as period,
        unit,
        quality,
        seam,
        case when sum(whole * block_months) = 3 then 3 else 0 end as months,
        case when sum(whole * block_months) = 3 then sum(base_usd) else 0 end as base_usd,
        case when sum(whole * block_months) = 3 then sum(now_usd) else 0 end as now_usd,
        case when sum(whole * block_months) = 3 then 0 else sum(base_usd) end as base_left_out_usd,
        case when sum(whole * block_months) = 3 then 0 else sum(now_usd) end as now_left_out_usd
    from (
        select
            b.*,
            cast(floor((b.block - 1) / 3) as integer) as quarter
        from blocks as b
    ) as quarters
    group by watch, source, supplier, buyer, role, base_starts, starts, quarter, unit, quality, seam
)

select
    watch,
    source,
    supplier,
    buyer,
    role,
    span,
    base_period,
    period,
    unit,
    quality,
    seam,
    cast(months as integer) as months,
    cast(base_usd as decimal(18, 3)) as base_usd,
    cast(now_usd as decimal(18, 3)) as now_usd,
    cast(base_left_out_usd as decimal(18, 3)) as base_left_out_usd,
    cast(now_left_out_usd as decimal(18, 3)) as now_left_out_usd,
    dense_rank() over (
        partition by watch, supplier, buyer, span, base_period, period
        order by compared desc, case when source = 'comtrade' then 1 else 0 end, source
    ) = 1 as chosen
from (
    select
        s.*,
        sum(s.months) over (
            partition by s.watch, s.source, s.supplier, s.buyer, s.span, s.base_period, s.period
        ) as compared
    from spans as s
) as counted
where months > 0 or base_left_out_usd <> 0 or now_left_out_usd <> 0
