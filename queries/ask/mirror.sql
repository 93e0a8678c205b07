-- How did what one area exports to another drift from what the other records, month by month, against its own past?
-- $supplier: DEU
-- $buyer: KGZ
-- $goods: TOTAL
select
    period,
    exports_source,
    imports_source,
    seam,
    lag,
    round(exports_3m_usd / 1000000, 3) as exports_million_usd,
    round(imports_3m_usd / 1000000, 3) as imports_million_usd,
    ratio,
    usual_ratio,
    ratio_change,
    round(gap_3m_usd / 1000000, 3) as gap_million_usd,
    score
from views.mirror_gap
where supplier = $supplier and buyer = $buyer and goods_unit = $goods and preferred
order by period
