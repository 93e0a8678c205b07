-- What does the coalition no longer sell to the target, and who sells it now? By set of goods and by code, a year or
-- quarter against an earlier one, like for like: the gain of each other supplier over the net loss of the coalition. It
-- does not show that one supplier took another's place: a gain may be price, other goods under the same code, the
-- target's own demand, or coalition goods that came by another country. It counts suppliers that publish only.
-- Grain: watch, list, version, cut, goods, target, span, base_period, period, supplier
-- watch: the watch, see ref.watch
-- list: the list of the watch, or goods_group for groups taken whole
-- version: date of the list; whole for a group
-- cut: all, tier, group, or code (of the list)
-- goods: all, the tier, the group, or the code; across a change of editions the family of codes by its name
-- target: the area under watch
-- span: quarter or year
-- base_period: first day of the earlier span
-- period: first day of the later span
-- supplier: a supplier outside the coalition whose exports changed by 10,000 US dollars or more, or ALL for all of
--   these outside the coalition together, whatever their changes; never add ALL to the others
-- coalition_base_usd: what the coalition sold in the earlier span, compared months and codes, US dollars
-- coalition_loss_usd: by how much less it sells in the later span, US dollars; below 0 when it sells more
-- base_usd: what the supplier sold in the earlier span, US dollars; null, like the next three, when none outside the
--   coalition has published: nothing is known then, not nothing sold
-- now_usd: what it sold in the later span, US dollars
-- gain_usd: now less base, US dollars; below 0 for a loss
-- gain_over_coalition_loss: gain as a share of the coalition's loss, may be above 1 or below 0; null where the loss is
--   below 100,000 US dollars
-- months: the most months compared for any supplier of the set
-- months_supplier: the most months compared for this supplier; fewer than months: its gain covers less time than the
--   loss
-- coalition_suppliers: coalition suppliers with something compared
-- other_suppliers: suppliers outside the coalition with something compared
-- coalition_left_out_usd: coalition exports of the earlier span that are not compared, US dollars: loss not judged
-- seam: true when some were stated in different editions, and compared over families of codes
with changes as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        target,
        span,
        base_period,
        period,
        supplier,
        in_coalition,
        seam,
        months,
        base_usd,
        now_usd,
        base_left_out_usd
    from views.set_changes
    union all
    select
        watch,
        list,
        version,
        'code' as cut,
        unit as goods,
        target,
        span,
        base_period,
        period,
        supplier,
        in_coalition,
        seam,
        months,
        base_usd,
        now_usd,
        base_left_out_usd
    from views.set_changes
    where cut = 'all'
),

by_supplier as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        target,
        span,
        base_period,
        period,
        supplier,
        in_coalition,
        max(case when seam then 1 else 0 end) as seam,
        max(months) as months,
        sum(base_usd) as base_usd,
        sum(now_usd) as now_usd,
        sum(base_left_out_usd) as base_left_out_usd
    from changes
    group by watch, list, version, cut, goods, target, span, base_period, period, supplier, in_coalition
),

by_set as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        target,
        span,
        base_period,
        period,
        max(seam) as seam,
        max(months) as months,
        sum(case when in_coalition then base_usd else 0 end) as coalition_base_usd,
        sum(case when in_coalition then base_usd - now_usd else 0 end) as coalition_loss_usd,
        sum(case when in_coalition then base_left_out_usd else 0 end) as coalition_left_out_usd,
        sum(case when in_coalition and months > 0 then 1 else 0 end) as coalition_suppliers,
        sum(case when not in_coalition and months > 0 then 1 else 0 end) as other_suppliers
    from by_supplier
    group by watch, list, version, cut, goods, target, span, base_period, period
),

others as (
    select
        watch,
        list,
        version,
        cut,
        goods,
        target,
        span,
        base_period,
        period,
        supplier,
        months,
        base_usd,
        now_usd
    from by_supplier
    where not in_coalition and months > 0 and abs(now_usd - base_usd) >= 10000
    union all
    select
        watch,
        list,
        version,
        cut,
        goods,
        target,
        span,
        base_period,
        period,
        'ALL' as supplier,
        max(case when in_coalition then 0 else months end) as months,
        sum(case when in_coalition then 0 else base_usd end) as base_usd,
        sum(case when in_coalition then 0 else now_usd end) as now_usd
    from by_supplier
    group by watch, list, version, cut, goods, target, span, base_period, period
)

select
    t.watch,
    t.list,
    t.version,
    t.cut,
    t.goods,
    t.target,
    t.span,
    t.base_period,
    t.period,
    o.supplier,
    t.coalition_base_usd,
    t.coalition_loss_usd,
    case when t.other_suppliers > 0 then o.base_usd end as base_usd,
    case when t.other_suppliers > 0 then o.now_usd end as now_usd,
    case when t.other_suppliers > 0 then o.now_usd - o.base_usd end as gain_usd,
    cast(
        round(
            case
                when t.other_suppliers > 0 and t.coalition_suppliers > 0 and t.coalition_loss_usd >= 100000
                    then (o.now_usd - o.base_usd) / t.coalition_loss_usd
            end, 4
        )
        as decimal(12, 4)
    ) as gain_over_coalition_loss,
    cast(t.months as integer) as months,
    cast(o.months as integer) as months_supplier,
    cast(t.coalition_suppliers as integer) as coalition_suppliers,
    cast(t.other_suppliers as integer) as other_suppliers,
    t.coalition_left_out_usd,
    t.seam = 1 as seam
from by_set as t
inner join others as o
    on
        o.watch = t.watch
        and o.list = t.list
        and o.version = t.version
        and o.cut = t.cut
        and o.goods = t.goods
        and o.target = t.target
        and o.span = t.span
        and o.base_period = t.base_period
        and o.period = t.period
where abs(t.coalition_loss_usd) >= 10000 or abs(o.now_usd - o.base_usd) >= 10000
