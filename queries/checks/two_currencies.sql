-- One flow is stated in two currencies at once: views read the US dollars, the other is ignored.
select
    source,
    reporter,
    partner,
    flow,
    freq,
    period,
    commodity,
    count(distinct currency) as currencies
from facts.trade
group by source, reporter, partner, flow, freq, period, commodity
having count(distinct currency) > 1
