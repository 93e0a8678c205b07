-- How far have the coalition's own exports of listed goods to the target fallen against the same three months of the
-- one or two years before? Only goods that can be compared over the whole window count (see views.comparable_goods).
-- Grain: watch, target, period
-- watch: the watch, see ref.watch
-- target: the area under watch
-- period: first day of the month judged, t
-- scorable: true when suppliers that hold nine tenths of the past have published the newest three months
-- reason: why it is scorable, or not
-- suppliers_asked: coalition suppliers that were asked for
-- suppliers_counted: of these, published enough to be compared
-- season_months: the fewest of the six months of the same season any counted supplier has published
-- exports_3m_usd: US dollars in the three months t-2 to t
-- same_season_3m_usd: US dollars in the same three months, mean of the one or two years before
-- fall_usd: same season less exports, US dollars; below 0 when exports rose
-- drop_share: fall as a share of the same season, 0 to 1, below 0 when exports rose
-- score: fall in standard deviations of what growth and chance do to such a flow; at most 2.9
-- suppliers_down: counted suppliers that sold less than half of the same season
-- suppliers_up: counted suppliers that sold more than the same season
-- seam_excluded_usd: listed exports of the three months left out because their codes changed, US dollars
with asked as (
    select
        w.watch,
        w.buyer as target,
        w.period,
        count(*) as suppliers_asked,
        sum(case when w.counted and w.season_months >= 3 then 1 else 0 end) as suppliers_counted,
        min(case when w.counted and w.season_months >= 3 then w.season_months end) as season_months,
        max(w.months_now) as most_months_now
    from views.supplier_windows as w
    inner join ref.watch_member as target
        on target.watch = w.watch and target.role = 'target' and target.member = w.buyer
    group by w.watch, w.buyer, w.period
),

sales as (
    select
        watch,
        buyer as target,
        period,
        supplier,
        counted and season_months >= 3 as counted,
        sum(case when age = 'newest' and comparable then value_usd else 0 end) as now,
        sum(case when age = 'season' and comparable then value_usd else 0 end) * 3.0 / nullif(season_months, 0)
            as season,
        sum(case when age = 'newest' and not comparable then value_usd else 0 end) as excluded,
        sum(case when age <> 'newest' and comparable then value_usd else 0 end) as past
    from views.compared_exports
    group by watch, buyer, period, supplier, counted, season_months
),

-- The parts are stacked and added up by their common key, not joined: so a month asked for reaches every one of them.
parts as (
    select
        watch,
        target,
        period,
        suppliers_asked,
        suppliers_counted,
        season_months,
        most_months_now,
        null as now,
        null as season,
        null as excluded,
        null as counted_past,
        null as past,
        null as suppliers_down,
        null as suppliers_up
    from asked
    union all
    select
        s.watch,
        s.target,
        s.period,
        null as suppliers_asked,
        null as suppliers_counted,
        null as season_months,
        null as most_months_now,
        case when s.counted then s.now else 0 end as now,
        case when s.counted then s.season else 0 end as season,
        case when s.counted then s.excluded else 0 end as excluded,
        case when s.counted then s.past else 0 end as counted_past,
        s.past,
        case when s.counted and s.now < 0.5 * s.season then 1 else 0 end as suppliers_down,
        case when s.counted and s.now > s.season then 1 else 0 end as suppliers_up
    from sales as s
    inner join ref.watch_member as target
        on target.watch = s.watch and target.role = 'target' and target.member = s.target
),

added as (
    select
        watch,
        target,
        period,
        max(suppliers_asked) as suppliers_asked,
        max(suppliers_counted) as suppliers_counted,
        max(season_months) as season_months,
        max(most_months_now) as most_months_now,
        coalesce(sum(now), 0) as now,
        coalesce(sum(season), 0) as season,
        coalesce(sum(excluded), 0) as excluded,
        coalesce(sum(counted_past), 0) as counted_past,
        coalesce(sum(past), 0) as past,
        coalesce(sum(suppliers_down), 0) as suppliers_down,
        coalesce(sum(suppliers_up), 0) as suppliers_up
    from parts
    group by watch, target, period
),

judged as (
    select
        watch,
        target,
        period,
        suppliers_asked,
        suppliers_counted,
        season_months,
        case
            when most_months_now < 3 then 'no supplier has published the newest three months'
            when suppliers_counted < 0.5 * suppliers_asked
                then 'most suppliers have not published the window and the same season a year before'
            when counted_past < 0.9 * past
                then 'suppliers that hold more than a tenth of the past have not published the window'
            else 'published'
        end as reason,
        now,
        season,
        excluded,
        suppliers_down,
        suppliers_up
    from added
)

select
    watch,
    target,
    period,
    reason = 'published' as scorable,
    reason,
    cast(suppliers_asked as integer) as suppliers_asked,
    cast(suppliers_counted as integer) as suppliers_counted,
    cast(season_months as integer) as season_months,
    cast(round(now, 2) as decimal(18, 2)) as exports_3m_usd,
    cast(round(season, 2) as decimal(18, 2)) as same_season_3m_usd,
    cast(round(season - now, 2) as decimal(18, 2)) as fall_usd,
    cast(round(1 - now / nullif(season, 0), 4) as decimal(12, 4)) as drop_share,
    cast(
        round(
            (season - now) / 3 / sqrt(
                10000.0 * greatest(season / 3, 10000.0) / 3
                + 0.35 * (season / 3) * 0.35 * (season / 3)
                + 10000.0 * 10000.0
            ), 2
        ) as decimal(12, 2)
    ) as score,
    cast(suppliers_down as integer) as suppliers_down,
    cast(suppliers_up as integer) as suppliers_up,
    cast(round(excluded, 2) as decimal(18, 2)) as seam_excluded_usd
from judged
