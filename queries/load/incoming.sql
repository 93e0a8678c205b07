-- The rows of one release with areas instead of the source's codes, and with US dollars at the ECB's average rate.
-- Grain: one row for each flow that the release states. An unknown code stays visible as X-UNKNOWN:source:code.
-- known_from is that of the dataset where the release dates it, the same for all of a reporter's rows of one period.
with moments as (
    select
        reporter,
        freq,
        period,
        max(known_from) as known_from
    from cells
    where told is null
    group by reporter, freq, period
)

select
    $source as source,
    coalesce(
        reporter_known.area, reporter_plain.area, 'X-UNKNOWN:' || $source || ':' || r.reporter_code
    ) as reporter,
    coalesce(
        partner_known.area, partner_plain.area, 'X-UNKNOWN:' || $source || ':' || r.partner_code
    ) as partner,
    r.flow,
    r.freq,
    r.period,
    r.hs_edition,
    r.commodity,
    r.currency,
    case
        when r.currency = 'USD' then r.value
        else cast(round(cast(r.value as decimal(20, 3)) * fx.usd_per_unit, 3) as decimal(18, 3))
    end as value_usd,
    r.value,
    r.valuation,
    r.net_kg,
    r.quantity,
    r.quantity_unit,
    r.quantity_estimated,
    coalesce(r.summed, false) as summed,
    case when $places then r.place end as place,
    coalesce(m.known_from, $known_from) as known_from
from release_rows as r
left join ref.source_area as reporter_known
    on reporter_known.source = $source and reporter_known.code = r.reporter_code
left join ref.area as reporter_plain on reporter_plain.area = r.reporter_code
left join ref.source_area as partner_known
    on partner_known.source = $source and partner_known.code = r.partner_code
left join ref.area as partner_plain on partner_plain.area = r.partner_code
left join ref.fx_month as fx
    on fx.currency = r.currency and fx.freq = r.freq and fx.period = r.period
left join moments as m
    on
        m.reporter = coalesce(
            reporter_known.area, reporter_plain.area, 'X-UNKNOWN:' || $source || ':' || r.reporter_code
        )
        and m.freq = r.freq
        and m.period = r.period
