-- How each release that is in use stands against its calendar at $now: `not due`, `due` (its day has come and it is not
-- here; nobody asked later, or two days have not passed), `late` (asked two days after its day, and still not there).
-- What a person must save is never late, only due. gaps: months between the first and the newest that are not here.
-- Grain: layout
with used as (
    select *
    from views.release_calendar
    where is_used
),

reach as (
    select
        layout,
        min(case when here_from is not null then period end) as first_here,
        max(case when here_from is not null then period end) as newest_here
    from used
    group by layout
),

absent as (
    select
        u.layout,
        u.period,
        row_number() over (partition by u.layout order by u.period) as place
    from used as u
    inner join reach as r on r.layout = u.layout and u.period > r.first_here and u.period < r.newest_here
    where u.here_from is null
),

gaps as (
    select
        layout,
        count(*) as missing,
        string_agg(case when place <= 6 then strftime(period, '%Y-%m') end, ', ' order by period)
        || case when count(*) > 6 then ' and ' || count(*) - 6 || ' more' else '' end as months
    from absent
    group by layout
),

upcoming as (
    select
        u.*,
        r.newest_here,
        row_number() over (partition by u.layout order by u.period) as place
    from used as u
    inner join reach as r on r.layout = u.layout and u.period > r.newest_here
),

asked as (
    select
        source,
        max(called_at) as asked_at
    from raw.call
    where http_status = 200
    group by source
)

select
    n.layout,
    strftime(n.newest_here, '%Y-%m') as newest_here,
    strftime(n.period, '%Y-%m') as next_month,
    n.due_on,
    case
        when n.due_on > cast($now as date) then 'not due'
        when n.by_hand then 'due'
        when a.asked_at >= n.due_on + interval 2 day then 'late'
        else 'due'
    end as state,
    n.by_hand,
    cast(a.asked_at as date) as last_asked,
    coalesce(g.missing, 0) as gaps,
    g.months as gap_months
from upcoming as n
left join asked as a on a.source = n.source
left join gaps as g on g.layout = n.layout
where n.place = 1
order by n.layout
