-- Does a watched buyer pay more for a unit of a listed code than it did, beyond what other buyers of the same supplier
-- and code pay more? Change of the value of a kilogram (or of the source's own unit), less the median change of the
-- others. It does not measure prices: within six digits goods differ, and a dearer mix looks like a premium. It shows a
-- mark-up, smaller lots, better goods or a false value alike. Only quantities that the source did not estimate count,
-- in the same unit at both times, from months that hold nine tenths of the value; a code whose content changed between
-- the two editions is not compared.
-- Grain: watch, source, supplier, buyer, hs6, span, base_period, period
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are
-- buyer: a target, hub or control partner of the watch
-- role: target, hub or control_partner
-- hs6: the listed code
-- span: quarter or year
-- base_period: first day of the earlier span
-- period: first day of the later span
-- unit: kg, or the source's own unit where it states no weight
-- base_months: months with value and quantity in the earlier span; 10 or more of a year, 3 of a quarter
-- months: the same in the later span; 3 or more
-- base_unit_value_usd: US dollars a unit in the earlier span
-- unit_value_usd: US dollars a unit in the later span
-- change_ratio: later over earlier unit value
-- other_buyers: other buyers of the supplier and code that can be compared, targets left out
-- others_change_ratio: median over all buyers that are no target, this one included; null when fewer than 5 others can
--   be compared
-- premium_ratio: change ratio over that of the others: 1.50 is half more than others' change explains; null with it
-- exports_usd: value in the later span that the unit value rests on, US dollars; 30,000 or more in both spans
-- premium_usd: what of it the premium is, US dollars; 0 where there is none; null with the premium
with goods as (
    select
        w.watch,
        w.hs6,
        max(case when s.quality in ('poor', 'fair') then 1 else 0 end) as changed
    from views.watched_goods as w
    left join ref.hs_seam as s on s.commodity = w.hs6 and s.hs_edition = 'HS2022' and s.predecessor_edition = 'HS2017'
    where w.listed
    group by w.watch, w.hs6
),

listed as (
    select
        hs6,
        max(changed) as changed
    from goods
    group by hs6
),

months as (
    select
        e.source,
        e.supplier,
        e.buyer,
        e.hs6,
        e.period,
        l.changed,
        max(e.hs_edition) as hs_edition,
        sum(e.value_usd) as all_usd,
        sum(case when not e.quantity_estimated and e.net_kg > 0 then e.value_usd else 0 end) as kg_usd,
        sum(case when not e.quantity_estimated and e.net_kg > 0 then e.net_kg else 0 end) as kg,
        sum(
            case
                when not e.quantity_estimated and e.quantity > 0 and e.quantity_unit is not null then e.value_usd
                else 0
            end
        ) as own_usd,
        sum(
            case
                when not e.quantity_estimated and e.quantity > 0 and e.quantity_unit is not null then e.quantity
                else 0
            end
        ) as own,
        min(e.quantity_unit) as own_unit,
        max(e.quantity_unit) as other_unit
    from views.goods_exports as e
    inner join listed as l on l.hs6 = e.hs6
    where e.value_usd > 0
    group by e.source, e.supplier, e.buyer, e.hs6, e.period, l.changed
),

measured as (
    select
        source,
        supplier,
        buyer,
        hs6,
        period,
        changed,
        hs_edition,
        case when kg_usd >= 0.9 * all_usd then 'kg' else own_unit end as unit,
        case when kg_usd >= 0.9 * all_usd then kg_usd else own_usd end as usd,
        case when kg_usd >= 0.9 * all_usd then kg else own end as quantity
    from months
    where kg_usd >= 0.9 * all_usd or (own_usd >= 0.9 * all_usd and own_unit = other_unit)
),

spans as (
    select
        source,
        supplier,
        buyer,
        hs6,
        changed,
        unit,
        'year' as span,
        0 as quarter,
        cast(date_trunc('year', period) as date) as starts,
        max(hs_edition) as hs_edition,
        count(*) as months,
        sum(usd) as usd,
        sum(quantity) as quantity
    from measured
    group by source, supplier, buyer, hs6, changed, unit, date_trunc('year', period)
    union all
    select
        source,
        supplier,
        buyer,
        hs6,
        changed,
        unit,
        'quarter' as span,
        month(period) - (month(period) - 1) % 3 as quarter,
        cast(date_trunc('quarter', period) as date) as starts,
        max(hs_edition) as hs_edition,
        count(*) as months,
        sum(usd) as usd,
        sum(quantity) as quantity
    from measured
    group by
        source, supplier, buyer, hs6, changed, unit, month(period) - (month(period) - 1) % 3,
        date_trunc('quarter', period)
),

pairs as (
    select
        n.source,
        n.supplier,
        n.buyer,
        n.hs6,
        n.span,
        b.starts as base_period,
        n.starts as period,
        n.unit,
        b.months as base_months,
        n.months,
        n.usd,
        cast(b.usd as double) / cast(b.quantity as double) as base_value,
        cast(n.usd as double) / cast(n.quantity as double) as now_value,
        target.member is not null as is_target
    from spans as n
    inner join spans as b
        on
            b.source = n.source
            and b.supplier = n.supplier
            and b.buyer = n.buyer
            and b.hs6 = n.hs6
            and b.unit = n.unit
            and b.span = n.span
            and b.quarter = n.quarter
            and b.starts < n.starts
    left join (
        select distinct member
        from ref.watch_member
        where role = 'target'
    ) as target on target.member = n.buyer
    where
        b.months >= case when n.span = 'year' then 10 else 3 end
        and n.months >= 3
        and b.usd >= 30000
        and n.usd >= 30000
        and (n.changed = 0 or n.hs_edition = b.hs_edition)
),

others as (
    select
        source,
        supplier,
        hs6,
        span,
        base_period,
        period,
        unit,
        count(*) as buyers,
        median(ln(now_value / base_value)) as change_log
    from pairs
    where not is_target
    group by source, supplier, hs6, span, base_period, period, unit
),

buyers as (
    select
        watch,
        member as buyer,
        min(case role when 'target' then 1 when 'hub' then 2 else 3 end) as rank
    from ref.watch_member
    where role in ('target', 'hub', 'control_partner')
    group by watch, member
),

judged as (
    select
        g.watch,
        p.*,
        w.rank,
        coalesce(o.buyers, 0) - case when p.is_target then 0 else 1 end as other_buyers,
        case
            when coalesce(o.buyers, 0) - case when p.is_target then 0 else 1 end >= 5 then o.change_log
        end as others_log
    from pairs as p
    inner join buyers as w on w.buyer = p.buyer
    inner join goods as g on g.watch = w.watch and g.hs6 = p.hs6
    left join others as o
        on
            o.source = p.source
            and o.supplier = p.supplier
            and o.hs6 = p.hs6
            and o.span = p.span
            and o.base_period = p.base_period
            and o.period = p.period
            and o.unit = p.unit
)

select
    watch,
    source,
    supplier,
    buyer,
    case rank when 1 then 'target' when 2 then 'hub' else 'control_partner' end as role,
    hs6,
    span,
    base_period,
    period,
    unit,
    cast(base_months as integer) as base_months,
    cast(months as integer) as months,
    cast(round(base_value, 4) as decimal(18, 4)) as base_unit_value_usd,
    cast(round(now_value, 4) as decimal(18, 4)) as unit_value_usd,
    cast(round(now_value / base_value, 4) as decimal(14, 4)) as change_ratio,
    cast(other_buyers as integer) as other_buyers,
    cast(round(exp(others_log), 4) as decimal(14, 4)) as others_change_ratio,
    cast(round(now_value / base_value / exp(others_log), 4) as decimal(14, 4)) as premium_ratio,
    usd as exports_usd,
    cast(
        round(
            case
                when others_log is not null then usd * greatest(1 - exp(others_log) / (now_value / base_value), 0)
            end, 2
        ) as decimal(18, 2)
    ) as premium_usd
from judged
