-- What one release answers for, and how: partial where the release does not say what was asked, so that what it leaves
-- out proves nothing, or where not all of it came; not_released or failed where the release is told so. Where it says
-- what was released: value where the reporter states any flow of the asked set in the period, else zero (published,
-- nothing recorded). Where the rows must tell: value likewise; not_released where nobody states any and none follows,
-- or where a reporter that never skipped a period goes silent at the end; zero otherwise.
-- Grain: reporter, flow, freq, period, scope.
with stated as (
    select distinct
        m.scope,
        i.reporter,
        i.flow,
        i.freq,
        i.period
    from incoming as i
    inner join members as m on m.partner = i.partner and m.commodity = i.commodity
),

ends as (
    select
        scope,
        flow,
        freq,
        max(period) as last_period
    from stated
    group by scope, flow, freq
),

habits as (
    select
        scope,
        reporter,
        flow,
        freq,
        max(period) as last_period,
        count(*) as periods_stated
    from stated
    group by scope, reporter, flow, freq
),

held as (
    select
        c.scope,
        c.reporter,
        c.flow,
        c.freq,
        count(*) as periods_asked
    from cells as c
    inner join habits as h
        on
            h.scope = c.scope
            and h.reporter = c.reporter
            and h.flow = c.flow
            and h.freq = c.freq
            and c.period <= h.last_period
    group by c.scope, c.reporter, c.flow, c.freq
),

moments as (
    select
        reporter,
        freq,
        period,
        max(known_from) as known_from
    from cells
    where told is null
    group by reporter, freq, period
)

select
    $source as source,
    c.reporter,
    c.flow,
    c.freq,
    c.period,
    c.scope,
    case
        when not $complete then 'partial'
        when c.told is not null then c.told
        when c.partial then 'partial'
        when s.period is not null then 'value'
        when c.dated then 'zero'
        when e.last_period is null or c.period > e.last_period then 'not_released'
        when c.period > h.last_period and h.periods_stated >= 3 and h.periods_stated = held.periods_asked
            then 'not_released'
        else 'zero'
    end as state,
    c.told is not null as told,
    coalesce(case when c.told is null then m.known_from else c.known_from end, $known_from) as known_from
from cells as c
left join stated as s
    on
        s.scope = c.scope
        and s.reporter = c.reporter
        and s.flow = c.flow
        and s.freq = c.freq
        and s.period = c.period
left join ends as e on e.scope = c.scope and e.flow = c.flow and e.freq = c.freq
left join habits as h
    on h.scope = c.scope and h.reporter = c.reporter and h.flow = c.flow and h.freq = c.freq
left join held
    on held.scope = c.scope and held.reporter = c.reporter and held.flow = c.flow and held.freq = c.freq
left join moments as m on m.reporter = c.reporter and m.freq = c.freq and m.period = c.period
