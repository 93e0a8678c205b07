-- How much of all goods did each area state as exports to, and imports from, each other area?
-- Grain: source, reporter, partner, flow, freq, period, currency
-- Kept: reporter, partner, flow, period
-- source: whose statistics
-- reporter: the area whose books these are
-- partner: the other side as the reporter names it, WLD for the world; never add WLD to the others
-- flow: export or import
-- freq: M month, A year or YTD, the year to date as then known; none is a sum of the others, never add across them
-- period: first day of the month or year; of a YTD, of its last month
-- value_usd: US dollars; null for a YTD in another currency
-- value: as reported, in currency
-- currency: ISO 4217; China's customs states one flow in two, never add them
-- valuation: FOB, CIF or OTHER
select
    t.source,
    t.reporter,
    t.partner,
    t.flow,
    t.freq,
    t.period,
    t.value_usd,
    t.value,
    t.currency,
    t.valuation
from facts.trade as t
inner join (
    select
        source,
        reporter,
        partner,
        flow,
        freq,
        period,
        currency,
        max(hs_edition) as hs_edition
    from facts.trade
    where commodity = 'TOTAL' and flow in ('export', 'import')
    group by source, reporter, partner, flow, freq, period, currency
) as newest
    on
        newest.source = t.source
        and newest.reporter = t.reporter
        and newest.partner = t.partner
        and newest.flow = t.flow
        and newest.freq = t.freq
        and newest.period = t.period
        and newest.currency = t.currency
        and newest.hs_edition = t.hs_edition
where t.commodity = 'TOTAL'
