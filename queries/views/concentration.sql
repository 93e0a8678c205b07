-- How concentrated are the suppliers of a set of goods to the target, and has that changed since an earlier year or
-- quarter? The Herfindahl-Hirschman index (sum of squared shares), of the same suppliers, months and goods at both
-- times. It does not measure market power or origin: suppliers that do not publish are missing, which raises the index,
-- and two suppliers of one maker's goods count as two.
-- Grain: watch, list, version, cut, goods, target, span, base_period, period
-- watch: the watch, see ref.watch
-- list: the list of the watch, or goods_group for groups taken whole
-- version: date of the list; whole for a group
-- cut: all, tier or group
-- goods: all, the tier, or the group
-- target: the area under watch
-- span: quarter or year
-- base_period: first day of the earlier span
-- period: first day of the later span
-- suppliers: suppliers compared, zeros included
-- suppliers_base: of these, with exports in the earlier span
-- suppliers_now: of these, with exports in the later span
-- base_usd: exports of all compared suppliers in the earlier span, US dollars
-- now_usd: the same in the later span, US dollars
-- hhi_base: sum of squared shares of base_usd, 0 to 1 (1 is one supplier); null where base_usd is below 100,000
-- hhi_now: sum of squared shares of now_usd; null where now_usd is below 100,000
-- hhi_change: now less base; null where one of them is
-- hhi_now_china_hong_kong_as_one: hhi_now with China and Hong Kong taken as one supplier
-- largest_base: largest supplier of the earlier span, null when nothing was shipped
-- largest_base_share_of_compared: its share of base_usd, 0 to 1
-- largest_now: largest supplier of the later span
-- largest_now_share_of_compared: its share of now_usd, 0 to 1
-- left_out_usd: exports of both spans that are not compared, US dollars
-- seam: true when some were stated in different editions, and compared over families of codes
with by_supplier as (
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
        max(case when seam then 1 else 0 end) as seam,
        max(months) as months,
        sum(base_usd) as base_usd,
        sum(now_usd) as now_usd,
        sum(base_left_out_usd + now_left_out_usd) as left_out_usd
    from views.set_changes
    group by watch, list, version, cut, goods, target, span, base_period, period, supplier
),

ranked as (
    select
        b.*,
        row_number() over (
            partition by
                b.watch, b.list, b.version, b.cut, b.goods, b.target, b.span, b.base_period, b.period
            order by b.base_usd desc, b.supplier
        ) as base_rank,
        row_number() over (
            partition by
                b.watch, b.list, b.version, b.cut, b.goods, b.target, b.span, b.base_period, b.period
            order by b.now_usd desc, b.supplier
        ) as now_rank
    from by_supplier as b
),

added as (
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
        sum(case when months > 0 then 1 else 0 end) as suppliers,
        sum(case when base_usd > 0 then 1 else 0 end) as suppliers_base,
        sum(case when now_usd > 0 then 1 else 0 end) as suppliers_now,
        sum(base_usd) as base_usd,
        sum(now_usd) as now_usd,
        sum(cast(base_usd as double) * base_usd) as base_squares,
        sum(cast(now_usd as double) * now_usd) as now_squares,
        cast(sum(case when supplier = 'CHN' then now_usd else 0 end) as double) as china,
        cast(sum(case when supplier = 'HKG' then now_usd else 0 end) as double) as hong_kong,
        max(case when base_rank = 1 and base_usd > 0 then supplier end) as largest_base,
        max(base_usd) as largest_base_usd,
        max(case when now_rank = 1 and now_usd > 0 then supplier end) as largest_now,
        max(now_usd) as largest_now_usd,
        sum(left_out_usd) as left_out_usd
    from ranked
    group by watch, list, version, cut, goods, target, span, base_period, period
),

indices as (
    select
        a.*,
        round(case when a.base_usd >= 100000 then a.base_squares / (cast(a.base_usd as double) * a.base_usd) end, 4)
            as hhi_base,
        round(case when a.now_usd >= 100000 then a.now_squares / (cast(a.now_usd as double) * a.now_usd) end, 4)
            as hhi_now,
        round(
            case
                when a.now_usd >= 100000
                    then (a.now_squares + 2 * a.china * a.hong_kong) / (cast(a.now_usd as double) * a.now_usd)
            end, 4
        ) as hhi_joined
    from added as a
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
    cast(suppliers as integer) as suppliers,
    cast(suppliers_base as integer) as suppliers_base,
    cast(suppliers_now as integer) as suppliers_now,
    base_usd,
    now_usd,
    cast(hhi_base as decimal(9, 4)) as hhi_base,
    cast(hhi_now as decimal(9, 4)) as hhi_now,
    cast(round(hhi_now - hhi_base, 4) as decimal(9, 4)) as hhi_change,
    cast(hhi_joined as decimal(9, 4)) as hhi_now_china_hong_kong_as_one,
    largest_base,
    cast(round(largest_base_usd / nullif(base_usd, 0), 4) as decimal(9, 4)) as largest_base_share_of_compared,
    largest_now,
    cast(round(largest_now_usd / nullif(now_usd, 0), 4) as decimal(9, 4)) as largest_now_share_of_compared,
    left_out_usd,
    seam = 1 as seam
from indices
where suppliers > 0
