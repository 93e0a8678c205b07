-- The flows whose history a release that arrives late may change: in its late cells, what it states and, where it is
-- complete, what it was asked for. Grain: the key of a flow; known_from and line as in late_cells.
select distinct
    i.source,
    i.reporter,
    i.partner,
    i.flow,
    i.freq,
    i.period,
    i.hs_edition,
    i.commodity,
    i.currency,
    l.known_from,
    l.line
from incoming as i
inner join late_cells as l
    on l.reporter = i.reporter and l.flow = i.flow and l.freq = i.freq and l.period = i.period
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
    h.currency,
    l.known_from,
    l.line
from facts.trade_history as h
inner join late_cells as l
    on l.reporter = h.reporter and l.flow = h.flow and l.freq = h.freq and l.period = h.period
inner join asked as a
    on a.source = h.source and a.reporter = h.reporter and a.flow = h.flow and a.freq = h.freq and a.period = h.period
inner join members as m on m.scope = a.scope and m.partner = h.partner and m.commodity = h.commodity
where a.state in ('value', 'zero')
