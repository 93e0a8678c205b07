-- What a release that arrived late changed in the history of its flows: new where there was none, withdrawn where it
-- ends a flow, revised where it changes anything else; the rest is unchanged. Grain: one row a kind.
with now as (
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
        h.value,
        h.withdrawn,
        h.known_from,
        h.known_to
    from facts.trade_history as h
    inner join affected as a
        on
            a.source = h.source
            and a.reporter = h.reporter
            and a.partner = h.partner
            and a.flow = h.flow
            and a.freq = h.freq
            and a.period = h.period
            and a.hs_edition = h.hs_edition
            and a.commodity = h.commodity
            and a.currency = h.currency
),

sides as (
    select
        *,
        1 as is_now
    from now
    union all
    select
        *,
        0 as is_now
    from before
),

flows as (
    select
        max(is_now) as is_there,
        min(is_now) as is_new,
        sum(case when withdrawn then 2 * is_now - 1 else 0 end) as more_withdrawn,
        sum((2 * is_now - 1) * epoch(known_from)) as moved_from,
        sum((2 * is_now - 1) * coalesce(epoch(known_to), 0)) as moved_to,
        sum((2 * is_now - 1) * coalesce(value, 0)) as moved_value,
        sum(2 * is_now - 1) as more_versions
    from sides
    group by source, reporter, partner, flow, freq, period, hs_edition, commodity, currency
)

select
    case
        when is_new = 1 then 'new'
        when more_withdrawn > 0 then 'withdrawn'
        when more_versions <> 0 or moved_from <> 0 or moved_to <> 0 or moved_value <> 0 then 'revised'
        else 'unchanged'
    end as what
from flows
