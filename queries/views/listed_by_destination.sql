-- How much of the listed goods did the coalition sell to each buyer in a year, and in the same months a year before?
-- Like for like: a month counts for a supplier only when that supplier has published it in both years. Codes exactly as
-- listed: a code that exists only since an edition is missing in the year before it, see the column seam_value.
-- Grain: watch, source, buyer, tier, year, currency
-- watch: the watch, see ref.watch
-- source: whose statistics
-- buyer: the area named as destination
-- role: target, hub, coalition or other, as the watch names it
-- tier: tier of the list, or all
-- year: the year
-- months_covered: calendar months in which at least one supplier has published both years
-- suppliers: suppliers that have published at least one month of both years
-- value: in the months covered, as reported, in currency
-- previous_value: in the same months of the year before, in currency
-- currency: ISO 4217
-- value_usd: in the months covered, US dollars
-- previous_value_usd: in the same months of the year before, US dollars
-- seam_value: of value, the codes whose content changed or that did not exist before their edition, in currency
with pairs as (
    select
        now.watch,
        now.source,
        now.supplier,
        now.buyer,
        now.period,
        cast(now.period - interval 12 month as date) as previous_period
    from views.supplier_months as now
    inner join views.supplier_months as before
        on
            before.watch = now.watch
            and before.source = now.source
            and before.supplier = now.supplier
            and before.buyer = now.buyer
            and before.period = cast(now.period - interval 12 month as date)
    inner join ref.watch_member as coalition
        on coalition.watch = now.watch and coalition.role = 'coalition' and coalition.member = now.supplier
    where now.published = 1 and before.published = 1
),

covered as (
    select
        watch,
        source,
        buyer,
        extract(year from period) as year,
        count(distinct period) as months_covered,
        count(distinct supplier) as suppliers
    from pairs
    group by watch, source, buyer, extract(year from period)
),

sides as (
    select
        watch,
        source,
        supplier,
        buyer,
        period,
        extract(year from period) as year,
        1 as is_now
    from pairs
    union all
    select
        watch,
        source,
        supplier,
        buyer,
        previous_period as period,
        extract(year from period) as year,
        0 as is_now
    from pairs
),

tiers as (
    select
        list,
        version,
        commodity,
        tier
    from ref.goods_item
    where length(commodity) = 6
    union all
    select
        list,
        version,
        commodity,
        'all' as tier
    from ref.goods_item
    where length(commodity) = 6
),

roles as (
    select
        watch,
        member,
        min(case role when 'target' then 1 when 'hub' then 2 else 3 end) as rank
    from ref.watch_member
    where role in ('target', 'hub', 'coalition')
    group by watch, member
)

select
    s.watch,
    s.source,
    s.buyer,
    case r.rank when 1 then 'target' when 2 then 'hub' when 3 then 'coalition' else 'other' end as role,
    tiers.tier,
    cast(s.year as integer) as year,
    cast(c.months_covered as integer) as months_covered,
    cast(c.suppliers as integer) as suppliers,
    sum(case when s.is_now = 1 then e.value else 0 end) as value,
    sum(case when s.is_now = 0 then e.value else 0 end) as previous_value,
    e.currency,
    sum(case when s.is_now = 1 then e.value_usd else 0 end) as value_usd,
    sum(case when s.is_now = 0 then e.value_usd else 0 end) as previous_value_usd,
    sum(case when s.is_now = 1 and e.seam <> 'none' and e.seam <> 'good' then e.value else 0 end) as seam_value
from sides as s
inner join ref.watch as w on w.watch = s.watch
inner join views.listed_exports as e
    on
        e.list = w.list
        and e.version = w.version
        and e.source = s.source
        and e.supplier = s.supplier
        and e.buyer = s.buyer
        and e.period = s.period
inner join tiers
    on
        tiers.list = e.list
        and tiers.version = e.version
        and tiers.commodity = e.hs6
        and (tiers.tier = 'all' or tiers.tier = e.tier)
inner join covered as c
    on c.watch = s.watch and c.source = s.source and c.buyer = s.buyer and c.year = s.year
left join roles as r on r.watch = s.watch and r.member = s.buyer
group by s.watch, s.source, s.buyer, r.rank, tiers.tier, s.year, c.months_covered, c.suppliers, e.currency
