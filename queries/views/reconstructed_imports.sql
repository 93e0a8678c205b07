-- What did the target import from each supplier in a year, told by the suppliers' exports, and within which interval?
-- Where the target once stated its own imports, the supplier's exports are multiplied by the middle ratio of the three
-- newest such years before; that takes up freight and insurance, re-export and origin together. Elsewhere only the
-- margin of freight and insurance is put on, as an interval of 1.03 to 1.10 times FOB, the range of published estimates
-- for goods sent overland or by sea: it is the valuation alone, and of 27 EU members in 2019 to 2021 two or three fell
-- into it, so no error margin is stated beside it. The 90 % interval rests on the same pairs: set on a part of them and
-- tried on the rest it held in 82 to 96 % (benchmarks/reconstruction.py).
-- It does not see what suppliers do not state, hide or send by a third country, and an interval from years of peace may
-- not hold after them. Goods of one maker may stand in two suppliers' exports, the second time as re-exports: where a
-- supplier states those they are shown, and left out of the low end.
-- Grain: watch, target, period, supplier
-- watch: the watch, see ref.watch
-- target: the area under watch
-- period: first day of the year
-- supplier: a country or territory whose exports are read; never an aggregate
-- source: whose statistics of the exports: complete before partial, a national or EU source before UN Comtrade before
--   the IMF, then by name
-- exports_usd: exports to the target, FOB, re-exports included, US dollars; 0 when published with nothing recorded
-- re_exports_usd: of these, re-exports, where the same source states them; null when it does not
-- cif_low_usd: exports without stated re-exports, times 1.03
-- cif_high_usd: exports with all re-exports, times 1.10
-- own_ratio: recorded imports over exports, middle of at most three years before this one in which the target stated
--   its own and exports were 1 million US dollars or more
-- own_ratio_years: how many years that rests on, 0 to 3
-- expected_usd: exports times own ratio; null without one
-- low_usd: low end of the 90 % interval of expected_usd, which is divided by 1.15 where exports are 1 billion US
--   dollars or more, and by 2 where they are less
-- high_usd: its high end, times the same
-- recorded_usd: what the target's books have, as far as stated, US dollars
-- recorded_source: whose statistics of that; reported before estimated, a national source before UN Comtrade before IMF
-- recorded_estimated: true when these are estimates from partners, so that they are no second witness
-- suppliers_stating: how many suppliers have stated the year
-- suppliers_exports_usd: exports of all of them, the sum that the rows of the year add up to
-- coverage_year: the newest year before in which the target stated its imports by partner, reported and not estimated
-- coverage_share_of_recorded_imports: share of the target's recorded imports of that year which came from suppliers
--   that have stated this one, 0 to 1: what the reconstruction can see; null without such a year
with targets as (
    select
        watch,
        member as target
    from ref.watch_member
    where role = 'target'
),

exports as (
    select
        supplier,
        target,
        period,
        source,
        exports_usd,
        case when exports_usd >= 1000000000 then 1.15 else 2.0 end as factor
    from (
        select
            y.reporter as supplier,
            y.partner as target,
            y.period,
            y.source,
            y.value_usd as exports_usd,
            row_number() over (
                partition by y.reporter, y.partner, y.period
                order by
                    case when y.estimated then 1 else 0 end,
                    case when y.state = 'partial' then 1 else 0 end,
                    case y.source when 'comtrade' then 1 when 'imf' then 2 else 0 end,
                    y.source
            ) as choice
        from views.yearly_totals as y
        inner join (select distinct target from targets) as t on t.target = y.partner
        inner join ref.area as a on a.area = y.reporter and a.kind = 'country'
        where y.flow = 'export' and y.value_usd is not null
    ) as ranked
    where choice = 1
),

re_exports as (
    select
        source,
        supplier,
        target,
        period,
        coalesce(
            max(case when freq = 'A' then value_usd end),
            max(case when freq = 'M' and periods = 12 then value_usd end)
        ) as re_exports_usd
    from (
        select
            t.source,
            t.reporter as supplier,
            t.partner as target,
            t.freq,
            cast(date_trunc('year', t.period) as date) as period,
            count(distinct t.period) as periods,
            sum(t.value_usd) as value_usd
        from facts.trade as t
        inner join (select distinct target from targets) as k on k.target = t.partner
        where t.commodity = 'TOTAL' and t.flow = 're_export' and t.freq in ('M', 'A')
        group by
            t.source, t.reporter, t.partner, t.freq, t.hs_edition, t.currency,
            cast(date_trunc('year', t.period) as date)
    ) as added
    group by source, supplier, target, period
),

