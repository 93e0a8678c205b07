-- The marks not_released and failed that an answer ends: one loaded later, or released later than a not_released, for
-- the same cell and for some partner and commodity of the mark's scope. Looked at when either of the two is loaded, so
-- that the order of arrival does not matter. The same scope needs no end where its new state comes after the mark.
-- Grain: source, reporter, flow, freq, period, scope, known_from.
with found as (
    select distinct
        c.*,
        coalesce(p.sha256, $sha256) as sha256,
        case when c.pull_id = $pull_id then $fetched_at else p.fetched_at end as fetched_at
    from facts.coverage_history as c
    inner join asked as a
        on
            a.source = c.source
            and a.reporter = c.reporter
            and a.flow = c.flow
            and a.freq = c.freq
            and a.period = c.period
    left join raw.pull as p on p.pull_id = c.pull_id
),

candidates as (
    select
        m.source,
        m.reporter,
        m.flow,
        m.freq,
        m.period,
        m.scope,
        m.known_from as marked,
        a.scope as their_scope,
        a.pull_id,
        greatest(
            m.known_from + to_microseconds(1),
            case when m.state = 'failed' then a.fetched_at else a.known_from end
        ) as ended
    from found as m
    inner join found as a
        on
            a.reporter = m.reporter
            and a.flow = m.flow
            and a.freq = m.freq
            and a.period = m.period
            and a.pull_id <> m.pull_id
    where
        m.state in ('not_released', 'failed')
        and a.state in ('value', 'zero', 'partial')
        and (m.pull_id = $pull_id or a.pull_id = $pull_id)
        and (a.pull_id > m.pull_id or (m.state = 'not_released' and a.known_from > m.known_from))
        and (
            a.scope <> m.scope
            or a.known_from < m.known_from
            or (a.known_from = m.known_from and a.sha256 < m.sha256)
        )
),

pairs as (
    select distinct
        scope,
        their_scope
    from candidates
),

overlapping as (
    select distinct
        pairs.scope,
        pairs.their_scope
    from pairs
    inner join facts.scope as mine on mine.scope = pairs.scope
    inner join facts.scope as theirs
        on
            theirs.scope = pairs.their_scope
            and theirs.partner = mine.partner
            and theirs.commodity = mine.commodity
),

earliest as (
    select
        c.source,
        c.reporter,
        c.flow,
        c.freq,
        c.period,
        c.scope,
        c.marked,
        min(c.ended) as ended,
        arg_min(c.pull_id, c.ended) as pull_id
    from candidates as c
    inner join overlapping as o on o.scope = c.scope and o.their_scope = c.their_scope
    group by c.source, c.reporter, c.flow, c.freq, c.period, c.scope, c.marked
)

select distinct
    e.source,
    e.reporter,
    e.flow,
    e.freq,
    e.period,
    e.scope,
    'answered' as state,
    e.ended as known_from,
    e.pull_id,
    cast(null as boolean) as whole
from earliest as e
left join found as f
    on
        f.state = 'answered'
        and f.reporter = e.reporter
        and f.flow = e.flow
        and f.freq = e.freq
        and f.period = e.period
        and f.scope = e.scope
        and f.known_from > e.marked
        and f.known_from <= e.ended
where f.scope is null
order by all
