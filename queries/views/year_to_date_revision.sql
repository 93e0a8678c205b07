-- What does a year to date say about the months before it: by how much were they revised since they were printed?
-- A month is never the difference of two years to date: this difference less the month as printed is what the earlier
-- months changed by. It names no month: how the revision is spread over them the source does not say.
-- Grain: source, reporter, partner, flow, hs_edition, commodity, currency, period
-- source: whose statistics
-- reporter: the area whose books these are
-- partner: the other side as the reporter names it, WLD for the world
-- flow: export or import
-- hs_edition: as in facts.trade
-- commodity: code, TOTAL, or the source's own name of a group of goods
-- currency: ISO 4217
-- period: first day of the last month of the year to date
-- year_to_date: from January to period, as last stated
-- year_to_date_before: the same to the month before
-- month_stated: the month itself, as last stated
-- implied_revision: year_to_date less year_to_date_before less month_stated; null while one of them is not stated. Of
--   preliminary figures up to one and a half units of the last printed digit are rounding
-- implied_revision_share: of year_to_date_before
-- layout: the release that the year to date is from
-- layout_before: that of the year to date before; another one means that vintages are compared, too
select
    y.source,
    y.reporter,
    y.partner,
    y.flow,
    y.hs_edition,
    y.commodity,
    y.currency,
    y.period,
    y.value as year_to_date,
    b.value as year_to_date_before,
    m.value as month_stated,
    y.value - b.value - m.value as implied_revision,
    cast(round((y.value - b.value - m.value) / nullif(b.value, 0), 6) as decimal(18, 6)) as implied_revision_share,
    p.layout,
    q.layout as layout_before
from facts.trade as y
inner join raw.pull as p on p.pull_id = y.pull_id
left join facts.trade as b
    on
        b.source = y.source
        and b.reporter = y.reporter
        and b.partner = y.partner
        and b.flow = y.flow
        and b.freq = 'YTD'
        and b.hs_edition = y.hs_edition
        and b.commodity = y.commodity
        and b.currency = y.currency
        and b.period = cast(y.period - interval 1 month as date)
        and year(b.period) = year(y.period)
left join raw.pull as q on q.pull_id = b.pull_id
left join facts.trade as m
    on
        m.source = y.source
        and m.reporter = y.reporter
        and m.partner = y.partner
        and m.flow = y.flow
        and m.freq = 'M'
        and m.hs_edition = y.hs_edition
        and m.commodity = y.commodity
        and m.currency = y.currency
        and m.period = y.period
where y.freq = 'YTD'
