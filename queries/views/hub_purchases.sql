-- Of which listed goods did a hub suddenly buy more from the coalition than its own past, the same suppliers' sales of
-- the same goods to others and the hub's other imports explain? Like views.listed_purchases_change, code by code.
-- Expected is the baseline, times what the suppliers' sales to others grew by, times what the hub's purchases of all
-- goods from them grew by, drawn towards 1; each is held between 0.22 and 4.48. A boom of everything is itself what
-- diversion looked like in 2022, so the excess before that last factor stands beside.
-- It does not show that goods went on, nor to whom: see views.roundabout.
-- Grain: watch, hub, hs6, period
-- Kept: watch, period, hub
-- watch: the watch, see ref.watch
-- hub: a hub of the watch, as buyer
-- hs6: six-digit code, or the name of the family of codes compared as one sum, see views.comparable_goods; finer
--   codes are expected one by one and added up
-- period: first day of the month judged, t
-- scorable: true when suppliers that hold nine tenths of the hub's baseline have published the newest three months
-- reason: why it is scorable, or not
-- purchases_3m_usd: US dollars in the three months t-2 to t
-- baseline_3m_usd: US dollars in three average months of the baseline t-26 to t-3
-- elsewhere_growth: expected change from the same suppliers' sales of the same goods to others, 1 is none
-- partner_growth: change of the hub's purchases of all goods from them, drawn towards 1; 1 when no totals are there
-- expected_3m_usd: baseline times both, US dollars in three months
-- excess_usd: purchases less expected, US dollars in three months
-- excess_before_partner_growth_usd: purchases less baseline times elsewhere growth alone
-- score: excess in standard deviations of what chance and growth do to such a flow
-- suppliers_up: counted suppliers that sold at least half more than expected of them, before partner growth
with compared as (
    -- Read once, here: so it is planned by itself.
    select *
    from views.compared_exports
),

series as (
    select
        s.watch,
        s.period,
        s.supplier,
        s.buyer,
        s.goods_unit,
        case when target.member is null then 1 else 0 end as elsewhere,
        sum(case when s.age = 'newest' then s.value_usd else 0 end) / 3.0 as now,
        sum(case when s.age <> 'newest' then s.value_usd else 0 end) / cast(s.baseline_months as double) as base
    from compared as s
    left join ref.watch_member as target
        on target.watch = s.watch and target.role = 'target' and target.member = s.buyer
    where s.counted and s.comparable
    group by s.watch, s.period, s.supplier, s.buyer, s.goods_unit, target.member, s.baseline_months
),

others as (
    select
        watch,
        period,
        supplier,
        buyer,
        goods_unit,
        now,
        base,
        sum(elsewhere * now) over (partition by watch, period, supplier, goods_unit) - elsewhere * now as others_now,
        sum(elsewhere * base) over (partition by watch, period, supplier, goods_unit) - elsewhere * base as others_base
    from series
),

expected as (
    select
        watch,
        period,
        supplier,
        buyer,
        left(goods_unit, 6) as hs6,
        sum(now) as now,
        sum(base) as base,
        sum(
            base * exp(
                greatest(-1.5, least(1.5, ln(
                    (greatest(others_now, 0) + 200000.0) / (greatest(others_base, 0) + 200000.0)
                )))
            )
        ) as expected
    from others
    group by watch, period, supplier, buyer, left(goods_unit, 6)
),

monthly as (
    select
        watch,
        period,
        buyer,
        left(goods_unit, 6) as hs6,
        month,
        max(baseline_months) as months,
        sum(cast(value_usd as double)) as value_usd
    from compared
    where counted and comparable and age <> 'newest'
    group by watch, period, buyer, left(goods_unit, 6), month
),

-- Stacked and added up by their common key, so that a month asked for reaches every part.
parts as (
    select
        watch,
        period,
        buyer,
        hs6,
        sum(now) as now,
        sum(base) as base,
        sum(expected) as expected,
        sum(case when now > 1.5 * expected and now - expected > 10000 then 1 else 0 end) as suppliers_up,
        null as phi,
        null as partner_growth,
        null as reason
    from expected
    group by watch, period, buyer, hs6
    union all
    select
        watch,
        period,
        buyer,
        hs6,
        null as now,
        null as base,
        null as expected,
        null as suppliers_up,
        (sum(value_usd * value_usd) - sum(value_usd) * sum(value_usd) / max(months))
        / (max(months) - 1) / nullif(sum(value_usd) / max(months), 0) as phi,
        null as partner_growth,
        null as reason
    from monthly
    group by watch, period, buyer, hs6
    union all
    select
        watch,
        period,
        buyer,
        null as hs6,
        null as now,
        null as base,
        null as expected,
        null as suppliers_up,
        null as phi,
        cast(partner_growth as double) as partner_growth,
        reason
    from views.listed_purchases_change
),

added as (
    select
        watch,
        period,
        buyer,
        hs6,
        sum(now) as now,
        sum(base) as base,
        sum(expected) as before_partner,
        sum(suppliers_up) as suppliers_up,
        greatest(coalesce(max(phi), 0), 10000.0) as phi,
        max(partner_growth) as partner_growth,
        max(reason) as reason
    from parts
    group by watch, period, buyer, hs6
),

spread_out as (
    select
        watch,
        period,
        buyer,
        hs6,
        now,
        base,
        before_partner,
        suppliers_up,
        phi,
        greatest(
            0.22313, least(4.48169, coalesce(max(partner_growth) over (partition by watch, period, buyer), 1.0))
        ) as partner_growth,
        max(reason) over (partition by watch, period, buyer) as reason
    from added
),

judged as (
    select
        s.watch,
        s.period,
        s.buyer,
        s.hs6,
        s.reason,
        s.now,
        s.base,
        s.before_partner,
        s.partner_growth,
        s.before_partner * s.partner_growth as expected,
        s.suppliers_up,
        s.phi
    from spread_out as s
    inner join ref.watch_member as h on h.watch = s.watch and h.role = 'hub' and h.member = s.buyer
    where s.hs6 is not null and s.now is not null
)

select
    watch,
    buyer as hub,
    hs6,
    period,
    coalesce(reason = 'published', false) as scorable,
    reason,
    cast(round(3 * now, 2) as decimal(18, 2)) as purchases_3m_usd,
    cast(round(3 * base, 2) as decimal(18, 2)) as baseline_3m_usd,
    cast(round(before_partner / nullif(base, 0), 3) as decimal(9, 3)) as elsewhere_growth,
    cast(round(partner_growth, 3) as decimal(9, 3)) as partner_growth,
    cast(round(3 * expected, 2) as decimal(18, 2)) as expected_3m_usd,
    cast(round(3 * (now - expected), 2) as decimal(18, 2)) as excess_usd,
    cast(round(3 * (now - before_partner), 2) as decimal(18, 2)) as excess_before_partner_growth_usd,
    cast(
        round(
            (now - expected) / sqrt(
                phi * greatest(expected, 10000.0) / 3 + 0.35 * expected * 0.35 * expected + 10000.0 * 10000.0
            ), 2
        ) as decimal(12, 2)
    ) as score,
    cast(suppliers_up as integer) as suppliers_up
from judged
