-- Every flow as last stated, or as it was known at `set variable as_of = timestamp '2025-06-01'`.
-- Grain: source, reporter, partner, flow, freq, period, hs_edition, commodity, currency
-- source: whose statistics: eurostat, comtrade, gacc, gacc_quoted
-- reporter: the area whose books this is, ISO 3166 alpha-3 or a named code of ref.area
-- partner: the other side as the reporter names it, WLD for the world
-- flow: export, import, re_export, re_import or domestic_export; exports include re-exports, never add them
-- freq: M month, A year or YTD, the year to date as then known; none is a sum of the others, never add across them
-- period: first day of the month or year; of a YTD, of its last month
-- hs_edition: edition of the Harmonized System the commodity code belongs to, as reported
-- commodity: code as text, 2 to 10 digits or TOTAL, or a label where hs_edition is GACC, customs' own list; levels
--   overlap, never add across them
-- value_usd: US dollars, as reported or at the ECB's average rate of the period; null when there is no rate
-- value: as reported, in currency
-- currency: ISO 4217
-- valuation: FOB, CIF or OTHER
-- net_kg: net weight in kilograms, null when not stated
-- quantity: in quantity_unit, null when not stated
-- quantity_unit: the source's own unit
-- quantity_estimated: true when the source estimated the weight or quantity
-- withdrawn: always false here; a withdrawn flow is in facts.trade_history only
-- known_from: UTC, when this version was published or, where the source does not say, taken
-- known_to: UTC, when a later version ended this one; null while it stands
-- pull_id: the file or answer it came in, see raw.pull
select
    source,
    reporter,
    partner,
    flow,
    freq,
    period,
    hs_edition,
    commodity,
    value_usd,
    value,
    currency,
    valuation,
    net_kg,
    quantity,
    quantity_unit,
    quantity_estimated,
    withdrawn,
    known_from,
    known_to,
    pull_id
from facts.trade_history
where
    not withdrawn
    and known_from <= coalesce(cast(getvariable('as_of') as timestamp), timestamp '9999-12-31')
    and (known_to is null or known_to > cast(getvariable('as_of') as timestamp))
