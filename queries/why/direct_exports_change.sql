-- The figures behind one row of views.direct_exports_change: the newest three months that were compared.
-- Grain: source, reporter, partner, flow, freq, period, hs_edition, commodity, currency
select
    t.source,
    t.reporter,
    t.partner,
    t.flow,
    t.freq,
    t.period,
    t.hs_edition,
    t.commodity,
    t.value,
    t.currency,
    t.value_usd,
    t.known_from,
    t.pull_id
from views.supplier_windows as w
inner join views.goods_exports as e
    on
        e.source = w.source
        and e.supplier = w.supplier
        and e.buyer = w.buyer
        and e.period <= w.period
        and e.period > w.period - interval 3 month
inner join views.comparable_goods as c
    on
        c.watch = w.watch
        and c.source = w.source
        and c.period = w.period
        and c.commodity = e.commodity
        and c.comparable
inner join facts.trade as t
    on
        t.source = e.source
        and t.reporter = e.supplier
        and t.partner = e.buyer
        and t.period = e.period
        and t.commodity = e.commodity
        and t.hs_edition = e.hs_edition
        and t.currency = e.currency
        and t.flow = 'export'
        and t.freq = 'M'
where w.watch = $watch and w.buyer = $area and w.period = cast($period as date) and w.counted and w.season_months >= 3
order by t.value_usd desc, t.reporter, t.commodity, t.period
