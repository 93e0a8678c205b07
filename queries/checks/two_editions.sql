-- One flow is stated in two editions of the Harmonized System at once: views read the newest, the other is ignored.
select
    source,
    reporter,
    partner,
    flow,
    freq,
    period,
    commodity,
    count(distinct hs_edition) as editions
from facts.trade
where commodity <> 'TOTAL'
group by source, reporter, partner, flow, freq, period, commodity
having count(distinct hs_edition) > 1
