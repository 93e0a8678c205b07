-- What did each supplier sell to each watched buyer in a month of one year and in the same month of a later one, by
-- goods that mean the same at both times, and have complete answers covered both? It does not add up over units: see
-- views.like_for_like, which is made of it. January and February of Lunar New Year reporters are one block.
-- Grain: watch, source, supplier, buyer, base_year, year, block, unit
-- Kept: watch, buyer, supplier, base_year, year
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are
-- buyer: a target, hub or control partner of the watch
-- role: target, hub or control_partner
-- base_year: first day of the earlier year
-- year: first day of the later year
-- block: the month, 1 to 12; 2 stands for January and February of Lunar New Year reporters together
-- block_months: months in the block, 1 or 2
-- unit: a six-digit code, a chapter of two digits, or the family of codes by its name as one sum, see views.hs_units
-- quality: same, good, fair, poor or changed, see views.hs_units
-- seam: true when the two years were stated in different editions of the Harmonized System
-- base_usd: US dollars in the block of the earlier year
-- now_usd: US dollars in the block of the later year
-- whole: 1 when complete answers cover all codes of the unit in all months of the block in both years, else 0
with years as (
    select distinct
        source,
        cast(date_trunc('year', period) as date) as starts
    from facts.coverage
    where flow = 'export' and freq = 'M'
),

editions as (
    select
        source,
        supplier,
        buyer,
        cast(date_trunc('year', period) as date) as starts,
        max(hs_edition) as hs_edition
    from views.goods_exports
    group by source, supplier, buyer, date_trunc('year', period)
),

pairs as (
    select
        b.source,
        b.starts as base_year,
        n.starts as year
    from years as b
    inner join years as n on n.source = b.source and n.starts > b.starts
),

-- Each figure once as the earlier and once as the later of a pair, added up by their common key.
sided as (
    select
        s.*,
        p.base_year,
        p.year,
        'base' as side
    from pairs as p
    inner join views.watched_series as s
        on s.source = p.source and cast(date_trunc('year', s.period) as date) = p.base_year
    union all
    select
        s.*,
        p.base_year,
        p.year,
        'now' as side
    from pairs as p
    inner join views.watched_series as s
        on s.source = p.source and cast(date_trunc('year', s.period) as date) = p.year
),

stated as (
    select
        d.*,
        case when lunar.area is not null and month(d.period) <= 2 then 2 else month(d.period) end as block,
        case when lunar.area is not null and month(d.period) <= 2 then 2 else 1 end as block_months,
        coalesce(
            b.hs_edition,
            case
                when d.base_year >= date '2022-01-01' then 'HS2022'
                when d.base_year >= date '2017-01-01' then 'HS2017'
                else 'HS2012'
            end
        ) as base_edition,
        coalesce(
            n.hs_edition,
            case
                when d.year >= date '2022-01-01' then 'HS2022'
                when d.year >= date '2017-01-01' then 'HS2017'
                else 'HS2012'
            end
        ) as now_edition
    from sided as d
    left join editions as b
        on b.source = d.source and b.supplier = d.supplier and b.buyer = d.buyer and b.starts = d.base_year
    left join editions as n
        on n.source = d.source and n.supplier = d.supplier and n.buyer = d.buyer and n.starts = d.year
    left join (
        select distinct area
        from ref.area_group
        where area_group = 'lunar_new_year'
    ) as lunar on lunar.area = d.supplier
)

select
    d.watch,
    d.source,
    d.supplier,
    d.buyer,
    d.role,
    d.base_year,
    d.year,
    cast(d.block as integer) as block,
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
from stated as d
inner join views.hs_units as u
    on
        u.base_edition = d.base_edition
        and u.now_edition = d.now_edition
        and u.side = d.side
        and u.commodity = d.commodity
group by
    d.watch, d.source, d.supplier, d.buyer, d.role, d.base_year, d.year, d.block, d.block_months, u.unit, u.quality,
    d.base_edition, d.now_edition
