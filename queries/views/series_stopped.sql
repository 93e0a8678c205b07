-- Which watched series stopped being visible, as of the newest month that can be judged? A reporter that fell silent, a
-- target or hub that a reporter no longer states, a listed code that it no longer states: see views.lights_out, which
-- says what this does and does not mean. A series that is seen again is not in here.
-- Grain: reporter, source, flow, what, detail
-- reporter: the area whose books these are
-- source: whose statistics
-- flow: export or import
-- what: reporter, partner or code
-- detail: the partner, or the code of six digits; the reporter itself where it fell silent
-- period: first day of the newest month that any supplier has published
-- last_seen: first day of the last month in which it was stated
-- months_dark: published months since then without it; of a reporter, months that half of the others have published
-- before_3m_usd: three average months before, US dollars; 0 where that is not known
-- stated_3m_usd: US dollars in the newest three months: 0, or not known
-- lost_3m_usd: before less stated, US dollars in three months
with front as (
    select max(period) as period
    from views.supplier_months
    where published = 1
),

of_interest as (
    select distinct member
    from ref.watch_member
    where role in ('target', 'hub')
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
