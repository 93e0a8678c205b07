-- Figures have no value in US dollars because there is no rate of the ECB for their currency and period: they count as
-- nothing in every sum of US dollars. Once there is one, tradewatch replay fills them. A year to date has no rate of
-- its own, and no view needs one.
select
    source,
    currency,
    freq,
    period,
    count(*) as figures
from facts.trade
where value_usd is null and value is not null and freq <> 'YTD'
group by source, currency, freq, period
