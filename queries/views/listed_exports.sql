-- What did each supplier export to each buyer of the goods exactly as listed, by list version and month?
-- A list names six-digit codes; finer codes are added up to six digits. Consumers choose one list and version.
-- Grain: source, list, version, supplier, buyer, hs6, period
-- source: whose statistics
-- list: goods list
-- version: date of the list
-- tier: tier of the list, by its own name
-- supplier: the exporting area whose books these are; a country or territory, never an aggregate
-- buyer: the area named as destination
-- hs6: six-digit code as listed; predecessors of it in older editions are not in here
-- period: first day of the month
-- hs_edition: edition the code was stated in
-- value_usd: US dollars
-- value: as reported, in currency
-- currency: ISO 4217
-- seam: how well the code compares with its past: good, fair or poor at its newest change of edition, none when it
--   has not changed
select
    e.source,
    g.list,
    g.version,
    g.tier,
    e.supplier,
    e.buyer,
    e.hs6,
    e.period,
    e.hs_edition,
    sum(e.value_usd) as value_usd,
    sum(e.value) as value,
    e.currency,
    coalesce(seam.quality, 'none') as seam
from views.goods_exports as e
inner join ref.goods_item as g on g.commodity = e.hs6
left join (
    select
        s.commodity,
        min(s.quality) as quality
    from ref.hs_seam as s
    inner join (
        select
            commodity,
            max(predecessor_edition) as newest
        from ref.hs_seam
        group by commodity
    ) as latest on latest.commodity = s.commodity and latest.newest = s.predecessor_edition
    group by s.commodity
) as seam on seam.commodity = e.hs6
group by
    e.source, g.list, g.version, g.tier, e.supplier, e.buyer, e.hs6, e.period, e.hs_edition, e.currency, seam.quality
