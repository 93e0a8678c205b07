-- Of which listed goods does a hub, by its own books, suddenly send more to the target than its own past and its sales
-- of the same goods to others explain? Trailing three months against the 24 before them.
-- January and February of a hub with the Lunar New Year are each half of the two, and January is judged with February.
-- It does not see transit: goods that cross a hub without entering it are in no books of it, and a hub that states
-- nothing, or not by month, has no rows here, which says nothing about what it sends on.
-- Grain: watch, hub, target, hs6, period
-- Kept: watch, period, hub
-- watch: the watch, see ref.watch
-- hub: a hub of the watch, as supplier
-- target: the area under watch
-- hs6: six-digit code, or the name of the family of codes that is compared as one sum, see views.comparable_goods
-- period: first day of the month judged, t
-- source: whose statistics: the one with more published months, a national source before Comtrade, then by name
-- scorable: true when the hub has published t-2 to t and at least twelve months of t-26 to t-3
-- reason: why it is scorable, or not
-- baseline_months: months of the baseline that it has published, of 24
-- resales_3m_usd: exports to the target in t-2 to t, US dollars; 0 when published with nothing recorded
-- baseline_3m_usd: exports to the target in three average months of the baseline
-- others_growth: change of the hub's sales of the same goods to all but the target, 1 is none;
--   held between 0.22 and 4.48
-- expected_3m_usd: baseline times that growth
-- excess_usd: exports less expected, US dollars in three months
-- score: excess in standard deviations of what chance and growth do to such a flow
with pairs as (
    select
        h.watch,
        h.member as hub,
        t.member as target
    from ref.watch_member as h
    inner join ref.watch_member as t on t.watch = h.watch and t.role = 'target'
    where h.role = 'hub'
),

lunar as (
    select distinct area
    from ref.area_group
    where area_group = 'lunar_new_year'
),

windows as (
    select
        watch,
        hub,
        target,
        period,
        source,
        months_now,
        baseline_months
    from (
        select
            t.watch,
            t.supplier as hub,
            t.buyer as target,
            t.period,
            t.source,
            sum(case when m.period > t.period - interval 3 month then m.published else 0 end) as months_now,
            sum(case when m.period <= t.period - interval 3 month then m.published else 0 end) as baseline_months,
            row_number() over (
                partition by t.watch, t.supplier, t.buyer, t.period
                order by sum(m.published) desc, case when t.source = 'comtrade' then 1 else 0 end, t.source
            ) as choice
        from views.supplier_months as t
        inner join pairs as p on p.watch = t.watch and p.hub = t.supplier and p.target = t.buyer
        inner join views.supplier_months as m
            on
                m.watch = t.watch
                and m.source = t.source
                and m.supplier = t.supplier
                and m.buyer = t.buyer
                and m.period <= t.period
                and m.period >= t.period - interval 26 month
        group by t.watch, t.supplier, t.buyer, t.period, t.source
    ) as ranked
    where choice = 1
),

sales as (
    select
        e.source,
        e.supplier,
        e.buyer,
        e.period,
        e.commodity,
        cast(e.value_usd as double) as usd
    from views.goods_exports as e
    inner join (select distinct hub from pairs) as h on h.hub = e.supplier
    left join lunar as l on l.area = e.supplier
    where l.area is null or month(e.period) > 2
    union all
    select
        e.source,
        e.supplier,
        e.buyer,
        cast(date_trunc('year', e.period) + interval 1 month * n.step as date) as period,
        e.commodity,
        sum(cast(e.value_usd as double)) / 2 as usd
    from views.goods_exports as e
    inner join (select distinct hub from pairs) as h on h.hub = e.supplier
    inner join lunar as l on l.area = e.supplier
    cross join (
        select 0 as step
        union all
        select 1 as step
    ) as n
    where month(e.period) <= 2
    group by
        e.source, e.supplier, e.buyer, e.commodity,
        cast(date_trunc('year', e.period) + interval 1 month * n.step as date)
),

