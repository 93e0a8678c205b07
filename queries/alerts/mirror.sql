-- What the buyer's own books say of the same goods in the same three months, beside what each supplier stated: imports
-- carry freight and insurance, are booked later, and name the country of origin, so they never agree exactly.
-- Grain: supplier
with stated as (
    select
        e.supplier,
        sum(e.value_usd) as exports_usd
    from views.goods_exports as e
    inner join views.supplier_windows as w
        on
            w.watch = $watch
            and w.buyer = $area
            and w.period = cast($period as date)
            and w.counted
            and w.supplier = e.supplier
            and w.source = e.source
    inner join views.watched_goods as g on g.watch = $watch and g.hs6 = e.hs6 and g.listed
    where
        e.buyer = $area
        and e.period <= cast($period as date)
        and e.period > cast($period as date) - interval 3 month
    group by e.supplier
),

codes as (
    select
        t.source,
        t.partner,
        t.period,
        t.value_usd,
        dense_rank() over (
            partition by t.partner, t.period, left(t.commodity, 6)
            order by
                case when t.currency = 'USD' then 0 else 1 end,
                t.source,
                t.currency,
                t.hs_edition desc,
                length(t.commodity)
        ) as choice
    from facts.trade as t
    inner join views.watched_goods as g on g.watch = $watch and g.listed and g.hs6 = left(t.commodity, 6)
    where
        t.reporter = $area
        and t.flow = 'import'
        and t.freq = 'M'
        and t.period <= cast($period as date)
        and t.period > cast($period as date) - interval 3 month
),

mirrored as (
    select
        partner as supplier,
        sum(value_usd) as imports_usd,
        count(distinct period) as months
    from codes
    where choice = 1
    group by partner
)

select
    s.supplier,
    s.exports_usd,
    m.imports_usd,
    m.months
from stated as s
inner join mirrored as m on m.supplier = s.supplier
order by s.exports_usd desc, s.supplier
