-- One flow is stated in two currencies that disagree by more than a twentieth at the ECB's rate: views read the US
-- dollars. The customs' own rates are a month older than the ECB's, which explains a few hundredths and no more.
select
    source,
    reporter,
    partner,
    flow,
    freq,
    period,
    commodity,
    count(distinct currency) as currencies,
    min(value_usd) as least_usd,
    max(value_usd) as most_usd
from facts.trade
where value_usd is not null
group by source, reporter, partner, flow, freq, period, commodity
having count(distinct currency) > 1 and max(value_usd) > 1.05 * min(value_usd)
