-- Which listed codes does one buyer get from a supplier for the first time in at least 24 published months?
-- $buyer: KGZ
-- $since: 2022-02
-- $watch: russia
select
    period,
    supplier,
    goods,
    source,
    first_3m_usd,
    quiet_months,
    unpublished_months,
    last_shipped,
    seam
from views.first_shipments
where watch = $watch and kind = 'product' and buyer = $buyer and period >= cast($since || '-01' as date)
order by period, first_3m_usd desc, supplier, goods
