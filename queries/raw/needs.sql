-- What is asked of a source and was not answered since its newest release: of each dataset (reporter, period) and flow,
-- the partners × commodities that no answer over the network covers. Datasets that were answered in the same pieces
-- share one comparison. Grain: ask, reporter_code, period, flow, partners.
-- ask_datasets, ask_reporters and ask_pairs are given: what is released, and what is asked.
with held as (
    select
        d.reporter_code,
        d.period,
        f.flow,
        coalesce(string_agg(distinct c.scope, chr(10) order by c.scope), '') as scopes
    from ask_datasets as d
    cross join (
        select distinct flow
        from ask_pairs
    ) as f
    left join (
        select
            h.reporter,
            h.flow,
            h.period,
            h.scope,
            max(h.known_from) as known_from
        from facts.coverage_history as h
        inner join raw.pull as p on p.pull_id = h.pull_id and p.http_status = 200
        where h.source = $source and h.freq = $freq and h.state in ('value', 'zero', 'partial')
        group by h.reporter, h.flow, h.period, h.scope
    ) as c
        on c.reporter = d.area and c.period = d.period and c.flow = f.flow and c.known_from >= d.known_from
    group by d.reporter_code, d.period, f.flow
),

kinds as (
    select distinct
        r.ask,
        h.flow,
        h.scopes
    from held as h
    inner join ask_reporters as r on r.reporter_code = h.reporter_code
),

answered as (
    select distinct
        k.scopes,
        s.partner,
        s.commodity
    from (
        select
            scopes,
            unnest(string_split(scopes, chr(10))) as scope
        from (
            select distinct scopes
            from kinds
        ) as distinct_kinds
    ) as k
    inner join facts.scope as s on s.scope = k.scope
),

missing as (
    select
        k.ask,
        k.flow,
        k.scopes,
        p.commodity,
        string_agg(p.partner_code, ',' order by p.place) as partners
    from kinds as k
    inner join ask_pairs as p on p.ask = k.ask and p.flow = k.flow
    left join answered as a on a.scopes = k.scopes and a.partner = p.partner and a.commodity = p.commodity
    where a.scopes is null
    group by k.ask, k.flow, k.scopes, p.commodity
),

sets as (
    select
        ask,
        flow,
        scopes,
        partners,
        string_agg(commodity, ',' order by commodity) as commodities
    from missing
    group by ask, flow, scopes, partners
)

select
    s.ask,
    h.reporter_code,
    h.period,
    s.flow,
    s.partners,
    s.commodities
from sets as s
inner join held as h on h.flow = s.flow and h.scopes = s.scopes
inner join ask_reporters as r on r.ask = s.ask and r.reporter_code = h.reporter_code
order by all
