-- How much of what a buyer paid for a listed heading in three months is a price rise that other buyers paid as well?
-- Dollars a kilogram of the newest three months against the 24 before them, by buyer. A price that rose by three tenths
-- for six buyers of ten, and at least five, rose everywhere: the middle of the rises is then taken off. What changed
-- inside a heading (better goods, other suppliers) reads as a price too; flows without a weight are left out.
-- Grain: watch, buyer, heading, period
-- watch: the watch, see ref.watch
-- buyer: the area named as destination
-- heading: first four digits of the code
-- period: first day of the month judged, t
-- paid_3m_usd: US dollars in the three months t-2 to t, flows with a weight
-- price_change: dollars a kilogram then, to those of t-26 to t-3
-- buyers: buyers with both, of ten thousand US dollars or more in either
-- buyers_up: of these, those whose price rose by three tenths or more
-- everywhere: true when the price rose everywhere
-- middle_change: the median of their price changes
-- rise_usd: US dollars of the three months that are that rise, as far as this buyer paid it; 0 when it did not rise
--   everywhere
with weighed as (
    select
        g.watch,
        e.buyer,
        left(e.hs6, 4) as heading,
        e.period,
        sum(e.value_usd) as value_usd,
        sum(t.net_kg) as net_kg
    from views.goods_exports as e
    inner join views.watched_goods as g on g.hs6 = e.hs6
    inner join facts.trade as t
        on
            t.source = e.source
            and t.reporter = e.supplier
            and t.partner = e.buyer
            and t.period = e.period
            and t.commodity = e.commodity
            and t.hs_edition = e.hs_edition
            and t.currency = e.currency
            and t.flow = 'export'
            and t.freq = 'M'
    where t.net_kg > 0 and e.value_usd > 0
    group by g.watch, e.buyer, left(e.hs6, 4), e.period
),

months as (
    select distinct period
    from weighed
),

spans as (
    select
        w.watch,
        w.buyer,
        w.heading,
        m.period,
        sum(case when w.period > m.period - interval 3 month then w.value_usd else 0 end) as now_usd,
        sum(case when w.period > m.period - interval 3 month then w.net_kg else 0 end) as now_kg,
        sum(case when w.period <= m.period - interval 3 month then w.value_usd else 0 end) as base_usd,
        sum(case when w.period <= m.period - interval 3 month then w.net_kg else 0 end) as base_kg
    from months as m
    inner join weighed as w on w.period <= m.period and w.period >= m.period - interval 26 month
    group by w.watch, w.buyer, w.heading, m.period
),

priced as (
    select
        watch,
        buyer,
        heading,
        period,
        now_usd,
        cast(now_usd as double) / now_kg / (cast(base_usd as double) / base_kg) as price_change
    from spans
    where now_kg > 0 and base_kg > 0 and now_usd >= 10000 and base_usd >= 10000
),

changes as (
    select
        watch,
        heading,
        period,
        count(*) as buyers,
        sum(case when price_change >= 1.3 then 1 else 0 end) as buyers_up,
        median(price_change) as middle_change
    from priced
    group by watch, heading, period
)

select
    p.watch,
    p.buyer,
    p.heading,
    p.period,
    cast(p.now_usd as decimal(18, 2)) as paid_3m_usd,
    cast(round(p.price_change, 3) as decimal(12, 3)) as price_change,
    cast(c.buyers as integer) as buyers,
    cast(c.buyers_up as integer) as buyers_up,
    c.buyers >= 5 and c.buyers_up >= 0.6 * c.buyers as everywhere,
    cast(round(c.middle_change, 3) as decimal(12, 3)) as middle_change,
    cast(
        case
            when c.buyers >= 5 and c.buyers_up >= 0.6 * c.buyers
                then round(p.now_usd * (1 - 1 / greatest(1, least(p.price_change, c.middle_change))), 2)
            else 0
        end as decimal(18, 2)
    ) as rise_usd
from priced as p
inner join changes as c on c.watch = p.watch and c.heading = p.heading and c.period = p.period
