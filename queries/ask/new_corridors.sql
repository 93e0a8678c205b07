-- Which suppliers ship listed goods to a watched buyer for the first time in at least 24 published months?
-- $since: 2022-02
-- $watch: russia
select
    period,
    supplier,
    buyer,
    role,
    source,
    first_3m_usd,
    quiet_months,
    unpublished_months,
    last_shipped
from views.first_shipments
where watch = $watch and kind = 'corridor' and period >= cast($since || '-01' as date)
order by period, first_3m_usd desc, supplier, buyer
