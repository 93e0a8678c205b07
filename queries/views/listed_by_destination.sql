-- How much of the listed goods did the coalition sell to each buyer in a year, and in the same months a year before?
-- A calendar month counts when most suppliers have published it in both years. Codes exactly as listed: a code that has
-- another number in the edition before is missing there, see seam_value. A supplier that has not published a month of
-- one of the years is in value and previous_value all the same; the columns like_for_like_… leave it out on both sides.
-- Grain: watch, source, buyer, tier, year, currency
-- watch: the watch, see ref.watch
-- source: whose statistics
-- buyer: the area named as destination
-- role: target, hub, coalition or other, as the watch names it
-- tier: tier of the list, or all
-- year: the year
-- months_covered: calendar months that most suppliers have published in both years
-- months_missing: supplier-months of these that are not published in one of the years
-- value: in the months covered, as reported, in currency
-- previous_value: in the same months of the year before, in currency
-- like_for_like_value: as value, only suppliers that have published the month in both years, in currency
-- like_for_like_previous_value: as previous_value, only suppliers that have published the month in both years, in
--   currency
-- currency: ISO 4217
-- value_usd: in the months covered, US dollars
-- previous_value_usd: in the same months of the year before, US dollars
-- seam_value: of value, the codes whose content changed or that had another number in the edition before, in currency
with pairs as (
    select
        now.watch,
        now.source,
        now.supplier,
        now.buyer,
        now.period,
        cast(now.period - interval 12 month as date) as previous_period,
        case when now.published = 1 and before.published = 1 then 1 else 0 end as is_both
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
),

covered as (
    select
        watch,
        source,
        buyer,
        period,
        sum(1 - is_both) as missing
    from pairs
    group by watch, source, buyer, period
    having sum(is_both) > 0.5 * count(*)
),

years as (
    select
        watch,
        source,
        buyer,
        extract(year from period) as year,
        count(*) as months_covered,
        sum(missing) as months_missing
    from covered
    group by watch, source, buyer, extract(year from period)
),

sides as (
    select
        p.watch,
        p.source,
        p.supplier,
        p.buyer,
        p.period,
        extract(year from p.period) as year,
        1 as is_now,
        p.is_both
    from pairs as p
    inner join covered as c
        on c.watch = p.watch and c.source = p.source and c.buyer = p.buyer and c.period = p.period
    union all
    select
        p.watch,
        p.source,
        p.supplier,
        p.buyer,
        p.previous_period as period,
        extract(year from p.period) as year,
        0 as is_now,
        p.is_both
    from pairs as p
    inner join covered as c
        on c.watch = p.watch and c.source = p.source and c.buyer = p.buyer and c.period = p.period
),

sold as (
    select
        s.watch,
        s.source,
        s.buyer,
        s.year,
        e.tier,
        e.currency,
        sum(case when s.is_now = 1 then e.value else 0 end) as value,
        sum(case when s.is_now = 0 then e.value else 0 end) as previous_value,
        sum(case when s.is_now = 1 and s.is_both = 1 then e.value else 0 end) as like_for_like_value,
        sum(case when s.is_now = 0 and s.is_both = 1 then e.value else 0 end) as like_for_like_previous_value,
        sum(case when s.is_now = 1 then e.value_usd else 0 end) as value_usd,
        sum(case when s.is_now = 0 then e.value_usd else 0 end) as previous_value_usd,
        sum(
            case
                when s.is_now = 1 and (renumbered.commodity is not null or e.seam in ('fair', 'poor')) then e.value
                else 0
            end
        ) as seam_value
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
    left join (
        select distinct commodity
        from ref.hs_seam
        where predecessor <> commodity
    ) as renumbered on renumbered.commodity = e.hs6
    group by s.watch, s.source, s.buyer, s.year, e.tier, e.currency
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
    case k.tiers when 'all' then 'all' else s.tier end as tier,
    cast(s.year as integer) as year,
    cast(y.months_covered as integer) as months_covered,
    cast(y.months_missing as integer) as months_missing,
    sum(s.value) as value,
    sum(s.previous_value) as previous_value,
    sum(s.like_for_like_value) as like_for_like_value,
    sum(s.like_for_like_previous_value) as like_for_like_previous_value,
    s.currency,
    sum(s.value_usd) as value_usd,
    sum(s.previous_value_usd) as previous_value_usd,
    sum(s.seam_value) as seam_value
from sold as s
inner join years as y
    on y.watch = s.watch and y.source = s.source and y.buyer = s.buyer and y.year = s.year
cross join (values ('all'), ('each')) as k (tiers)
left join roles as r on r.watch = s.watch and r.member = s.buyer
where k.tiers = 'all' or s.tier is not null
group by
    s.watch, s.source, s.buyer, r.rank, case k.tiers when 'all' then 'all' else s.tier end, s.year, y.months_covered,
    y.months_missing, s.currency
