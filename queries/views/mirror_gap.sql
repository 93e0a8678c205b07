-- Did what one area exports to another drift away from what the other records as imports, against their own history?
-- Each month that both sides have published, in three months' sums, of all goods and of listed goods. The level of the
-- ratio is no finding: freight, origin against destination and re-exports set it apart for good. Its change is.
-- Sums are compared with no lag and with exports a month earlier, and the smaller gap counts. January and February of
-- areas with the Lunar New Year are each half of the two. Years are compared in views.ghost_transit, never in here.
-- It does not say which side errs nor where goods went: it is a place to look. Families of codes that changed in
-- 2022 are one sum, but where a side was asked for some of the codes only, or took them up later, a change may be
-- the codes' own.
-- Grain: exports_source, imports_source, supplier, buyer, goods_unit, period
-- exports_source: whose statistics of the exports
-- imports_source: whose statistics of the imports
-- supplier: the area that states the exports, by last known destination
-- buyer: the area that states the imports, by origin in most books
-- goods_unit: TOTAL, a six-digit code, or the family of codes that is compared as one sum
-- period: first day of the month judged, t
-- preferred: true for the row to read where several sources state one side: a national or EU source before UN Comtrade,
--   then by name
-- seam: good, fair or poor where January 2022 lies in t-28 to t and the codes of the unit changed then, else none
-- customs_union: true when both are members of the Eurasian union, where goods cross without customs control
-- lag: 0, or 1 when exports a month earlier lie nearer
-- exports_3m_usd: exports of the three months at that lag, FOB, US dollars
-- imports_3m_usd: recorded imports of t-2 to t, CIF, US dollars
-- ratio: exports over imports of three months, with 150,000 US dollars put to both, so that little trade shows little
-- usual_ratio: middle of the same ratio in t-26 to t-3; null unless twelve such months are there
-- baseline_months: how many there are
-- ratio_change: ratio over usual ratio
-- buyer_shift: middle of that change over all the buyer's series of the month but those of aggregates, 1 is none; null
--   below five series
-- gap_3m_usd: exports less imports times the usual ratio, 150,000 put to both as well, US dollars in three months
-- score: change of the ratio in standard deviations of its own past, seven tenths of the buyer's shift taken off (in
--   logarithms); null where gap_3m_usd is between -90,000 and 90,000 US dollars
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

seams as (
    select
        goods_unit,
        max(case quality when 'poor' then 3 when 'fair' then 2 else 1 end) as worst
    from ref.hs_seam as s
    inner join units as u on u.hs6 = s.commodity
    where s.predecessor_edition = 'HS2017'
    group by goods_unit
),

scope_units as (
    select distinct
        s.scope,
        s.partner,
        u.goods_unit
    from facts.scope as s
    inner join units as u on u.hs6 = left(s.commodity, 6)
),

asked as (
    select distinct
        c.flow,
        c.source,
        c.reporter,
        k.partner,
        k.goods_unit,
        c.period
    from facts.coverage as c
    inner join scope_units as k on k.scope = c.scope
    where c.flow in ('export', 'import') and c.freq = 'M' and c.state in ('value', 'zero') and k.partner <> c.reporter
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
),

series as (
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
        ln((least(exports_now, exports_before) + 150000.0) / (imports_now + 150000.0)) as log_ratio
    from summed
    where months = 4 and first_period = cast(period - interval 3 month as date) and most > 0
),

usual as (
    select
        s.exports_source,
        s.imports_source,
        s.supplier,
        s.buyer,
        s.goods_unit,
        s.period,
        median(b.log_ratio) as middle,
        count(*) as months
    from series as s
    inner join series as b
        on
            b.exports_source = s.exports_source
            and b.imports_source = s.imports_source
            and b.supplier = s.supplier
            and b.buyer = s.buyer
            and b.goods_unit = s.goods_unit
            and b.period >= s.period - interval 26 month
            and b.period <= s.period - interval 3 month
    group by s.exports_source, s.imports_source, s.supplier, s.buyer, s.goods_unit, s.period
),

