-- Pulls loaded before this one though released after it, that answer for a cell this one answers for too.
-- Grain: pull_id, in the order of their release.
select
    p.pull_id,
    p.released_at,
    p.sha256
from raw.pull as p
where
    p.source = $source
    and p.state = 'loaded'
    and (p.released_at > $known_from or (p.released_at = $known_from and p.sha256 > $sha256))
    and exists (
        select 1
        from facts.coverage_history as c
        inner join asked as a
            on a.reporter = c.reporter and a.flow = c.flow and a.freq = c.freq and a.period = c.period
        inner join facts.scope as s on s.scope = c.scope
        inner join members as m
            on m.scope = a.scope and m.partner = s.partner and m.commodity = s.commodity
        where c.pull_id = p.pull_id
    )
order by p.released_at, p.sha256
