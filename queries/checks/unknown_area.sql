-- Figures name an area that is not in data/source_area.csv: they are left out of every view until the code is mapped.
select
    source,
    area,
    count(*) as figures,
    sum(value_usd) as value_usd,
    max(period) as newest
from (
    select
        source,
        reporter as area,
        value_usd,
        period
    from facts.trade
    where reporter like 'X-UNKNOWN:%'
    union all
    select
        source,
        partner as area,
        value_usd,
        period
    from facts.trade
    where partner like 'X-UNKNOWN:%'
) as unknown
group by source, area