spread as (
    select
        u.exports_source,
        u.imports_source,
        u.supplier,
        u.buyer,
        u.goods_unit,
        u.period,
        u.middle,
        u.months,
        median(abs(b.log_ratio - u.middle)) as deviation
    from usual as u
    inner join series as b
        on
            b.exports_source = u.exports_source
            and b.imports_source = u.imports_source
            and b.supplier = u.supplier
            and b.buyer = u.buyer
            and b.goods_unit = u.goods_unit
            and b.period >= u.period - interval 26 month
            and b.period <= u.period - interval 3 month
    group by
        u.exports_source, u.imports_source, u.supplier, u.buyer, u.goods_unit, u.period, u.middle, u.months
),

shifts as (
    select
        s.buyer,
        s.period,
        median(s.log_ratio - p.middle) as shift
    from series as s
    inner join spread as p
        on
            p.exports_source = s.exports_source
            and p.imports_source = s.imports_source
            and p.supplier = s.supplier
            and p.buyer = s.buyer
            and p.goods_unit = s.goods_unit
            and p.period = s.period
            and p.months >= 12
    inner join ref.area as a on a.area = s.supplier and a.kind <> 'aggregate'
    group by s.buyer, s.period
    having count(*) >= 5
),

judged as (
    select
        s.exports_source,
        s.imports_source,
        s.supplier,
        s.buyer,
        s.goods_unit,
        s.period,
        s.lag,
        s.exports_usd,
        s.imports_usd,
        s.log_ratio,
        coalesce(p.months, 0) as months,
        case when p.months >= 12 then p.middle end as middle,
        p.deviation,
        h.shift
    from series as s
    left join spread as p
        on
            p.exports_source = s.exports_source
            and p.imports_source = s.imports_source
            and p.supplier = s.supplier
            and p.buyer = s.buyer
            and p.goods_unit = s.goods_unit
            and p.period = s.period
    left join shifts as h on h.buyer = s.buyer and h.period = s.period
),

union_members as (
    select distinct area
    from ref.area_group
    where area_group = 'eaeu'
)

select
    j.exports_source,
    j.imports_source,
    j.supplier,
    j.buyer,
    j.goods_unit,
    j.period,
    row_number() over (
        partition by j.supplier, j.buyer, j.goods_unit, j.period
        order by
            case when j.exports_source = 'comtrade' then 1 else 0 end,
            case when j.imports_source = 'comtrade' then 1 else 0 end,
            j.exports_source,
            j.imports_source
    ) = 1 as preferred,
    case
        when j.period < date '2022-01-01' or j.period >= date '2024-06-01' then 'none'
        else case q.worst when 3 then 'poor' when 2 then 'fair' when 1 then 'good' else 'none' end
    end as seam,
    us.area is not null and ub.area is not null as customs_union,
    j.lag,
    cast(round(j.exports_usd, 2) as decimal(18, 2)) as exports_3m_usd,
    cast(round(j.imports_usd, 2) as decimal(18, 2)) as imports_3m_usd,
    cast(round(exp(j.log_ratio), 4) as decimal(18, 4)) as ratio,
    cast(round(exp(j.middle), 4) as decimal(18, 4)) as usual_ratio,
    cast(j.months as integer) as baseline_months,
    cast(round(exp(j.log_ratio - j.middle), 4) as decimal(18, 4)) as ratio_change,
    cast(round(exp(j.shift), 4) as decimal(18, 4)) as buyer_shift,
    cast(round(j.exports_usd + 150000.0 - (j.imports_usd + 150000.0) * exp(j.middle), 2) as decimal(18, 2)) as gap_3m_usd,
    cast(
        case
            when abs(j.exports_usd + 150000.0 - (j.imports_usd + 150000.0) * exp(j.middle)) >= 90000
                then
                    round(
                        (j.log_ratio - j.middle - 0.7 * coalesce(j.shift, 0))
                        / sqrt(2.2 * j.deviation * j.deviation + 0.03), 2
                    )
        end as decimal(12, 2)
    ) as score
from judged as j
left join seams as q on q.goods_unit = j.goods_unit
left join union_members as us on us.area = j.supplier
left join union_members as ub on ub.area = j.buyer
