-- The cells of one release for which another one was loaded that comes after it there and answers for something that
-- this one answers for too. Order is by known_from of the cell, then by hash: two releases may follow each other in
-- one order in one cell and in the other order in another cell.
-- Grain: reporter, flow, freq, period. `pulls` are the later ones in order, `line` numbers each such sequence;
-- known_from is this release's own.
with candidates as (
    select
        c.reporter,
        c.flow,
        c.freq,
        c.period,
        c.pull_id,
        c.known_from,
        p.sha256,
        c.scope as their_scope,
        a.scope as my_scope,
        a.known_from as my_known_from
    from facts.coverage_history as c
    inner join asked as a
        on a.reporter = c.reporter and a.flow = c.flow and a.freq = c.freq and a.period = c.period
    inner join raw.pull as p on p.pull_id = c.pull_id
    where
        c.source = $source
        and c.state in ('value', 'zero', 'partial')
        and a.state in ('value', 'zero', 'partial')
        and (c.known_from > a.known_from or (c.known_from = a.known_from and p.sha256 > $sha256))
),

pairs as (
    select distinct
        their_scope,
        my_scope
    from candidates
),

overlapping as (
    select distinct
        pairs.their_scope,
        pairs.my_scope
    from pairs
    inner join facts.scope as s on s.scope = pairs.their_scope
    inner join members as m on m.scope = pairs.my_scope and m.partner = s.partner and m.commodity = s.commodity
),

units as (
    select distinct
        c.reporter,
        c.flow,
        c.freq,
        c.period,
        c.pull_id,
        c.known_from,
        c.sha256,
        c.my_known_from
    from candidates as c
    inner join overlapping as o on o.their_scope = c.their_scope and o.my_scope = c.my_scope
),

late as (
    select
        reporter,
        flow,
        freq,
        period,
        my_known_from as known_from,
        array_agg(pull_id order by known_from, sha256, pull_id) as pulls
    from units
    group by reporter, flow, freq, period, my_known_from
)

select
    *,
    dense_rank() over (order by pulls) as line
from late
