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
        case k.by_code when 1 then 'code' else cut end as cut,
        case k.by_code when 1 then unit else goods end as goods,
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
    from views.set_changes
    cross join (values (0), (1)) as k (by_code)
    where k.by_code = 0 or cut = 'all'
    group by
        watch, list, version, case k.by_code when 1 then 'code' else cut end,
        case k.by_code when 1 then unit else goods end, target, span, base_period, period, supplier, in_coalition
),

judged as (
    select
        c.*,
        max(c.seam) over (
            partition by c.watch, c.list, c.version, c.cut, c.goods, c.target, c.span, c.base_period, c.period
        ) as any_seam,
        max(c.months) over (
            partition by c.watch, c.list, c.version, c.cut, c.goods, c.target, c.span, c.base_period, c.period
        ) as most_months,
        sum(case when c.in_coalition then c.base_usd else 0 end) over (
            partition by c.watch, c.list, c.version, c.cut, c.goods, c.target, c.span, c.base_period, c.period
        ) as coalition_base_usd,
        sum(case when c.in_coalition then c.base_usd - c.now_usd else 0 end) over (
            partition by c.watch, c.list, c.version, c.cut, c.goods, c.target, c.span, c.base_period, c.period
        ) as coalition_loss_usd,
        sum(case when c.in_coalition then c.base_left_out_usd else 0 end) over (
            partition by c.watch, c.list, c.version, c.cut, c.goods, c.target, c.span, c.base_period, c.period
        ) as coalition_left_out_usd,
        sum(case when c.in_coalition and c.months > 0 then 1 else 0 end) over (
            partition by c.watch, c.list, c.version, c.cut, c.goods, c.target, c.span, c.base_period, c.period
        ) as coalition_suppliers,
        sum(case when not c.in_coalition and c.months > 0 then 1 else 0 end) over (
            partition by c.watch, c.list, c.version, c.cut, c.goods, c.target, c.span, c.base_period, c.period
        ) as other_suppliers
    from changes as c
),

others as (
    select
        j.watch,
        j.list,
        j.version,
        j.cut,
        j.goods,
        j.target,
        j.span,
        j.base_period,
        j.period,
        case k.all_others when 1 then 'ALL' else j.supplier end as supplier,
        j.any_seam,
        j.most_months,
        j.coalition_base_usd,
        j.coalition_loss_usd,
        j.coalition_left_out_usd,
        j.coalition_suppliers,
        j.other_suppliers,
        max(case when j.in_coalition then 0 else j.months end) as months,
        sum(case when j.in_coalition then 0 else j.base_usd end) as base_usd,
        sum(case when j.in_coalition then 0 else j.now_usd end) as now_usd
    from judged as j
    cross join (values (0), (1)) as k (all_others)
    where k.all_others = 1 or (not j.in_coalition and j.months > 0 and abs(j.now_usd - j.base_usd) >= 10000)
    group by
        j.watch, j.list, j.version, j.cut, j.goods, j.target, j.span, j.base_period, j.period,
        case k.all_others when 1 then 'ALL' else j.supplier end, j.any_seam, j.most_months, j.coalition_base_usd,
        j.coalition_loss_usd, j.coalition_left_out_usd, j.coalition_suppliers, j.other_suppliers
)

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
    coalition_base_usd,
    coalition_loss_usd,
    case when other_suppliers > 0 then base_usd end as base_usd,
    case when other_suppliers > 0 then now_usd end as now_usd,
    case when other_suppliers > 0 then now_usd - base_usd end as gain_usd,
    cast(
        round(
            case
                when other_suppliers > 0 and coalition_suppliers > 0 and coalition_loss_usd >= 100000
                    then (now_usd - base_usd) / coalition_loss_usd
            end, 4
        ) as decimal(12, 4)
    ) as gain_over_coalition_loss,
    cast(most_months as integer) as months,
    cast(months as integer) as months_supplier,
    cast(coalition_suppliers as integer) as coalition_suppliers,
    cast(other_suppliers as integer) as other_suppliers,
    coalition_left_out_usd,
    any_seam = 1 as seam
from others
where abs(coalition_loss_usd) >= 10000 or abs(now_usd - base_usd) >= 10000
