-- Which watched series stopped being visible, as of the newest month that can be judged? A reporter that fell silent, a
-- target or hub that a reporter no longer states, a listed code that it no longer states: see views.lights_out, which
-- says what this does and does not mean. A series of an open case is in here too, in each month since then that states
-- it: that ends the case, as a silence never does.
-- Grain: reporter, source, flow, what, detail, period
-- reporter: the area whose books these are
-- source: whose statistics
-- flow: export or import
-- what: reporter, partner or code
-- detail: the partner, or the code of six digits; the reporter itself where it fell silent
-- period: first day of the newest month that any supplier has published; of a series stated again, such a month
-- last_seen: first day of the last month in which it was stated; of a series stated again, the period
-- months_dark: published months since then without it; of a reporter, months that half of the others have published;
--   0 of a series stated again
-- before_3m_usd: three average months before, US dollars; 0 where that is not known; of a series stated again, what its
--   case says was lost
-- stated_3m_usd: US dollars in the three months to the period: 0, or not known; null of a reporter that publishes again
-- lost_3m_usd: before less stated, US dollars in three months; null where that is
with front as (
    select max(period) as period
    from views.supplier_months
    where published = 1
),

of_interest as (
    select distinct member
    from ref.watch_member
    where role in ('target', 'hub')
),

open_cases as (
    select
        split_part(subject, '.', 1) as reporter,
        split_part(subject, '.', 2) as source,
        split_part(subject, '.', 3) as flow,
        split_part(subject, '.', 4) as what,
        split_part(subject, '.', 5) as detail,
        first_month,
        amount_usd
    from alerts.alert
    where family = 'stopped' and state in ('open', 'receding')
),

stated_again as (
    select
        c.reporter,
        c.source,
        c.flow,
        c.what,
        c.detail,
        s.period,
        max(c.amount_usd) as before_3m_usd,
        sum(near.value_usd) as stated_3m_usd
    from open_cases as c
    inner join views.stated_months as s
        on
            s.source = c.source
            and s.reporter = c.reporter
            and s.flow = c.flow
            and s.what = c.what
            and s.detail = c.detail
            and s.period >= c.first_month
    inner join views.stated_months as near
        on
            near.source = s.source
            and near.reporter = s.reporter
            and near.flow = s.flow
            and near.what = s.what
            and near.detail = s.detail
            and near.period <= s.period
            and near.period > s.period - interval 3 month
    group by c.reporter, c.source, c.flow, c.what, c.detail, s.period
)

select
    l.reporter,
    l.source,
    l.flow,
    l.what,
    l.detail,
    f.period,
    l.last_seen,
    l.months_dark,
    cast(3 * coalesce(l.before_usd, 0) as decimal(18, 2)) as before_3m_usd,
    cast(3 * coalesce(l.now_usd, 0) as decimal(18, 2)) as stated_3m_usd,
    cast(3 * (coalesce(l.before_usd, 0) - coalesce(l.now_usd, 0)) as decimal(18, 2)) as lost_3m_usd
from views.lights_out as l
cross join front as f
left join of_interest as o on o.member = l.detail
where f.period is not null and (l.what in ('reporter', 'code') or (l.what = 'partner' and o.member is not null))
union all
select
    reporter,
    source,
    flow,
    what,
    detail,
    period,
    period as last_seen,
    0 as months_dark,
    cast(before_3m_usd as decimal(18, 2)) as before_3m_usd,
    cast(stated_3m_usd as decimal(18, 2)) as stated_3m_usd,
    cast(before_3m_usd - stated_3m_usd as decimal(18, 2)) as lost_3m_usd
from stated_again
