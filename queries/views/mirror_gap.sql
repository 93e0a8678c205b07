-- Did what one area exports to another drift away from what the other records as imports, against their own history?
-- In three months' sums of all goods and of listed goods, of months that both sides have published, with a month of
-- tolerance for what is under way, see views.mirror_months. The level of the ratio is no finding: freight, origin
-- against destination and re-exports set it apart for good. Its change is. Years are in views.ghost_transit, not here.
-- It does not say which side errs nor where goods went: it is a place to look. Families of codes that changed in
-- 2022 are one sum, but where a side was asked for some of the codes only, or took them up later, a change may be
-- the codes' own.
-- Grain: exports_source, imports_source, supplier, buyer, goods_unit, period
-- Kept: period, goods_unit, supplier, buyer
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
-- usual_ratio: geometric mean of the same ratio in t-26 to t-3; null unless twelve such months are there
-- baseline_months: how many there are
-- ratio_change: ratio over usual ratio
-- buyer_shift: median of that change over all the buyer's series of the month but those of aggregates, 1 is none; null
--   below five series
-- gap_3m_usd: exports less imports times the usual ratio, 150,000 put to both as well, US dollars in three months
-- score: change of the ratio in standard deviations of its own past, seven tenths of the buyer's shift taken off (in
--   logarithms); null where gap_3m_usd is between -90,000 and 90,000 US dollars
with units as (
    select
        commodity as hs6,
        min(family) as goods_unit
    from ref.hs_family
    group by commodity
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

-- Baselines are windows over each series: nothing is joined to itself, and a buyer asked for reaches the facts.
usual as (
    select
        exports_source,
        imports_source,
        supplier,
        buyer,
        goods_unit,
        period,
        lag,
        exports_usd,
        imports_usd,
        log_ratio,
        avg(log_ratio) over (
            partition by exports_source, imports_source, supplier, buyer, goods_unit
            order by 12 * year(period) + month(period)
            range between 26 preceding and 3 preceding
        ) as mean,
        var_samp(log_ratio) over (
            partition by exports_source, imports_source, supplier, buyer, goods_unit
            order by 12 * year(period) + month(period)
            range between 26 preceding and 3 preceding
        ) as variance,
        count(*) over (
            partition by exports_source, imports_source, supplier, buyer, goods_unit
            order by 12 * year(period) + month(period)
            range between 26 preceding and 3 preceding
        ) as months
    from views.mirror_months
),

judged as (
    select
        u.exports_source,
        u.imports_source,
        u.supplier,
        u.buyer,
        u.goods_unit,
        u.period,
        u.lag,
        u.exports_usd,
        u.imports_usd,
        u.log_ratio,
        u.months,
        case when u.months >= 12 then u.mean end as middle,
        greatest(u.variance, 0) as variance,
        case
            when
                count(case when u.months >= 12 and a.kind <> 'aggregate' then 1 end) over (
                    partition by u.buyer, u.period
                ) >= 5
                then
                    median(case when u.months >= 12 and a.kind <> 'aggregate' then u.log_ratio - u.mean end) over (
                        partition by u.buyer, u.period
                    )
        end as shift
    from usual as u
    inner join ref.area as a on a.area = u.supplier
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
    cast(
        round(j.exports_usd + 150000.0 - (j.imports_usd + 150000.0) * exp(j.middle), 2) as decimal(18, 2)
    ) as gap_3m_usd,
    cast(
        case
            when abs(j.exports_usd + 150000.0 - (j.imports_usd + 150000.0) * exp(j.middle)) >= 90000
                then
                    round(
                        (j.log_ratio - j.middle - 0.7 * coalesce(j.shift, 0))
                        / sqrt(j.variance + 0.03), 2
                    )
        end as decimal(12, 2)
    ) as score
from judged as j
left join seams as q on q.goods_unit = j.goods_unit
left join union_members as us on us.area = j.supplier
left join union_members as ub on ub.area = j.buyer
