-- In which months has each supplier published what it sold to each buyer of the watched goods?
-- A month that was published with nothing recorded counts as published; one not released, suppressed or failed not.
-- Grain: watch, source, supplier, buyer, period
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are; a country or territory, never an aggregate
-- buyer: the area asked for as destination
-- period: first day of a month that was asked for
-- published: 1 when the month is out, with figures or with nothing recorded; 0 when it is not
select
    asked.watch,
    asked.source,
    asked.supplier,
    asked.buyer,
    asked.period,
    max(asked.published) as published
from (
    select
        goods.watch,
        c.source,
        c.reporter as supplier,
        goods.partner as buyer,
        c.period,
        case when c.state in ('value', 'zero') then 1 else 0 end as published
    from facts.coverage as c
    inner join (
        select distinct
            w.watch,
            s.scope,
            s.partner
        from facts.scope as s
        inner join views.watched_goods as w on w.hs6 = left(s.commodity, 6)
        union
        select distinct
            w.watch,
            s.scope,
            s.partner
        from facts.scope as s
        cross join ref.watch as w
        where s.commodity = 'ALL'
    ) as goods on goods.scope = c.scope and goods.partner <> 'ALL'
    where c.flow = 'export' and c.freq = 'M'
    union all
    select
        goods.watch,
        c.source,
        c.reporter as supplier,
        partners.buyer,
        c.period,
        case when c.state in ('value', 'zero') then 1 else 0 end as published
    from facts.coverage as c
    inner join (
        select distinct
            w.watch,
            s.scope
        from facts.scope as s
        inner join views.watched_goods as w on w.hs6 = left(s.commodity, 6) or s.commodity = 'ALL'
        where s.partner = 'ALL'
    ) as goods on goods.scope = c.scope
    inner join (
        select distinct
            source,
            buyer
        from views.goods_exports
    ) as partners on partners.source = c.source
    where c.flow = 'export' and c.freq = 'M'
) as asked
inner join ref.area as seller on seller.area = asked.supplier and seller.kind in ('country', 'territory')
inner join ref.area as taker on taker.area = asked.buyer and taker.kind in ('country', 'territory')
where asked.supplier <> asked.buyer
group by asked.watch, asked.source, asked.supplier, asked.buyer, asked.period
