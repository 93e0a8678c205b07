-- The months behind one row of views.direct_exports_change: what the suppliers counted sold of the goods compared,
-- with the band of the middle half of the 24 baseline months; null where one of them has not published the month.
-- Grain: month
with counted as (
    select
        watch,
        source,
        supplier,
        buyer,
        period
    from views.supplier_windows
    where watch = $watch and buyer = $area and period = cast($period as date) and counted
),

goods as (
    select
        c.source,
        g.commodity
    from (select distinct watch, source, period from counted) as c
    inner join views.comparable_goods as g
        on g.watch = c.watch and g.source = c.source and g.period = c.period and g.comparable
),

sold as (
    select
        e.period as month,
        sum(e.value_usd) as value_usd
    from counted as c
    inner join views.goods_exports as e
        on
            e.source = c.source
            and e.supplier = c.supplier
            and e.buyer = c.buyer
            and e.period <= c.period
            and e.period > c.period - to_months($months)
    inner join goods as g on g.source = e.source and g.commodity = e.commodity
    group by e.period
),

published as (
    select
        m.period as month,
        min(m.published) as published
    from counted as c
    inner join views.supplier_months as m
        on
            m.watch = c.watch
            and m.source = c.source
            and m.supplier = c.supplier
            and m.buyer = c.buyer
            and m.period <= c.period
            and m.period > c.period - to_months($months)
    group by m.period
),

monthly as (
    select
        p.month,
        case when p.published = 1 then cast(coalesce(s.value_usd, 0) as double) end as value_usd,
        p.month <= cast($period as date) - interval 3 month
        and p.month > cast($period as date) - interval 27 month as baseline
    from published as p
    left join sold as s on s.month = p.month
)

select
    month,
    value_usd,
    coalesce(quantile_cont(case when baseline then value_usd end, 0.25) over (), 0) as low_usd,
    coalesce(quantile_cont(case when baseline then value_usd end, 0.75) over (), 0) as high_usd
from monthly
order by month
