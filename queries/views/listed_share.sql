-- Who ships how much of the listed goods that reach the target, by month, quarter or year, under any version of the
-- list, by tier and by group of goods, and how many suppliers have stated it? Each supplier's month is read in one
-- source. It does not say where goods were made, nor what all suppliers shipped: partner records show who dispatched,
-- suppliers that publish late or never are not in the total, and a share rises when others are silent. January and
-- February of Lunar New Year reporters are read together: in the quarter or the year.
-- Grain: watch, list, version, cut, goods, target, span, period, supplier
-- watch: the watch, see ref.watch
-- list: the list of the watch, or goods_group for groups taken whole, listed or not
-- version: date of the list; whole for a group
-- cut: all, tier or group
-- goods: all, the tier, or the group
-- target: the area under watch
-- span: month, quarter or year; quarters and years are sums of published months, never annual figures
-- period: first day of the span
-- supplier: the exporting area whose books these are; with 0 when it has published that nothing was shipped
-- source: whose statistics; several when the months of the span were read in more than one
-- exports_usd: exports to the target, US dollars
-- reporters_total_usd: exports of all suppliers that have stated the span or a part of it, US dollars
-- dispatch_share_of_reporting_suppliers: exports as a share of that total, 0 to 1; null where it is below 10,000 US
--   dollars
-- china_hong_kong_share_of_reporting_suppliers: China and Hong Kong together as a share of the same total, the same in
--   every row of the span and never added to another; null below 10,000 US dollars
-- basis: dispatch
-- months: months of the span that the supplier has stated, of 1, 3 or 12
-- months_complete: of these, covered by complete answers for as many codes of the set as the best covered supplier has
-- codes: codes in the set, of every edition
-- codes_published: the most codes of the set that complete answers of one supplier cover in the span
-- reporters_stating: suppliers that have stated some month of the span, zeros included: what the total rests on
-- reporters_complete: of these, with complete answers for every month of it
with spans as (
    select
        m.*,
        'month' as span,
        1 as months_of_span,
        m.period as starts
    from views.set_months as m
    union all
    select
        m.*,
        'quarter' as span,
        3 as months_of_span,
        cast(date_trunc('quarter', m.period) as date) as starts
    from views.set_months as m
    union all
    select
        m.*,
        'year' as span,
        12 as months_of_span,
        cast(date_trunc('year', m.period) as date) as starts
    from views.set_months as m
),

added as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        target,
        span,
        months_of_span,
        starts as period,
        supplier,
        min(source) as source,
        max(source) as last_source,
        sum(exports_usd) as exports_usd,
        count(*) as months,
        sum(case when codes_published > 0 and codes_published = most_codes then 1 else 0 end) as months_complete,
        max(codes_published) as codes_published
    from spans
    group by watch, list, version, cut, goods, target, span, months_of_span, starts, supplier
),

judged as (
    select
        a.*,
        sum(a.exports_usd) over (
            partition by a.watch, a.list, a.version, a.cut, a.goods, a.target, a.span, a.period
        ) as total_usd,
        sum(case when a.supplier in ('CHN', 'HKG') then a.exports_usd end) over (
            partition by a.watch, a.list, a.version, a.cut, a.goods, a.target, a.span, a.period
        ) as china_usd,
        sum(case when a.supplier in ('CHN', 'HKG') and a.months = a.months_of_span then 1 else 0 end) over (
            partition by a.watch, a.list, a.version, a.cut, a.goods, a.target, a.span, a.period
        ) as china_stated,
        count(*) over (
            partition by a.watch, a.list, a.version, a.cut, a.goods, a.target, a.span, a.period
        ) as reporters_stating,
        sum(case when a.months_complete = a.months_of_span then 1 else 0 end) over (
            partition by a.watch, a.list, a.version, a.cut, a.goods, a.target, a.span, a.period
        ) as reporters_complete,
        max(a.codes_published) over (
            partition by a.watch, a.list, a.version, a.cut, a.goods, a.target, a.span, a.period
        ) as most_codes
    from added as a
)

select
    j.watch,
    j.list,
    j.version,
    j.cut,
    j.goods,
    j.target,
    j.span,
    j.period,
    j.supplier,
    case when j.source = j.last_source then j.source else 'several' end as source,
    j.exports_usd,
    j.total_usd as reporters_total_usd,
    cast(
        round(case when j.total_usd >= 10000 then j.exports_usd / j.total_usd end, 6) as decimal(9, 6)
    ) as dispatch_share_of_reporting_suppliers,
    cast(
        round(case when j.total_usd >= 10000 and j.china_stated = 2 then j.china_usd / j.total_usd end, 6)
        as decimal(9, 6)
    ) as china_hong_kong_share_of_reporting_suppliers,
    'dispatch' as basis,
    cast(j.months as integer) as months,
    cast(j.months_complete as integer) as months_complete,
    cast(z.codes as integer) as codes,
    cast(j.most_codes as integer) as codes_published,
    cast(j.reporters_stating as integer) as reporters_stating,
    cast(j.reporters_complete as integer) as reporters_complete
from judged as j
inner join (
    select
        watch,
        list,
        version,
        cut,
        goods,
        count(*) as codes
    from views.goods_sets
    group by watch, list, version, cut, goods
) as z on z.watch = j.watch and z.list = j.list and z.version = j.version and z.cut = j.cut and z.goods = j.goods
