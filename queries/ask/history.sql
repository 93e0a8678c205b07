-- How did one country's listed purchases from the coalition compare with what was expected, month by month?
-- $buyer: KGZ
-- $watch: russia
select
    period,
    scorable,
    reason,
    cast(round(purchases_3m_usd) as bigint) as purchases_3m_usd,
    cast(round(expected_3m_usd) as bigint) as expected_3m_usd,
    cast(round(excess_usd) as bigint) as excess_usd,
    ratio,
    score,
    suppliers_up,
    suppliers_down
from views.listed_purchases_change
where buyer = $buyer and watch = $watch
order by period desc
