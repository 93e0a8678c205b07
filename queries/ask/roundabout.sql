-- Which listed goods does a hub suddenly buy from the coalition, and does it send them on to the target?
-- $hub: KAZ
-- $month: 2022-10
-- $watch: russia
select
    hs6,
    purchases_scorable,
    round(purchases_3m_usd / 1000000, 3) as purchases_million_usd,
    round(purchases_expected_3m_usd / 1000000, 3) as expected_million_usd,
    round(purchases_excess_usd / 1000000, 3) as excess_million_usd,
    purchases_score,
    echo,
    lag_months,
    round(resales_3m_usd / 1000000, 3) as resales_million_usd,
    round(resales_excess_usd / 1000000, 3) as resales_excess_million_usd,
    resales_score,
    pass_through
from views.roundabout
where watch = $watch and hub = $hub and period = cast($month || '-01' as date)
order by purchases_excess_usd desc
limit 20
