-- What did each supplier export to each buyer in a month, by code, every flow counted once? Only codes of a list, of a
-- family of listed codes, of a group of goods or among the control products of a watch; where a flow is stated at
-- several levels, editions or currencies, one of them is taken: US dollars before others, the newest edition, then the
-- shortest code of six digits or more. A chapter that a group names stands beside its codes and is never added to them.
-- Grain: source, supplier, buyer, period, commodity
-- Kept: supplier, buyer, hs6, period
-- source: whose statistics
-- supplier: the exporting area whose books these are; a country or territory, never an aggregate
-- buyer: the area named as destination; never the world or an aggregate
-- period: first day of the month
-- commodity: code as stated, six digits or more, or a chapter of two that a group names
-- hs6: its first six digits, or the chapter
-- hs_edition: edition of the Harmonized System the code belongs to
-- value_usd: US dollars
-- value: as reported, in currency
-- currency: ISO 4217
-- net_kg: net weight in kilograms, null when not stated
-- quantity: in quantity_unit, null when not stated
-- quantity_unit: the source's own unit
-- quantity_estimated: true when the source estimated the weight or quantity
select
    source,
    supplier,
    buyer,
    period,
    commodity,
    hs6,
    hs_edition,
    value_usd,
    value,
    currency,
    net_kg,
    quantity,
    quantity_unit,
    quantity_estimated
from (
    select
        t.source,
        t.reporter as supplier,
        t.partner as buyer,
        t.period,
        t.commodity,
        codes.hs6,
        t.hs_edition,
        t.value_usd,
        t.value,
        t.currency,
        t.net_kg,
        t.quantity,
        t.quantity_unit,
        t.quantity_estimated,
        dense_rank() over (
            partition by t.source, t.reporter, t.partner, t.period, codes.hs6
            order by
                case when t.currency = 'USD' then 0 else 1 end,
                t.currency,
                t.hs_edition desc,
                length(t.commodity)
        ) as choice
    from facts.trade as t
    inner join (
        select commodity as hs6
        from ref.goods_item
        where length(commodity) = 6
        union
        select commodity as hs6
        from ref.hs_family
        union
        select commodity as hs6
        from ref.goods_group
        union
        select member as hs6
        from ref.watch_member
        where role = 'control_product'
    ) as codes on codes.hs6 = left(t.commodity, 6)
    inner join ref.area as seller on seller.area = t.reporter and seller.kind in ('country', 'territory')
    inner join ref.area as taker on taker.area = t.partner and taker.kind not in ('world', 'aggregate')
    where t.flow = 'export' and t.freq = 'M'
) as ranked
where choice = 1
