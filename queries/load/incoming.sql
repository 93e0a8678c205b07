-- The rows of one release with areas instead of the source's codes, and with US dollars at the ECB's average rate.
-- Grain: one row for each flow that the release states. An unknown code stays visible as X-UNKNOWN:source:code.
-- known_from is that of the dataset where the release dates it, the same for all of a reporter's rows of one period.
-- What is looked up is a subselect and no left join: how long a release is cannot be known before it is read, and a
-- join might hold all of it in memory to look for the few hundred codes.
with codes as (
    select
        s.code,
        s.area
    from ref.source_area as s
    where s.source = $source
    union all
    select
        a.area as code,
        a.area
    from ref.area as a
    left join ref.source_area as s on s.source = $source and s.code = a.area
    where s.code is null
),

moments as (
    select
        reporter,
        freq,
        period,
        max(known_from) as known_from
    from cells
    where told is null
    group by reporter, freq, period
),

known as (
    select
        r.*,
        coalesce(
            (select c.area from codes as c where c.code = r.reporter_code),
            'X-UNKNOWN:' || $source || ':' || r.reporter_code
        ) as reporter,
        coalesce(
            (select c.area from codes as c where c.code = r.partner_code),
            'X-UNKNOWN:' || $source || ':' || r.partner_code
        ) as partner
    from release_rows as r
)

select
    $source as source,
    k.reporter,
    k.partner,
    k.flow,
    k.freq,
    k.period,
    k.hs_edition,
    k.commodity,
    k.currency,
    case
        when k.currency = 'USD' then k.value
        else cast(
            round(
                cast(k.value as decimal(20, 3)) * (
                    select fx.usd_per_unit
                    from ref.fx_month as fx
                    where fx.currency = k.currency and fx.freq = k.freq and fx.period = k.period
                ),
                3
            ) as decimal(18, 3)
        )
    end as value_usd,
    k.value,
    k.valuation,
    k.net_kg,
    k.quantity,
    k.quantity_unit,
    k.quantity_estimated,
    coalesce(k.summed, false) as summed,
    case when $places then k.place end as place,
    coalesce(
        (
            select m.known_from
            from moments as m
            where m.reporter = k.reporter and m.freq = k.freq and m.period = k.period
        ),
        $known_from
    ) as known_from
from known as k
