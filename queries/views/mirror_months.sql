-- What did one area export to another and the other record as imports, in three months' sums side by side, of all goods
-- and of listed goods? Only where both have published the three months and the one before them.
-- Sums are taken with no lag and with exports a month earlier, and the smaller exports stand. January and February of
-- areas with the Lunar New Year are each half of the two.
-- It does not judge: see views.mirror_gap. Series that never reach 30,000 US dollars in a month are left out.
-- Grain: exports_source, imports_source, supplier, buyer, goods_unit, period
-- exports_source: whose statistics of the exports
-- imports_source: whose statistics of the imports
-- supplier: the area that states the exports, by last known destination
-- buyer: the area that states the imports, by origin in most books
-- goods_unit: TOTAL, a six-digit code, or the family of codes that is compared as one sum
-- period: first day of the last of the three months
-- lag: 0, or 1 when exports a month earlier are smaller
-- exports_usd: exports of the three months at that lag, FOB, US dollars
-- imports_usd: recorded imports of the three months, CIF, US dollars
-- log_ratio: logarithm of exports over imports, with 150,000 US dollars put to both
with units as (
    select
        hs6,
        coalesce(min(family), hs6) as goods_unit
    from (
        select
            g.commodity as hs6,
            f.family
        from ref.goods_item as g
        left join ref.hs_family as f on f.commodity = g.commodity
        where length(g.commodity) = 6
        union all
        select
            commodity as hs6,
            family
        from ref.hs_family
    ) as named
    group by hs6
),

scope_units as (
    select distinct
        s.scope,
        s.partner,
        u.goods_unit
    from facts.scope as s
    inner join units as u on u.hs6 = left(s.commodity, 6) or s.commodity = 'ALL'
),

-- A month without a row is a zero only between areas of which one has ever stated trade in the goods with the other.
traded as (
    select
        e.supplier,
        e.buyer,
        u.goods_unit
    from views.goods_exports as e
    inner join units as u on u.hs6 = e.hs6
    union
    select
        i.supplier,
        i.buyer,
        u.goods_unit
    from views.goods_imports as i
    inner join units as u on u.hs6 = i.hs6
),

asked as (
    select
        c.flow,
        c.source,
        c.reporter,
        t.buyer as partner,
        k.goods_unit,
        c.period
    from facts.coverage as c
    inner join scope_units as k on k.scope = c.scope
    inner join traded as t
        on t.supplier = c.reporter and t.goods_unit = k.goods_unit and (t.buyer = k.partner or k.partner = 'ALL')
    where c.flow = 'export' and c.freq = 'M' and c.state in ('value', 'zero') and t.buyer <> t.supplier
    union
    select
        c.flow,
        c.source,
        c.reporter,
        t.supplier as partner,
        k.goods_unit,
        c.period
    from facts.coverage as c
    inner join scope_units as k on k.scope = c.scope
    inner join traded as t
        on t.buyer = c.reporter and t.goods_unit = k.goods_unit and (t.supplier = k.partner or k.partner = 'ALL')
    where c.flow = 'import' and c.freq = 'M' and c.state in ('value', 'zero') and t.buyer <> t.supplier
),

exports as (
    select
        source,
        supplier,
        buyer,
        goods_unit,
        period,
        sum(usd) as usd
    from (
        select
            e.source,
            e.supplier,
            e.buyer,
            u.goods_unit,
            e.period,
            cast(e.value_usd as double) as usd
        from views.goods_exports as e
        inner join units as u on u.hs6 = e.hs6
        union all
        select
            source,
            reporter as supplier,
            partner as buyer,
            goods_unit,
            period,
            0.0 as usd
        from asked
        where flow = 'export'
        union all
        select
            source,
            reporter as supplier,
            partner as buyer,
            'TOTAL' as goods_unit,
            period,
            cast(value_usd as double) as usd
        from views.total_flows
        where flow = 'export' and freq = 'M' and value_usd is not null
    ) as stated
    group by source, supplier, buyer, goods_unit, period
),

