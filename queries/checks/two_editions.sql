-- One flow is stated in two editions of the Harmonized System at once: views read the newest, the other is ignored.
with mixed as ( -- most reporters' months are in one: they need not be looked at flow by flow
    select
        source,
        reporter,
        flow,
        freq,
        period
    from facts.trade
    where commodity <> 'TOTAL'
    group by source, reporter, flow, freq, period
    having min(hs_edition) <> max(hs_edition)
)

select
    t.source,
    t.reporter,
    t.partner,
    t.flow,
    t.freq,
    t.period,
    t.commodity,
    count(distinct t.hs_edition) as editions
from facts.trade as t
inner join mixed as m
    on
        m.source = t.source
        and m.reporter = t.reporter
        and m.flow = t.flow
        and m.freq = t.freq
        and m.period = t.period
where t.commodity <> 'TOTAL'
group by t.source, t.reporter, t.partner, t.flow, t.freq, t.period, t.commodity
having count(distinct t.hs_edition) > 1