recorded as (
    select
        supplier,
        target,
        period,
        source,
        estimated,
        recorded_usd
    from (
        select
            y.partner as supplier,
            y.reporter as target,
            y.period,
            y.source,
            y.estimated,
            y.value_usd as recorded_usd,
            row_number() over (
                partition by y.partner, y.reporter, y.period
                order by
                    case when y.estimated then 1 else 0 end,
                    case when y.state = 'partial' then 1 else 0 end,
                    case y.source when 'comtrade' then 1 when 'imf' then 2 else 0 end,
                    y.source
            ) as choice
        from views.yearly_totals as y
        inner join (select distinct target from targets) as t on t.target = y.reporter
        inner join ref.area as a on a.area = y.partner and a.kind <> 'aggregate'
        where y.flow = 'import' and y.value_usd is not null
    ) as ranked
    where choice = 1
),

ratios as (
    select
        e.supplier,
        e.target,
        e.period,
        cast(r.recorded_usd as double) / e.exports_usd as ratio
    from exports as e
    inner join recorded as r
        on r.supplier = e.supplier and r.target = e.target and r.period = e.period and not r.estimated
    where e.exports_usd >= 1000000 and r.recorded_usd > 0
),

own as (
    select
        supplier,
        target,
        period,
        median(ratio) as own_ratio,
        count(*) as years
    from (
        select
            e.supplier,
            e.target,
            e.period,
            r.ratio,
            row_number() over (
                partition by e.supplier, e.target, e.period
                order by r.period desc
            ) as newest
        from exports as e
        inner join ratios as r on r.supplier = e.supplier and r.target = e.target and r.period < e.period
    ) as ranked
    where newest <= 3
    group by supplier, target, period
),

years as (
    select
        e.target,
        e.period,
        max(r.period) as coverage_year
    from (select distinct target, period from exports) as e
    inner join (select distinct target, period from recorded where not estimated and supplier <> 'WLD') as r
        on r.target = e.target and r.period < e.period
    group by e.target, e.period
),

coverage as (
    select
        y.target,
        y.period,
        max(y.coverage_year) as coverage_year,
        cast(sum(case when e.supplier is not null then r.recorded_usd else 0 end) as double)
        / nullif(sum(r.recorded_usd), 0) as share
    from years as y
    inner join recorded as r
        on r.target = y.target and r.period = y.coverage_year and r.supplier <> 'WLD' and not r.estimated
    left join exports as e on e.target = y.target and e.period = y.period and e.supplier = r.supplier
    group by y.target, y.period
)

select
    t.watch,
    e.target,
    e.period,
    e.supplier,
    e.source,
    e.exports_usd,
    x.re_exports_usd,
    cast(round((e.exports_usd - coalesce(x.re_exports_usd, 0)) * 1.03, 3) as decimal(18, 3)) as cif_low_usd,
    cast(round(e.exports_usd * 1.10, 3) as decimal(18, 3)) as cif_high_usd,
    cast(round(o.own_ratio, 4) as decimal(12, 4)) as own_ratio,
    cast(coalesce(o.years, 0) as integer) as own_ratio_years,
    cast(round(cast(e.exports_usd as double) * o.own_ratio, 0) as decimal(18, 3)) as expected_usd,
    cast(round(cast(e.exports_usd as double) * o.own_ratio / e.factor, 0) as decimal(18, 3)) as low_usd,
    cast(round(cast(e.exports_usd as double) * o.own_ratio * e.factor, 0) as decimal(18, 3)) as high_usd,
    r.recorded_usd,
    r.source as recorded_source,
    r.estimated as recorded_estimated,
    cast(count(*) over (partition by t.watch, e.target, e.period) as integer) as suppliers_stating,
    cast(sum(e.exports_usd) over (partition by t.watch, e.target, e.period) as decimal(18, 3)) as suppliers_exports_usd,
    c.coverage_year,
    cast(round(c.share, 4) as decimal(9, 4)) as coverage_share_of_recorded_imports
from exports as e
inner join targets as t on t.target = e.target
left join re_exports as x
    on x.source = e.source and x.supplier = e.supplier and x.target = e.target and x.period = e.period
left join recorded as r on r.supplier = e.supplier and r.target = e.target and r.period = e.period
left join own as o on o.supplier = e.supplier and o.target = e.target and o.period = e.period
left join coverage as c on c.target = e.target and c.period = e.period
