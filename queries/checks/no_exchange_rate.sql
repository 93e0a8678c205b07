-- Figures have no value in US dollars because data/fx_month.csv has no rate for their currency and period: they count
-- as nothing in every sum of US dollars.
select
    source,
    currency,
    freq,
    period,
    count(*) as figures
from facts.trade
where value_usd is null and value is not null
group by source, currency, freq, period
