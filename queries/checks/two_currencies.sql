-- One flow is stated in two currencies that disagree by more than a twentieth at the ECB's rate: views read the US
-- dollars. The customs' own rates are a month older than the ECB's, which explains a few hundredths and no more.
with mixed as ( -- most reporters' months are in one: they need not be looked at flow by flow
    select
        source,
        reporter,
        flow,
        freq,
        period
    from facts.trade
    where value_usd is not null
    group by source, reporter, flow, freq, period
    having min(currency) <> max(currency)
)

select
    t.source,
    t.reporter,
    t.partner,
    t.flow,
    t.freq,
    t.period,
    t.commodity,
    count(distinct t.currency) as currencies,
    min(t.value_usd) as least_usd,
    max(t.value_usd) as most_usd
from facts.trade as t
inner join mixed as m
    on
        m.source = t.source
        and m.reporter = t.reporter
        and m.flow = t.flow
        and m.freq = t.freq
        and m.period = t.period
where t.value_usd is not null
group by t.source, t.reporter, t.partner, t.flow, t.freq, t.period, t.commodity
having count(distinct t.currency) > 1 and max(t.value_usd) > 1.05 * min(t.value_usd)