imports as (
    select
        source,
        supplier,
        buyer,
        goods_unit,
        period,
        sum(usd) as usd
    from (
        select
            i.source,
            i.supplier,
            i.buyer,
            u.goods_unit,
            i.period,
            cast(i.value_usd as double) as usd,
            0 as published
        from views.goods_imports as i
        inner join units as u on u.hs6 = i.hs6
        union all
        select
            source,
            partner as supplier,
            reporter as buyer,
            goods_unit,
            period,
            0.0 as usd,
            1 as published
        from asked
        where flow = 'import'
        union all
        select
            source,
            partner as supplier,
            reporter as buyer,
            'TOTAL' as goods_unit,
            period,
            cast(value_usd as double) as usd,
            1 as published
        from views.total_flows
        where flow = 'import' and freq = 'M' and state in ('value', 'zero')
    ) as stated
    group by source, supplier, buyer, goods_unit, period
    having max(published) = 1
),

lunar as (
    select distinct area
    from ref.area_group
    where area_group = 'lunar_new_year'
),

both_sides as (
    select
        e.source as exports_source,
        i.source as imports_source,
        e.supplier,
        e.buyer,
        e.goods_unit,
        e.period,
        e.usd as exports_usd,
        i.usd as imports_usd,
        case
            when month(e.period) > 2 or (ls.area is null and lb.area is null) then month(e.period)
            else 0
        end as season
    from exports as e
    inner join imports as i
        on i.supplier = e.supplier and i.buyer = e.buyer and i.goods_unit = e.goods_unit and i.period = e.period
    left join lunar as ls on ls.area = e.supplier
    left join lunar as lb on lb.area = e.buyer
),

-- Both months of a Lunar New Year are there, or neither is.
months as (
    select
        exports_source,
        imports_source,
        supplier,
        buyer,
        goods_unit,
        period,
        exports_usd,
        imports_usd
    from (
        select
            b.exports_source,
            b.imports_source,
            b.supplier,
            b.buyer,
            b.goods_unit,
            b.period,
            b.season,
            avg(b.exports_usd) over (
                partition by
                    b.exports_source, b.imports_source, b.supplier, b.buyer, b.goods_unit, year(b.period), b.season
            ) as exports_usd,
            avg(b.imports_usd) over (
                partition by
                    b.exports_source, b.imports_source, b.supplier, b.buyer, b.goods_unit, year(b.period), b.season
            ) as imports_usd,
            count(*) over (
                partition by
                    b.exports_source, b.imports_source, b.supplier, b.buyer, b.goods_unit, year(b.period), b.season
            ) as months
        from both_sides as b
    ) as smoothed
    where season > 0 or months = 2
),

summed as (
    select
        exports_source,
        imports_source,
        supplier,
        buyer,
        goods_unit,
        period,
        sum(exports_usd) over (
            partition by exports_source, imports_source, supplier, buyer, goods_unit
            order by period
            rows between 2 preceding and current row
        ) as exports_now,
        sum(exports_usd) over (
            partition by exports_source, imports_source, supplier, buyer, goods_unit
            order by period
            rows between 3 preceding and 1 preceding
        ) as exports_before,
        sum(imports_usd) over (
            partition by exports_source, imports_source, supplier, buyer, goods_unit
            order by period
            rows between 2 preceding and current row
        ) as imports_now,
        min(period) over (
            partition by exports_source, imports_source, supplier, buyer, goods_unit
            order by period
            rows between 3 preceding and current row
        ) as first_period,
        count(*) over (
            partition by exports_source, imports_source, supplier, buyer, goods_unit
            order by period
            rows between 3 preceding and current row
        ) as months,
        max(exports_usd + imports_usd) over (
            partition by exports_source, imports_source, supplier, buyer, goods_unit
        ) as most
    from months
)

select
    exports_source,
    imports_source,
    supplier,
    buyer,
    goods_unit,
    period,
    case when exports_before < exports_now then 1 else 0 end as lag,
    least(exports_now, exports_before) as exports_usd,
    imports_now as imports_usd,
    round(ln((least(exports_now, exports_before) + 150000.0) / (imports_now + 150000.0)), 12) as log_ratio
from summed
where months = 4 and first_period = cast(period - interval 3 month as date) and most >= 30000
