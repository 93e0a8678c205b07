-- Did a country suddenly buy more of the listed goods from the coalition than its own past and the same suppliers'
-- sales of the same goods to others explain? Trailing three months against the 24 months before them; the target is
-- never among the others. Only goods that can be compared over the whole window count (see views.comparable_goods).
-- Grain: watch, buyer, period
-- Kept: watch, period, buyer
-- watch: the watch, see ref.watch
-- buyer: the area named as destination
-- role: target, hub, coalition or other, as the watch names it
-- period: first day of the month judged, t
-- scorable: true when suppliers that hold nine tenths of the baseline have published the newest three months
-- reason: why it is scorable, or not
-- suppliers_asked: coalition suppliers that were asked for
-- suppliers_counted: of these, published enough to be compared
-- months_published: the fewest of the 27 months that any counted supplier has published
-- purchases_3m_usd: US dollars in the three months t-2 to t
-- baseline_3m_usd: US dollars in three average months of the baseline t-26 to t-3
-- elsewhere_growth: expected change from the same suppliers' sales of the same goods to others, 1 is none
-- expected_3m_usd: baseline times elsewhere growth, US dollars in three months
-- excess_usd: purchases less expected, US dollars in three months
-- ratio: purchases to expected, drawn towards 1 where the trade is small and lumpy
-- score: excess in standard deviations of what chance and growth do to such a flow
-- suppliers_up: counted suppliers that sold at least half more than expected
-- suppliers_down: counted suppliers that sold less than expected
-- partner_growth: change of the buyer's purchases of all goods from the same suppliers, drawn towards 1; context, not
--   in the score, because a boom of everything is itself what diversion looks like; null when no totals are in the data
-- seam_excluded_usd: listed purchases of the three months left out because their codes changed, US dollars
-- seam_excluded_baseline_3m_usd: the same in three average months of the baseline
with compared as (
    -- Read once, here: so it is planned by itself.
    select *
    from views.compared_exports
),

series as (
    select
        s.watch,
        s.period,
        s.supplier,
        s.buyer,
        s.goods_unit,
        case when target.member is null then 1 else 0 end as elsewhere,
        sum(case when s.age = 'newest' then s.value_usd else 0 end) / 3.0 as now,
        sum(case when s.age <> 'newest' then s.value_usd else 0 end) / cast(s.baseline_months as double) as base
    from compared as s
    left join ref.watch_member as target
        on target.watch = s.watch and target.role = 'target' and target.member = s.buyer
    where s.counted and s.comparable
    group by s.watch, s.period, s.supplier, s.buyer, s.goods_unit, target.member, s.baseline_months
),

others as (
    select
        watch,
        period,
        supplier,
        buyer,
        now,
        base,
        sum(elsewhere * now) over (partition by watch, period, supplier, goods_unit) - elsewhere * now as others_now,
        sum(elsewhere * base) over (partition by watch, period, supplier, goods_unit) - elsewhere * base as others_base
    from series
),

expected as (
    select
        watch,
        period,
        supplier,
        buyer,
        sum(now) as now,
        sum(base) as base,
        sum(
            base * exp(
                greatest(-1.5, least(1.5, ln(
                    (greatest(others_now, 0) + 200000.0) / (greatest(others_base, 0) + 200000.0)
                )))
            )
        ) as expected
    from others
    group by watch, period, supplier, buyer
),

monthly as (
    select
        watch,
        period,
        buyer,
        month,
        max(baseline_months) as months,
        sum(cast(value_usd as double)) as value_usd
    from compared
    where counted and comparable and age <> 'newest'
    group by watch, period, buyer, month
),

spread as (
    select
        watch,
        period,
        buyer,
        (sum(value_usd * value_usd) - sum(value_usd) * sum(value_usd) / max(months))
        / (max(months) - 1) / nullif(sum(value_usd) / max(months), 0) as variance_to_mean
    from monthly
    group by watch, period, buyer
),

