-- What one release changes: each flow is new, revised, unchanged, withdrawn (a complete answer no longer has it), or
-- kept (a total known before, where this release only has parts of it).
-- Grain: the key of a flow. `version` is the row of the standing version that a change ends.
select
    s.rowid as version,
    case
        when s.rowid is null then 'new'
        when s.withdrawn then 'revised'
        when i.summed and not s.summed then 'kept'
        when s.summed <> i.summed then 'revised'
        when s.value <> i.value or s.valuation <> i.valuation then 'revised'
        when coalesce(s.net_kg, -1) <> coalesce(i.net_kg, -1) then 'revised'
        when coalesce(s.quantity, -1) <> coalesce(i.quantity, -1) then 'revised'
        when coalesce(s.quantity_unit, '') <> coalesce(i.quantity_unit, '') then 'revised'
        when s.quantity_estimated <> i.quantity_estimated then 'revised'
        else 'unchanged'
    end as what,
    i.source,
    i.reporter,
    i.partner,
    i.flow,
    i.freq,
    i.period,
    i.hs_edition,
    i.commodity,
    i.value_usd,
    i.value,
    i.currency,
    i.valuation,
    i.net_kg,
    i.quantity,
    i.quantity_unit,
    i.quantity_estimated,
    i.summed
from incoming as i
left join facts.trade_history as s
    on
        s.source = $source
        and s.known_to is null
        and s.reporter = i.reporter
        and s.partner = i.partner
        and s.flow = i.flow
        and s.freq = i.freq
        and s.period = i.period
        and s.hs_edition = i.hs_edition
        and s.commodity = i.commodity
        and s.currency = i.currency
union all
select
    s.rowid as version,
    'withdrawn' as what,
    s.source,
    s.reporter,
    s.partner,
    s.flow,
    s.freq,
    s.period,
    s.hs_edition,
    s.commodity,
    null as value_usd,
    null as value,
    s.currency,
    s.valuation,
    null as net_kg,
    null as quantity,
    null as quantity_unit,
    false as quantity_estimated,
    false as summed
from facts.trade_history as s
inner join asked as a
    on a.reporter = s.reporter and a.flow = s.flow and a.freq = s.freq and a.period = s.period
inner join members as m on m.scope = a.scope and m.partner = s.partner and m.commodity = s.commodity
left join incoming as i
    on
        i.reporter = s.reporter
        and i.partner = s.partner
        and i.flow = s.flow
        and i.freq = s.freq
        and i.period = s.period
        and i.hs_edition = s.hs_edition
        and i.commodity = s.commodity
        and i.currency = s.currency
where
    $complete
    and s.source = $source
    and s.known_to is null
    and not s.withdrawn
    and a.state in ('value', 'zero')
    and i.source is null
