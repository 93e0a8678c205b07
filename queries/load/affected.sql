-- The flows whose history an early release that arrives late may change. Grain: the key of a flow.
select distinct
    i.source,
    i.reporter,
    i.partner,
    i.flow,
    i.freq,
    i.period,
    i.hs_edition,
    i.commodity,
    i.currency
from incoming as i
union
select distinct
    h.source,
    h.reporter,
    h.partner,
    h.flow,
    h.freq,
    h.period,
    h.hs_edition,
    h.commodity,
    h.currency
from facts.trade_history as h
inner join asked as a
    on
        a.source = h.source
        and a.reporter = h.reporter
        and a.flow = h.flow
        and a.freq = h.freq
        and a.period = h.period
inner join members as m on m.scope = a.scope and m.partner = h.partner and m.commodity = h.commodity
where $complete and a.state in ('value', 'zero')
