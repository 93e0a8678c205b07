-- What did each buyer record as imported from each supplier in a month, by code, every flow counted once? Only codes
-- of a list or of a family of listed codes; where a flow is stated at several levels, editions or currencies, one of
-- them is taken: US dollars before others, the newest edition, then the shortest code of six digits or more.
-- It does not say who sold the goods: most books name the country of origin, some the country of consignment.
-- Grain: source, supplier, buyer, period, commodity
-- Kept: buyer, supplier, hs6, period
-- source: whose statistics
-- supplier: the area named as origin; never the world or an aggregate
-- buyer: the importing area whose books these are; a country or territory, never an aggregate
-- period: first day of the month
-- commodity: code as stated, six digits or more
-- hs6: its first six digits
-- hs_edition: edition of the Harmonized System the code belongs to
-- value_usd: US dollars
-- value: as reported, in currency
-- currency: ISO 4217
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
    currency
from (
    select
        t.source,
        t.partner as supplier,
        t.reporter as buyer,
        t.period,
        t.commodity,
        codes.hs6,
        t.hs_edition,
        t.value_usd,
        t.value,
        t.currency,
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
    ) as codes on codes.hs6 = left(t.commodity, 6)
    inner join ref.area as taker on taker.area = t.reporter and taker.kind in ('country', 'territory')
    inner join ref.area as seller on seller.area = t.partner and seller.kind not in ('world', 'aggregate')
    where t.flow = 'import' and t.freq = 'M'
) as ranked
where choice = 1
