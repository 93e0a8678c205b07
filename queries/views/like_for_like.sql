-- What did each supplier sell to each watched buyer in a quarter or year, against the same months of an earlier year,
-- by goods that mean the same at both times? Only months and codes that complete answers cover both times are compared,
-- so that neither a late month nor a change of codes looks like trade; what is left out is stated. It does not say why
-- trade changed, nor hold what suppliers without complete answers sold. January and February of Lunar New Year
-- reporters count together or not at all, and quarters and years never part them.
-- Grain: watch, source, supplier, buyer, span, base_period, period, unit
-- Kept: watch, buyer, supplier, base_period, period
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are
-- buyer: a target, hub or control partner of the watch
-- role: target, hub or control_partner
-- span: quarter or year
-- base_period: first day of the earlier span
-- period: first day of the later span, some whole years later
-- unit: what is compared: a six-digit code, a chapter of two digits, or the family of codes by its name as one sum
-- quality: same, good, fair, poor or changed, see views.hs_units; poor and changed are not comparable as they stand
-- seam: true when the two times were stated in different editions of the Harmonized System
-- months: months compared; all three of a quarter, or none
-- base_usd: US dollars in these months of the earlier span
-- now_usd: US dollars in these months of the later span
-- base_left_out_usd: US dollars stated in the earlier span for months not compared
-- now_left_out_usd: US dollars stated in the later span for months not compared
-- chosen: true for the one source in which this supplier, buyer and pair of spans is read: the one with more compared,
--   then a national source before Comtrade, then by name
with spans as (
    select
        watch,
        source,
        supplier,
        buyer,
        role,
        'year' as span,
        base_year as base_period,
        year as period,
        unit,
        quality,
        seam,
        sum(whole * block_months) as months,
        sum(whole * base_usd) as base_usd,
        sum(whole * now_usd) as now_usd,
        sum((1 - whole) * base_usd) as base_left_out_usd,
        sum((1 - whole) * now_usd) as now_left_out_usd
    from views.month_pairs
    group by watch, source, supplier, buyer, role, base_year, year, unit, quality, seam
    union all
    select
        watch,
        source,
        supplier,
        buyer,
        role,
        'quarter' as span,
        cast(base_year + interval 3 month * quarter as date) as base_period,
        cast(year + interval 3 month * quarter as date) as period,
        unit,
        quality,
        seam,
        case when sum(whole * block_months) = 3 then 3 else 0 end as months,
        case when sum(whole * block_months) = 3 then sum(base_usd) else 0 end as base_usd,
        case when sum(whole * block_months) = 3 then sum(now_usd) else 0 end as now_usd,
        case when sum(whole * block_months) = 3 then 0 else sum(base_usd) end as base_left_out_usd,
        case when sum(whole * block_months) = 3 then 0 else sum(now_usd) end as now_left_out_usd
    from (
        select
            b.*,
            cast(floor((b.block - 1) / 3) as integer) as quarter
        from views.month_pairs as b
    ) as quarters
    group by watch, source, supplier, buyer, role, base_year, year, quarter, unit, quality, seam
)

select
    watch,
    source,
    supplier,
    buyer,
    role,
    span,
    base_period,
    period,
    unit,
    quality,
    seam,
    cast(months as integer) as months,
    cast(base_usd as decimal(18, 3)) as base_usd,
    cast(now_usd as decimal(18, 3)) as now_usd,
    cast(base_left_out_usd as decimal(18, 3)) as base_left_out_usd,
    cast(now_left_out_usd as decimal(18, 3)) as now_left_out_usd,
    dense_rank() over (
        partition by watch, supplier, buyer, span, base_period, period
        order by compared desc, case when source = 'comtrade' then 1 else 0 end, source
    ) = 1 as chosen
from (
    select
        s.*,
        sum(s.months) over (
            partition by s.watch, s.source, s.supplier, s.buyer, s.span, s.base_period, s.period
        ) as compared
    from spans as s
) as counted
where months > 0 or base_left_out_usd <> 0 or now_left_out_usd <> 0