monthly as (
    select
        w.watch,
        w.hub,
        w.target,
        w.period,
        left(c.goods_unit, 6) as hs6,
        e.period as month,
        sum(case when e.buyer = w.target then e.usd else 0 end) as to_target,
        sum(case when e.buyer <> w.target then e.usd else 0 end) as to_others
    from windows as w
    inner join sales as e
        on
            e.source = w.source
            and e.supplier = w.hub
            and e.period <= w.period
            and e.period >= w.period - interval 26 month
    inner join views.comparable_goods as c
        on
            c.watch = w.watch
            and c.source = w.source
            and c.period = w.period
            and c.commodity = e.commodity
            and c.comparable
    group by w.watch, w.hub, w.target, w.period, left(c.goods_unit, 6), e.period
),

parts as (
    select
        w.watch,
        w.hub,
        w.target,
        w.period,
        c.hs6,
        w.source,
        w.months_now,
        w.baseline_months,
        null as now,
        null as earlier,
        null as squares,
        null as others_now,
        null as others_earlier
    from windows as w
    inner join (
        select distinct
            watch,
            source,
            period,
            left(goods_unit, 6) as hs6
        from views.comparable_goods
        where comparable
    ) as c on c.watch = w.watch and c.source = w.source and c.period = w.period
    union all
    select
        watch,
        hub,
        target,
        period,
        hs6,
        null as source,
        null as months_now,
        null as baseline_months,
        case when month > period - interval 3 month then to_target else 0 end as now,
        case when month > period - interval 3 month then 0 else to_target end as earlier,
        case when month > period - interval 3 month then 0 else to_target * to_target end as squares,
        case when month > period - interval 3 month then to_others else 0 end as others_now,
        case when month > period - interval 3 month then 0 else to_others end as others_earlier
    from monthly
),

added as (
    select
        watch,
        hub,
        target,
        period,
        hs6,
        max(source) as source,
        max(months_now) as months_now,
        max(baseline_months) as months,
        coalesce(sum(now), 0) / 3.0 as now,
        coalesce(sum(earlier), 0) / cast(nullif(max(baseline_months), 0) as double) as base,
        coalesce(sum(squares), 0) as squares,
        coalesce(sum(others_now), 0) / 3.0 as others_now,
        coalesce(sum(others_earlier), 0) / cast(nullif(max(baseline_months), 0) as double) as others_base
    from parts
    group by watch, hub, target, period, hs6
),

judged as (
    select
        a.*,
        case
            when a.months_now < 3 then 'the hub has not published the newest three months'
            when a.months < 12 then 'fewer than 12 months of baseline are published'
            when l.area is not null and month(a.period) = 1 then 'January is judged with February'
            else 'published'
        end as reason,
        exp(
            greatest(-1.5, least(1.5, ln((a.others_now + 200000.0) / (coalesce(a.others_base, 0) + 200000.0))))
        ) as growth,
        (a.squares - a.months * a.base * a.base) / nullif(a.months - 1, 0) / nullif(a.base, 0) as phi
    from added as a
    left join lunar as l on l.area = a.hub
)

select
    watch,
    hub,
    target,
    hs6,
    period,
    source,
    reason = 'published' as scorable,
    reason,
    cast(months as integer) as baseline_months,
    cast(round(3 * now, 2) as decimal(18, 2)) as resales_3m_usd,
    cast(round(3 * base, 2) as decimal(18, 2)) as baseline_3m_usd,
    cast(round(growth, 3) as decimal(9, 3)) as others_growth,
    cast(round(3 * base * growth, 2) as decimal(18, 2)) as expected_3m_usd,
    cast(round(3 * (now - base * growth), 2) as decimal(18, 2)) as excess_usd,
    cast(
        round(
            (now - base * growth) / sqrt(
                greatest(coalesce(phi, 0), 10000.0) * greatest(base * growth, 10000.0) / 3
                + 0.35 * base * growth * 0.35 * base * growth
                + 10000.0 * 10000.0
            ), 2
        ) as decimal(12, 2)
    ) as score
from judged
