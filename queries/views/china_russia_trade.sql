-- What did China state as its exports to and imports from Russia, by month, year to date and year, first and later?
-- Only China's books: Russia has stated nothing by partner since January 2022. Two sources are two rows, never added.
-- It does not show where goods went: what leaves for Kazakhstan and ends in Russia is in neither column.
-- Grain: source, freq, period, currency
-- source: whose statistics; gacc_quoted are figures of China's customs as papers quoted them
-- freq: M month, YTD from January to the month in period, A year; the December year to date stands as a year too
-- period: first day of the month or year; of YTD, of its last month
-- currency: ISO 4217
-- exports: China to Russia as last stated, in currency, FOB
-- imports: China from Russia as last stated, in currency, CIF
-- total: exports and imports together; null while one of them is not stated
-- exports_preliminary: as the preliminary release had it, which is rounded to 10 million yuan or a million dollars
-- exports_final: as the Monthly Bulletin or the query platform had it; null as well when that repeated the preliminary
--   figure to the last digit
-- imports_preliminary: like exports_preliminary
-- imports_final: like exports_final
-- total_usd: US dollars; of other currencies at the ECB's average rate of the month or year, null for YTD
-- usd_basis: stated, or converted; null where there are no dollars
-- total_change_on_year: total over that of the same period a year before, less 1, in currency
-- total_change_since_2021: total over that of the same period of 2021, the last year before the invasion, less 1
-- known_from: UTC, when the newest of the figures as last stated was published
with stated as (
    select
        h.source,
        h.flow,
        h.freq,
        h.period,
        h.currency,
        h.value,
        h.value_usd,
        h.known_from,
        case
            when h.source <> 'gacc' then 'only'
            when p.layout = 'gacc_preliminary' then 'preliminary'
            else 'final'
        end as vintage,
        case
            when h.known_to is null or h.known_to > cast(getvariable('as_of') as timestamp) then 1
            else 0
        end as stands,
        row_number() over (
            partition by
                h.source,
                h.flow,
                h.freq,
                h.period,
                h.currency,
                case when p.layout = 'gacc_preliminary' then 1 else 0 end
            order by h.known_from desc, h.hs_edition desc
        ) as newest
    from facts.trade_history as h
    inner join raw.pull as p on p.pull_id = h.pull_id
    where
        h.reporter = 'CHN'
        and h.partner = 'RUS'
        and h.commodity = 'TOTAL'
        and h.flow in ('export', 'import')
        and not h.withdrawn
        and h.known_from <= coalesce(cast(getvariable('as_of') as timestamp), timestamp '9999-12-31')
),

as_years as (
    select
        source,
        flow,
        freq,
        period,
        currency,
        value,
        value_usd,
        known_from,
        vintage,
        stands
    from stated
    where newest = 1
    union all
    select
        s.source,
        s.flow,
        'A' as freq,
        cast(s.period - interval 11 month as date) as period,
        s.currency,
        s.value,
        case
            when s.currency = 'USD' then s.value
            else cast(round(s.value * fx.usd_per_unit, 3) as decimal(18, 3))
        end as value_usd,
        s.known_from,
        s.vintage,
        s.stands
    from stated as s
    left join ref.fx_month as fx
        on fx.currency = s.currency and fx.freq = 'A' and fx.period = cast(s.period - interval 11 month as date)
    where s.newest = 1 and s.freq = 'YTD' and month(s.period) = 12
),

side_by_side as (
    select
        source,
        freq,
        period,
        currency,
        max(case when flow = 'export' and stands = 1 then value end) as exports,
        max(case when flow = 'import' and stands = 1 then value end) as imports,
        max(case when flow = 'export' and vintage = 'preliminary' then value end) as exports_preliminary,
        max(case when flow = 'export' and vintage = 'final' then value end) as exports_final,
        max(case when flow = 'import' and vintage = 'preliminary' then value end) as imports_preliminary,
        max(case when flow = 'import' and vintage = 'final' then value end) as imports_final,
        max(case when flow = 'export' and stands = 1 then value_usd end)
        + max(case when flow = 'import' and stands = 1 then value_usd end) as total_usd,
        max(case when stands = 1 then known_from end) as known_from
    from as_years
    group by source, freq, period, currency
),

with_total as (
    select
        *,
        exports + imports as total
    from side_by_side
    where exports is not null or imports is not null
)

select
    t.source,
    t.freq,
    t.period,
    t.currency,
    t.exports,
    t.imports,
    t.total,
    t.exports_preliminary,
    t.exports_final,
    t.imports_preliminary,
    t.imports_final,
    t.total_usd,
    case when t.currency = 'USD' then 'stated' when t.total_usd is not null then 'converted' end as usd_basis,
    cast(round(t.total / nullif(b.total, 0) - 1, 4) as decimal(12, 4)) as total_change_on_year,
    cast(round(t.total / nullif(f.total, 0) - 1, 4) as decimal(12, 4)) as total_change_since_2021,
    t.known_from
from with_total as t
left join with_total as b
    on
        b.source = t.source
        and b.freq = t.freq
        and b.currency = t.currency
        and b.period = cast(t.period - interval 12 month as date)
left join with_total as f
    on
        f.source = t.source
        and f.freq = t.freq
        and f.currency = t.currency
        and year(f.period) = 2021
        and month(f.period) = month(t.period)
