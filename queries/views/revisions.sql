-- What did each release change: figures of months that were new, figures that were revised, added later or taken back?
-- It does not say why: a correction, a late declaration and a changed method look alike.
-- Grain: source, reporter, partner, flow, freq, period, hs_edition, commodity, currency, known_from
-- source: whose statistics
-- reporter: the area whose books these are
-- partner: the other side as the reporter names it, WLD for the world; never add WLD to the others
-- flow: export, import, re_export, re_import or domestic_export
-- freq: M month, A year, or YTD from January to the month in period
-- period: first day of the month or year
-- hs_edition: as in facts.trade
-- commodity: code or TOTAL; levels overlap, never add across them
-- currency: ISO 4217
-- known_from: UTC, when the change was published or, where the source does not say, taken
-- what: new month (the first figures of this reporter, flow and period), late figure (the period was there, this figure
--   was not), revised, or withdrawn
-- value: after the change, in currency; null when withdrawn
-- value_before: before it; null for new months and late figures
-- change: value less value_before, taking nothing for 0
-- change_usd: the same in US dollars; null when one of the two has no rate
-- pull_id: the file or answer that changed it, see raw.pull
-- pull_id_before: the one that had stated it before
with first_known as (
    select
        source,
        reporter,
        flow,
        freq,
        period,
        min(known_from) as known_from
    from facts.coverage_history
    where state in ('value', 'zero', 'partial')
    group by source, reporter, flow, freq, period
)

select
    h.source,
    h.reporter,
    h.partner,
    h.flow,
    h.freq,
    h.period,
    h.hs_edition,
    h.commodity,
    h.currency,
    h.known_from,
    case
        when h.withdrawn then 'withdrawn'
        when b.pull_id is not null and not b.withdrawn then 'revised'
        when h.known_from <= f.known_from then 'new month'
        else 'late figure'
    end as what,
    h.value,
    case when not b.withdrawn then b.value end as value_before,
    coalesce(h.value, 0) - coalesce(case when not b.withdrawn then b.value end, 0) as change,
    case
        when (h.value_usd is not null or h.withdrawn) and (b.pull_id is null or b.withdrawn or b.value_usd is not null)
            then coalesce(h.value_usd, 0) - coalesce(case when not b.withdrawn then b.value_usd end, 0)
    end as change_usd,
    h.pull_id,
    b.pull_id as pull_id_before
from facts.trade_history as h
left join facts.trade_history as b
    on
        b.source = h.source
        and b.reporter = h.reporter
        and b.partner = h.partner
        and b.flow = h.flow
        and b.freq = h.freq
        and b.period = h.period
        and b.hs_edition = h.hs_edition
        and b.commodity = h.commodity
        and b.currency = h.currency
        and b.known_to = h.known_from
left join first_known as f
    on
        f.source = h.source
        and f.reporter = h.reporter
        and f.flow = h.flow
        and f.freq = h.freq
        and f.period = h.period
where
    h.known_from <= coalesce(cast(getvariable('as_of') as timestamp), timestamp '9999-12-31')
    and (not h.withdrawn or b.pull_id is not null)
