-- How did one country's listed purchases from the coalition compare with what was expected, month by month?
-- $buyer: KGZ
-- $watch: russia
select
    period,
    scorable,
    reason,
    purchases_3m_usd,
    expected_3m_usd,
    excess_usd,
    ratio,
    score,
    suppliers_up,
    suppliers_down
from views.listed_purchases_change
where buyer = $buyer and watch = $watch
order by period desc
