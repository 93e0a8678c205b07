-- How much of a change of listed exports to the target is trade, and how much is the list that changed? For any two
-- versions of the list and any two years or quarters: change = trade effect + list effect, to the last digit; rows of
-- suppliers add up. The trade effect is the change of the goods of the earlier version, the list effect what the later
-- version adds or takes away, at the trade of the later time. It does not say what changing the list did to trade, nor
-- what suppliers outside the figures sold. Measured at the trade of the earlier time the list effect is another: both
-- are given, and neither is more true.
-- Grain: watch, list, from_version, to_version, target, span, base_period, period, supplier
-- watch: the watch, see ref.watch
-- list: the list of the watch
-- from_version: version that counts at the earlier time
-- to_version: version that counts at the later time; the same as from_version when the list stays
-- target: the area under watch
-- span: quarter or year
-- base_period: first day of the earlier span
-- period: first day of the later span
-- supplier: the exporting area whose books these are
-- base_usd: exports under from_version in the compared months of the earlier span, US dollars
-- now_usd: exports under to_version in the compared months of the later span, US dollars
-- change_usd: now less base, US dollars
-- trade_effect_usd: change of the goods of from_version, US dollars
-- list_effect_usd: later exports under to_version less those under from_version, US dollars
-- list_effect_at_base_usd: the same difference at the exports of the earlier span, US dollars; not part of the sum
-- months: the most months any code was compared, like for like
-- seam: true when the two times were stated in different editions; codes are then compared over their families
-- base_left_out_usd: exports under either version in the earlier span that are not compared, US dollars
-- now_left_out_usd: exports under either version in the later span that are not compared, US dollars
with by_version as (
    select
        watch,
        list,
        version,
        target,
        span,
        base_period,
        period,
        supplier,
        sum(base_usd) as base_usd,
        sum(now_usd) as now_usd,
        max(months) as months,
        max(case when seam then 1 else 0 end) as seam,
        sum(base_left_out_usd) as base_left_out_usd,
        sum(now_left_out_usd) as now_left_out_usd
    from views.set_changes
    where cut = 'all'
    group by watch, list, version, target, span, base_period, period, supplier
),

versions as (
    select distinct
        f.watch,
        f.list,
        f.version as from_version,
        t.version as to_version
    from views.goods_sets as f
    inner join views.goods_sets as t on t.watch = f.watch and t.list = f.list
    where f.cut = 'all' and t.cut = 'all'
),

-- A supplier may sell goods of one version only: the versions are stacked, not joined, and what is not there is 0.
parts as (
    select
        v.watch,
        v.list,
        v.from_version,
        v.to_version,
        b.target,
        b.span,
        b.base_period,
        b.period,
        b.supplier,
        case when b.version = v.from_version then b.base_usd else 0 end as base_from,
        case when b.version = v.from_version then b.now_usd else 0 end as now_from,
        case when b.version = v.to_version then b.base_usd else 0 end as base_to,
        case when b.version = v.to_version then b.now_usd else 0 end as now_to,
        b.months,
        b.seam,
        b.base_left_out_usd,
        b.now_left_out_usd
    from by_version as b
    inner join versions as v
        on v.watch = b.watch and v.list = b.list and (v.from_version = b.version or v.to_version = b.version)
)

select
    watch,
    list,
    from_version,
    to_version,
    target,
    span,
    base_period,
    period,
    supplier,
    sum(base_from) as base_usd,
    sum(now_to) as now_usd,
    sum(now_to) - sum(base_from) as change_usd,
    sum(now_from) - sum(base_from) as trade_effect_usd,
    sum(now_to) - sum(now_from) as list_effect_usd,
    sum(base_to) - sum(base_from) as list_effect_at_base_usd,
    cast(max(months) as integer) as months,
    max(seam) = 1 as seam,
    max(base_left_out_usd) as base_left_out_usd,
    max(now_left_out_usd) as now_left_out_usd
from parts
group by watch, list, from_version, to_version, target, span, base_period, period, supplier