seam as (
    select
        watch,
        period,
        buyer,
        sum(case when counted and age = 'newest' and not comparable then value_usd else 0 end) as excluded,
        sum(
            case when counted and age <> 'newest' and not comparable then value_usd * 3.0 / baseline_months else 0 end
        ) as excluded_baseline,
        sum(case when age <> 'newest' then value_usd else 0 end) as all_baseline,
        sum(case when counted and age <> 'newest' then value_usd else 0 end) as counted_baseline
    from compared
    group by watch, period, buyer
),

totals as (
    select
        w.watch,
        w.period,
        w.buyer,
        w.supplier,
        sum(case when b.period > w.period - interval 3 month then b.value_usd else 0 end) / 3.0 as now,
        sum(case when b.period <= w.period - interval 3 month then b.value_usd else 0 end)
        / nullif(count(case when b.period <= w.period - interval 3 month then 1 end), 0) as base
    from views.supplier_windows as w
    inner join views.total_flows as b
        on
            b.source = w.source
            and b.reporter = w.supplier
            and b.partner = w.buyer
            and b.flow = 'export'
            and b.freq = 'M'
            and b.state in ('value', 'partial')
            and b.period <= w.period
            and b.period >= w.period - interval 26 month
    where w.counted
    group by w.watch, w.period, w.buyer, w.supplier
    having
        count(case when b.period > w.period - interval 3 month then 1 end) = 3
        and count(case when b.period <= w.period - interval 3 month then 1 end) >= 12
),

booms as (
    select
        watch,
        period,
        buyer,
        exp(ln((sum(now) + 200000.0) / (sum(base) + 200000.0)) * count(*) / (count(*) + 10.0)) as partner_growth
    from totals
    group by watch, period, buyer
),

asked as (
    select
        watch,
        period,
        buyer,
        count(*) as suppliers_asked,
        sum(case when counted then 1 else 0 end) as suppliers_counted,
        min(case when counted then months_now + baseline_months end) as months_published,
        max(months_now) as most_months_now,
        max(baseline_months) as most_baseline_months
    from views.supplier_windows
    group by watch, period, buyer
),

-- The parts are stacked and added up by their common key, not joined: so a month asked for reaches every one of them.
parts as (
    select
        watch,
        period,
        buyer,
        null as suppliers_asked,
        null as suppliers_counted,
        null as months_published,
        null as most_months_now,
        null as most_baseline_months,
        now,
        base,
        expected,
        case when now > 1.5 * expected and now - expected > 10000 then 1 else 0 end as suppliers_up,
        case when now < expected and expected > 10000 then 1 else 0 end as suppliers_down,
        null as phi,
        null as partner_growth,
        null as excluded,
        null as excluded_baseline,
        null as all_baseline,
        null as counted_baseline
    from expected
    union all
    select
        watch,
        period,
        buyer,
        suppliers_asked,
        suppliers_counted,
        months_published,
        most_months_now,
        most_baseline_months,
        null as now,
        null as base,
        null as expected,
        null as suppliers_up,
        null as suppliers_down,
        null as phi,
        null as partner_growth,
        null as excluded,
        null as excluded_baseline,
        null as all_baseline,
        null as counted_baseline
    from asked
    union all
    select
        watch,
        period,
        buyer,
        null as suppliers_asked,
        null as suppliers_counted,
        null as months_published,
        null as most_months_now,
        null as most_baseline_months,
        null as now,
        null as base,
        null as expected,
        null as suppliers_up,
        null as suppliers_down,
        variance_to_mean as phi,
        null as partner_growth,
        null as excluded,
        null as excluded_baseline,
        null as all_baseline,
        null as counted_baseline
    from spread
    union all
    select
        watch,
        period,
        buyer,
        null as suppliers_asked,
        null as suppliers_counted,
        null as months_published,
        null as most_months_now,
        null as most_baseline_months,
        null as now,
        null as base,
        null as expected,
        null as suppliers_up,
        null as suppliers_down,
        null as phi,
        partner_growth,
        null as excluded,
        null as excluded_baseline,
        null as all_baseline,
        null as counted_baseline
    from booms
    union all
    select
        watch,
        period,
        buyer,
        null as suppliers_asked,
        null as suppliers_counted,
        null as months_published,
        null as most_months_now,
        null as most_baseline_months,
        null as now,
        null as base,
        null as expected,
        null as suppliers_up,
        null as suppliers_down,
        null as phi,
        null as partner_growth,
        excluded,
        excluded_baseline,
        all_baseline,
        counted_baseline
    from seam
),

