-- Which share of a country's trade is with one partner, year by year?
-- $reporter: RUS
-- $partner: CHN
-- $flow: import
select
    year(period) as year,
    source,
    estimated,
    round(value_usd / 1000000, 1) as million_usd,
    round(100 * share_of_reporter_total, 1) as percent_of_reporter_total,
    total_basis,
    round(100 * energy_share_of_value, 1) as energy_percent
from views.dependency
where reporter = $reporter and partner = $partner and flow = $flow and preferred
order by period
