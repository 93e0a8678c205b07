-- What stopped being visible: a reporter that fell silent, a partner or a listed code that a reporter no longer states,
-- trade that moved to areas not specified or to chapter 99? Stated against the three newest months, by month.
-- It does not say that the trade stopped, nor that anyone hides it: an end of publication, a late month, secrecy of one
-- large trader and a real end look alike. A code that ends because the classification changed is never in here.
-- Grain: source, reporter, flow, what, detail
-- source: whose statistics
-- reporter: the area whose books these are
-- flow: export or import
-- what: reporter (published ten of twelve months, and none of the last three or more for which half of the source's
--   reporters have published), partner or code (stated in ten of twelve published months, and in none of the newest
--   three), or hidden (share of areas not specified or of chapter 99 up by two points of all trade or more)
-- detail: the partner, the code of six digits, X-NES or 99; the reporter itself where it fell silent
-- last_seen: first day of the last month in which it was stated; of hidden, the newest month
-- months_dark: published months since then without it; of a reporter, months that half of the others have published
-- before_usd: average of a month before, US dollars; null where a reporter fell silent or has no totals
-- now_usd: average of the three newest months, US dollars; 0 where it is not stated, null where the reporter is silent
-- hidden_share_of_total_before: of hidden only: share of the reporter's world trade in the twelve months before
-- hidden_share_of_total_now: the same in the newest three
with published as (
    select
        source,
        reporter,
        flow,
        period,
        row_number() over (partition by source, reporter, flow order by period desc) as back
    from views.stated_months
    where what = 'reporter'
),

reached as (
    select
        source,
        flow,
        period,
        count(*) as reporters
    from published
    group by source, flow, period
),

fronts as (
    select
        r.source,
        r.flow,
        max(r.period) as front
    from reached as r
    inner join (
        select
            source,
            flow,
            count(distinct reporter) as reporters
        from published
        group by source, flow
    ) as n on n.source = r.source and n.flow = r.flow and 2 * r.reporters >= n.reporters
    group by r.source, r.flow
),

silent as (
    select
        l.source,
        l.reporter,
        l.flow,
        l.period as last_seen,
        datediff('month', l.period, f.front) as months_dark
    from published as l
    inner join fronts as f on f.source = l.source and f.flow = l.flow
    inner join published as b
        on
            b.source = l.source
            and b.reporter = l.reporter
            and b.flow = l.flow
            and b.period > l.period - interval 12 month
    where l.back = 1 and l.period <= f.front - interval 3 month
    group by l.source, l.reporter, l.flow, l.period, f.front
    having count(*) >= 10
),

windows as (
    select
        source,
        reporter,
        flow,
        period,
        case when back <= 3 then 1 else 0 end as is_now
    from published
    where back <= 15
),

counted as (
    select
        s.source,
        s.reporter,
        s.flow,
        s.what,
        s.detail,
        max(s.period) as last_seen,
        sum(w.is_now) as seen_now,
        count(*) - sum(w.is_now) as seen_before,
        sum(case when w.is_now = 0 then s.value_usd else 0 end) as before_usd
    from views.stated_months as s
    inner join windows as w
        on w.source = s.source and w.reporter = s.reporter and w.flow = s.flow and w.period = s.period
    where s.what in ('partner', 'code')
    group by s.source, s.reporter, s.flow, s.what, s.detail
),

sizes as (
    select
        source,
        reporter,
        flow,
        sum(is_now) as months_now,
        count(*) - sum(is_now) as months_before
    from windows
    group by source, reporter, flow
),

-- Whether the newest months asked for the detail at all: what was not asked for did not stop.
asked as (
    select distinct
        c.source,
        c.reporter,
        c.flow,
        s.partner,
        left(s.commodity, 6) as hs6
    from facts.coverage as c
    inner join windows as w
        on
            w.is_now = 1
            and w.source = c.source
            and w.reporter = c.reporter
            and w.flow = c.flow
            and w.period = c.period
    inner join facts.scope as s on s.scope = c.scope
    where c.freq = 'M' and c.state in ('value', 'zero')
),

stopped as (
    select
        c.source,
        c.reporter,
        c.flow,
        c.what,
        c.detail,
        c.last_seen,
        c.before_usd / z.months_before as before_usd
    from counted as c
    inner join sizes as z on z.source = c.source and z.reporter = c.reporter and z.flow = c.flow
    left join silent as q on q.source = c.source and q.reporter = c.reporter and q.flow = c.flow
    where
        q.source is null
        and z.months_now = 3
        and z.months_before = 12
        and c.seen_now = 0
        and c.seen_before >= 10
        and c.before_usd >= 50000 * z.months_before
        and exists (
            select 1
            from asked as a
            where
                a.source = c.source
                and a.reporter = c.reporter
                and a.flow = c.flow
                and (
                    (c.what = 'partner' and a.partner in ('ALL', c.detail) and a.hs6 in ('ALL', 'TOTAL'))
                    or (c.what = 'code' and a.hs6 in ('ALL', c.detail))
                )
        )
),

