-- The versions that one release begins: each new or revised flow as stated, each withdrawn one without figures.
-- Grain: the key of a flow. In the order of commodity and reporter, so that both lie together in the file: more keys
-- make it no smaller and cost a quarter of the writing.
select
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
    i.summed,
    false as withdrawn,
    c.known_from,
    $pull_id as pull_id
from changes as c
inner join incoming as i on i.rowid = c.stated
where c.what in ('new', 'revised')
union all
select
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
    false as summed,
    true as withdrawn,
    c.known_from,
    $pull_id as pull_id
from changes as c
inner join facts.trade_history as s on s.rowid = c.version
where c.what = 'withdrawn'
order by commodity, reporter
