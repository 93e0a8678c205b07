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
--   every row of the span and never added to anotherX below 10,000 US dollars
-- basis: dispatch
-- months: months of the span that the supplier has stated, of 1, 3 or 12
-- months_complete: of these, covered by complete answers for as many codes of the set as the best covered supplier has
-- codes: codes in the set, of every edition
-- codes_published: the most codes of the set that complete answers of one supplier cover in the span
-- reporters_stating: suppliers that have stated some month of the span, zeros included: what the total rests on
-- reporters_complete: of these, with complete answers for every month of it
-- year_before_covered_share: of what was shipped in the same span a year before, the share whose supplier has now
--   stated the same month; below 1 the total lacks months of suppliers that mattered; null when nothing was shipped
--   then
with by_month as (
    select
        g.watch,
        g.list,
        g.version,
        g.cut,
        g.goods,
        s.buyer as target,
        s.period,
        s.supplier,
        s.source,
        sum(s.exports_usd) as exports_usd,
        sum(s.published) as codes_published
    from views.watched_series as s
    inner join views.watched_reading as r
        on
            r.watch = s.watch
            and r.source = s.source
            and r.supplier = s.supplier
            and r.buyer = s.buyer
            and r.period = s.period
            and r.chosen
    inner join views.goods_sets as g on g.watch = s.watch and g.commodity = s.commodity
    where s.role = 'target' and r.role = 'target'
    group by g.watch, g.list, g.version, g.cut, g.goods, s.buyer, s.period, s.supplier, s.source
),

judged as (
    select
        m.*,
        max(m.codes_published) over (
            partition by m.watch, m.list, m.version, m.cut, m.goods, m.target, m.period
        ) as most_codes
    from by_month as m
),

-- A month counts as itself and as the year before of the one twelve months later.
paired as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        target,
        supplier,
        period,
        min(source) as source,
        sum(exports_usd) as exports_usd,
        sum(before_usd) as before_usd,
        sum(stated) as stated,
        sum(complete) as complete,
        sum(codes_published) as codes_published
    from (
        select
            watch,
            list,
            version,
            cut,
            goods,
            target,
            supplier,
            period,
            source,
            exports_usd,
            null as before_usd,
            1 as stated,
            case when codes_published > 0 and codes_published = most_codes then 1 else 0 end as complete,
            codes_published
        from judged
        union all
        select
            watch,
            list,
            version,
            cut,
            goods,
            target,
            supplier,
            cast(period + interval 12 month as date) as period,
            null as source,
            null as exports_usd,
            exports_usd as before_usd,
            0 as stated,
            0 as complete,
            0 as codes_published
        from judged
    ) as stacked
    group by watch, list, version, cut, goods, target, supplier, period
),

spans as (
    select
        p.*,
        'month' as span,
        1 as months_of_span,
        p.period as starts
    from paired as p
    union all
    select
        p.*,
        'quarter' as span,
        3 as months_of_span,
        cast(date_trunc('quarter', p.period) as date) as starts
    from paired as p
    union all
    select
        p.*,
        'year' as span,
        12 as months_of_span,
        cast(date_trunc('year', p.period) as date) as starts
    from paired as p
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
        sum(before_usd) as before_usd,
        sum(stated * before_usd) as before_covered_usd,
        sum(stated) as months,
        sum(complete) as months_complete,
        max(codes_published) as codes_published
    from spans
    group by watch, list, version, cut, goods, target, span, months_of_span, starts, supplier
),

totals as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        target,
        span,
        period,
        sum(exports_usd) as total_usd,
        sum(case when supplier in ('CHN', 'HKG') then exports_usd end) as china_usd,
        sum(case when supplier in ('CHN', 'HKG') and months = months_of_span then 1 else 0 end) as china_stated,
        sum(case when months > 0 then 1 else 0 end) as reporters_stating,
        sum(case when months_complete = months_of_span then 1 else 0 end) as reporters_complete,
        max(codes_published) as codes_published,
        sum(before_usd) as before_usd,
        sum(before_covered_usd) as before_covered_usd
    from added
    group by watch, list, version, cut, goods, target, span, period
),

sizes as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        count(*) as codes
    from views.goods_sets
    group by watch, list, version, cut, goods
)

select
    a.watch,
    a.list,
    a.version,
    a.cut,
    a.goods,
    a.target,
    a.span,
    a.period,
    a.supplier,
    case when a.source = a.last_source then a.source else 'several' end as source,
    a.exports_usd,
    t.total_usd as reporters_total_usd,
    cast(
        round(case when t.total_usd >= 10000 then a.exports_usd / t.total_usd end, 6) as decimal(9, 6)
    ) as dispatch_share_of_reporting_suppliers,
    cast(
        round(case when t.total_usd >= 10000 and t.china_stated = 2 then t.china_usd / t.total_usd end, 6)
        as decimal(9, 6)
    ) as china_hong_kong_share_of_reporting_suppliers,
    'dispatch' as basis,
    cast(a.months as integer) as months,
    cast(a.months_complete as integer) as months_complete,
    cast(z.codes as integer) as codes,
    cast(t.codes_published as integer) as codes_published,
    cast(t.reporters_stating as integer) as reporters_stating,
    cast(t.reporters_complete as integer) as reporters_complete,
    cast(round(t.before_covered_usd / nullif(t.before_usd, 0), 4) as decimal(9, 4)) as year_before_covered_share
from added as a
inner join totals as t
    on
        t.watch = a.watch
        and t.list = a.list
        and t.version = a.version
        and t.cut = a.cut
        and t.goods = a.goods
        and t.target = a.target
        and t.span = a.span
        and t.period = a.period
inner join sizes as z
    on z.watch = a.watch and z.list = a.list and z.version = a.version and z.cut = a.cut and z.goods = a.goods
where a.months > 0
