-- What one release changes: each flow is new, revised, unchanged, withdrawn (a complete answer no longer has it), or
-- kept (a total known before, where this release only has parts of it). An answer in dollars does not withdraw yuan.
-- A known figure that this release prints rounded is unchanged: a summary in millions revises no thousands.
-- Grain: the key of a flow: that of `stated`, a row of incoming, or where that is null (withdrawn) of
-- `version`, the row of the standing version that a change ends. Only row numbers: this is as long as a release.
select
    i.rowid as stated,
    s.rowid as version,
    case
        when s.rowid is null then 'new'
        when s.withdrawn then 'revised'
        when i.summed and not s.summed then 'kept'
        when s.summed <> i.summed then 'revised'
        when abs(s.value - i.value) > $rounded or s.valuation <> i.valuation then 'revised'
        when coalesce(s.net_kg, -1) <> coalesce(i.net_kg, -1) then 'revised'
        when coalesce(s.quantity, -1) <> coalesce(i.quantity, -1) then 'revised'
        when coalesce(s.quantity_unit, '') <> coalesce(i.quantity_unit, '') then 'revised'
        when s.quantity_estimated <> i.quantity_estimated then 'revised'
        else 'unchanged'
    end as what,
    i.known_from
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
    null as stated,
    s.rowid as version,
    'withdrawn' as what,
    max(a.known_from) as known_from
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
    and (
        len(cast($currencies as varchar[])) = 0
        or list_contains(cast($currencies as varchar[]), s.currency)
    )
group by s.rowid