dark as (
    select
        p.source,
        p.reporter,
        p.flow,
        s.what,
        s.detail,
        count(*) as months_dark
    from stopped as s
    inner join published as p
        on p.source = s.source and p.reporter = s.reporter and p.flow = s.flow and p.period > s.last_seen
    group by p.source, p.reporter, p.flow, s.what, s.detail
),

hidden_parts as (
    select
        source,
        reporter,
        flow,
        'X-NES' as detail,
        period,
        sum(case when starts_with(partner, 'X-NES') then value_usd else 0 end) as hidden_usd,
        sum(case when partner = 'WLD' then value_usd else 0 end) as world_usd
    from views.total_flows
    where freq = 'M' and (partner = 'WLD' or starts_with(partner, 'X-NES'))
    group by source, reporter, flow, period
    union all
    select
        source,
        reporter,
        flow,
        '99' as detail,
        period,
        sum(case when commodity = '99' then value_usd else 0 end) as hidden_usd,
        sum(case when commodity = 'TOTAL' then value_usd else 0 end) as world_usd
    from (
        select
            *,
            rank() over (
                partition by source, reporter, flow, period
                order by case when currency = 'USD' then 0 else 1 end, currency
            ) as choice
        from facts.trade
        where freq = 'M' and partner = 'WLD' and commodity in ('99', 'TOTAL') and flow in ('export', 'import')
    ) as ranked
    where choice = 1
    group by source, reporter, flow, period
),

hidden as (
    select
        h.source,
        h.reporter,
        h.flow,
        h.detail,
        max(h.period) as last_seen,
        cast(sum(case when w.is_now = 0 then h.hidden_usd else 0 end) as double) as hidden_before,
        cast(sum(case when w.is_now = 1 then h.hidden_usd else 0 end) as double) as hidden_now,
        cast(sum(case when w.is_now = 0 then h.world_usd else 0 end) as double) as world_before,
        cast(sum(case when w.is_now = 1 then h.world_usd else 0 end) as double) as world_now,
        max(z.months_before) as months_before,
        max(z.months_now) as months_now
    from hidden_parts as h
    inner join windows as w
        on w.source = h.source and w.reporter = h.reporter and w.flow = h.flow and w.period = h.period
    inner join sizes as z on z.source = h.source and z.reporter = h.reporter and z.flow = h.flow
    where h.world_usd > 0
    group by h.source, h.reporter, h.flow, h.detail
)

select
    source,
    reporter,
    flow,
    'reporter' as what,
    reporter as detail,
    last_seen,
    cast(months_dark as integer) as months_dark,
    cast(null as decimal(18, 2)) as before_usd,
    cast(null as decimal(18, 2)) as now_usd,
    cast(null as decimal(9, 6)) as hidden_share_of_total_before,
    cast(null as decimal(9, 6)) as hidden_share_of_total_now
from silent
union all
select
    s.source,
    s.reporter,
    s.flow,
    s.what,
    s.detail,
    s.last_seen,
    cast(d.months_dark as integer) as months_dark,
    cast(round(s.before_usd, 2) as decimal(18, 2)) as before_usd,
    cast(0 as decimal(18, 2)) as now_usd,
    cast(null as decimal(9, 6)) as hidden_share_of_total_before,
    cast(null as decimal(9, 6)) as hidden_share_of_total_now
from stopped as s
inner join dark as d
    on
        d.source = s.source
        and d.reporter = s.reporter
        and d.flow = s.flow
        and d.what = s.what
        and d.detail = s.detail
union all
select
    source,
    reporter,
    flow,
    'hidden' as what,
    detail,
    last_seen,
    0 as months_dark,
    cast(round(hidden_before / months_before, 2) as decimal(18, 2)) as before_usd,
    cast(round(hidden_now / months_now, 2) as decimal(18, 2)) as now_usd,
    cast(round(hidden_before / world_before, 6) as decimal(9, 6)) as hidden_share_of_total_before,
    cast(round(hidden_now / world_now, 6) as decimal(9, 6)) as hidden_share_of_total_now
from hidden
where world_before > 0 and world_now > 0 and hidden_now / world_now >= hidden_before / world_before + 0.02
