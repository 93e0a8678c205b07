-- The rows that one release adds to facts.coverage_history: every cell it answers for, but no told not_released or
-- failed that is the newest word on that cell and scope already. What can be judged counts as not whole until it is
-- judged, a moment later. Grain: reporter, flow, freq, period, scope.
with told_before as (
    select
        c.reporter,
        c.flow,
        c.freq,
        c.period,
        c.scope,
        c.state,
        c.known_from,
        row_number() over (
            partition by c.reporter, c.flow, c.freq, c.period, c.scope
            order by c.known_from desc, p.sha256 desc, c.pull_id desc
        ) as newest
    from facts.coverage_history as c
    inner join asked as a
        on
            a.told
            and a.source = c.source
            and a.reporter = c.reporter
            and a.flow = c.flow
            and a.freq = c.freq
            and a.period = c.period
            and a.scope = c.scope
    inner join raw.pull as p on p.pull_id = c.pull_id
)

select
    a.source,
    a.reporter,
    a.flow,
    a.freq,
    a.period,
    a.scope,
    a.state,
    a.known_from,
    $pull_id as pull_id,
    case when v.scope is not null then false end as whole
from asked as a
left join verdicts as v
    on
        v.scope = a.scope
        and v.reporter = a.reporter
        and v.flow = a.flow
        and v.freq = a.freq
        and v.period = a.period
left join told_before as b
    on
        b.newest = 1
        and a.told
        and b.state = a.state
        and b.known_from <= a.known_from
        and b.scope = a.scope
        and b.reporter = a.reporter
        and b.flow = a.flow
        and b.freq = a.freq
        and b.period = a.period
where b.scope is null
order by all
