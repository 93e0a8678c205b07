-- How much of last year's trade does a share rest on: of what was shipped to the target a year before, whose suppliers
-- have stated the same month of this year? It does not say how large the missing trade is now: suppliers that are
-- silent may ship more than they did, or less.
-- Grain: watch, list, version, cut, goods, target, span, period
-- watch: the watch, see ref.watch
-- list: the list of the watch, or goods_group for groups taken whole
-- version: date of the list; whole for a group
-- cut: all, tier or group
-- goods: all, the tier, or the group
-- target: the area under watch
-- span: month or year
-- period: first day of the span
-- suppliers_before: suppliers that had stated the month a year before, in any month of the span
-- suppliers_stating: of these, those that have stated some month of the span now
-- year_before_usd: what they shipped in the same span a year before, US dollars
-- year_before_stated_usd: of it, in months that the same supplier has stated this year too, US dollars
-- year_before_stated_share: the same as a share of year_before_usd, 0 to 1; below 1 months of suppliers that mattered
--   are missing; null where year_before_usd is below 10,000
with stacked as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        target,
        supplier,
        period,
        0 as before_usd,
        0 as stated_before,
        1 as stated
    from views.set_months
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
        exports_usd as before_usd,
        1 as stated_before,
        0 as stated
    from views.set_months
),

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
        sum(before_usd) as before_usd,
        sum(stated) as stated
    from stacked
    group by watch, list, version, cut, goods, target, supplier, period
    having sum(stated_before) > 0
),

spans as (
    select
        p.watch,
        p.list,
        p.version,
        p.cut,
        p.goods,
        p.target,
        k.span,
        p.supplier,
        case when k.span = 'year' then cast(date_trunc('year', p.period) as date) else p.period end as period,
        sum(p.before_usd) as before_usd,
        sum(p.before_usd * p.stated) as before_stated_usd,
        max(p.stated) as stated
    from paired as p
    cross join (values ('month'), ('year')) as k (span)
    group by
        p.watch, p.list, p.version, p.cut, p.goods, p.target, k.span, p.supplier,
        case when k.span = 'year' then cast(date_trunc('year', p.period) as date) else p.period end
)

select
    watch,
    list,
    version,
    cut,
    goods,
    target,
    span,
    period,
    cast(count(*) as integer) as suppliers_before,
    cast(sum(stated) as integer) as suppliers_stating,
    sum(before_usd) as year_before_usd,
    sum(before_stated_usd) as year_before_stated_usd,
    cast(
        round(case when sum(before_usd) >= 10000 then sum(before_stated_usd) / sum(before_usd) end, 4) as decimal(9, 4)
    ) as year_before_stated_share
from spans
group by watch, list, version, cut, goods, target, span, period
