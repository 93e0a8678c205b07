-- One flow is stated in two currencies at once: views read the US dollars, the other is ignored. China's customs, which
-- releases all its totals in yuan and in dollars, is left out.
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
where not (source = 'gacc' and commodity = 'TOTAL')
group by source, reporter, partner, flow, freq, period, commodity
having count(distinct currency) > 1
