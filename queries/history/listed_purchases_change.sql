-- The months behind rows of views.listed_purchases_change, for charts: what the coalition sold of the
-- watched goods, older and newer codes of the same families included, with the band of the middle half of the 24
-- baseline months. Suppliers count as in views.supplier_windows, by reporter and month alone; null where one of them
-- has not published the month.
-- Grain: area, month
with published as (
    select
        c.source,
        c.reporter as supplier,
        c.period as month,
        max(case when c.state in ('value', 'zero') then 1 else 0 end) as published
    from facts.coverage as c
    inner join ref.watch_member as coalition
        on coalition.watch = $watch and coalition.role = 'coalition' and coalition.member = c.reporter
    where
        c.flow = 'export'
        and c.freq = 'M'
        and c.period <= cast($period as date)
        and c.period > cast($period as date) - to_months($months)
    group by c.source, c.reporter, c.period
),

counted as (
    select
        source,
        supplier,
        row_number() over (
            partition by supplier
            order by sum(published) desc, case when source = 'comtrade' then 1 else 0 end, source
        ) as choice
    from published
    group by source, supplier
    having
        sum(case when month > cast($period as date) - interval 3 month then published else 0 end) = 3
        and sum(case when month <= cast($period as date) - interval 3 month then published else 0 end) >= 12
),

months as (
    select
        p.month,
        min(p.published) as published
    from published as p
    inner join counted as c on c.source = p.source and c.supplier = p.supplier and c.choice = 1
    group by p.month
),

sold as (
    select
        e.buyer,
        e.period as month,
        sum(e.value_usd) as value_usd
    from views.goods_exports as e
    inner join counted as c on c.source = e.source and c.supplier = e.supplier and c.choice = 1
    inner join views.watched_goods as g on g.watch = $watch and g.hs6 = e.hs6
    where
        list_contains($areas, e.buyer)
        and e.period <= cast($period as date)
        and e.period > cast($period as date) - to_months($months)
    group by e.buyer, e.period
),

monthly as (
    select
        b.buyer,
        m.month,
        case when m.published = 1 then cast(coalesce(s.value_usd, 0) as double) end as value_usd,
        m.month <= cast($period as date) - interval 3 month
        and m.month > cast($period as date) - interval 27 month as baseline
    from months as m
    cross join (select distinct buyer from sold) as b
    left join sold as s on s.buyer = b.buyer and s.month = m.month
)

select
    buyer as area,
    month,
    value_usd,
    coalesce(quantile_cont(case when baseline then value_usd end, 0.25) over (partition by buyer), 0) as low_usd,
    coalesce(quantile_cont(case when baseline then value_usd end, 0.75) over (partition by buyer), 0) as high_usd
from monthly
order by area, month