added as (
    select
        watch,
        buyer,
        period,
        max(suppliers_asked) as suppliers_asked,
        max(suppliers_counted) as suppliers_counted,
        max(months_published) as months_published,
        max(most_months_now) as most_months_now,
        max(most_baseline_months) as most_baseline_months,
        coalesce(sum(now), 0) as now,
        coalesce(sum(base), 0) as base,
        coalesce(sum(expected), 0) as expected,
        coalesce(sum(suppliers_up), 0) as suppliers_up,
        coalesce(sum(suppliers_down), 0) as suppliers_down,
        greatest(coalesce(max(phi), 0), 10000.0) as phi,
        max(partner_growth) as partner_growth,
        coalesce(max(excluded), 0) as excluded,
        coalesce(max(excluded_baseline), 0) as excluded_baseline,
        coalesce(max(all_baseline), 0) as all_baseline,
        coalesce(max(counted_baseline), 0) as counted_baseline
    from parts
    group by watch, buyer, period
),

judged as (
    select
        watch,
        buyer,
        period,
        suppliers_asked,
        suppliers_counted,
        months_published,
        case
            when most_months_now < 3 then 'no supplier has published the newest three months'
            when most_baseline_months < 12 then 'fewer than 12 months of baseline are published'
            when suppliers_counted < 0.5 * suppliers_asked then 'most suppliers have not published the window'
            when counted_baseline < 0.9 * all_baseline
                then 'suppliers that hold more than a tenth of the baseline have not published the window'
            else 'published'
        end as reason,
        now,
        base,
        expected,
        suppliers_up,
        suppliers_down,
        phi,
        partner_growth,
        excluded,
        excluded_baseline
    from added
),

roles as (
    select
        watch,
        member,
        min(case role when 'target' then 1 when 'hub' then 2 else 3 end) as rank
    from ref.watch_member
    where role in ('target', 'hub', 'coalition')
    group by watch, member
)

select
    j.watch,
    j.buyer,
    case r.rank when 1 then 'target' when 2 then 'hub' when 3 then 'coalition' else 'other' end as role,
    j.period,
    j.reason = 'published' as scorable,
    j.reason,
    cast(j.suppliers_asked as integer) as suppliers_asked,
    cast(j.suppliers_counted as integer) as suppliers_counted,
    cast(j.months_published as integer) as months_published,
    cast(round(3 * j.now, 2) as decimal(18, 2)) as purchases_3m_usd,
    cast(round(3 * j.base, 2) as decimal(18, 2)) as baseline_3m_usd,
    cast(round(j.expected / nullif(j.base, 0), 3) as decimal(9, 3)) as elsewhere_growth,
    cast(round(3 * j.expected, 2) as decimal(18, 2)) as expected_3m_usd,
    cast(round(3 * (j.now - j.expected), 2) as decimal(18, 2)) as excess_usd,
    cast(round((j.now + 2 * j.phi) / (j.expected + 2 * j.phi), 2) as decimal(12, 2)) as ratio,
    cast(
        round(
            (j.now - j.expected) / sqrt(
                j.phi * greatest(j.expected, 10000.0) / 3
                + 0.35 * j.expected * 0.35 * j.expected
                + 10000.0 * 10000.0
            ), 2
        ) as decimal(12, 2)
    ) as score,
    cast(j.suppliers_up as integer) as suppliers_up,
    cast(j.suppliers_down as integer) as suppliers_down,
    cast(round(j.partner_growth, 3) as decimal(9, 3)) as partner_growth,
    cast(round(j.excluded, 2) as decimal(18, 2)) as seam_excluded_usd,
    cast(round(j.excluded_baseline, 2) as decimal(18, 2)) as seam_excluded_baseline_3m_usd
from judged as j
left join roles as r on r.watch = j.watch and r.member = j.buyer
