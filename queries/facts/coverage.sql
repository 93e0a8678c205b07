-- What each source answered for, by reporter and period: a month nobody published is never a zero.
-- Grain: source, reporter, flow, freq, period, scope
-- source: whose statistics
-- reporter: the area whose books this is
-- flow: export, import, re_export, re_import or domestic_export
-- freq: M month, A year or YTD, year to date
-- period: first day of the month or year; of a YTD, of its last month
-- scope: the asked set of partners and commodities, see facts.scope
-- state: value, zero (published, nothing recorded), not_released, suppressed, partial (figures are there, but the file
--   does not say what was asked, not all of it came, or the newest totals of that reporter and period do not add up),
--   failed or not_applicable; not_released and failed are gone once an answer for some of the scope came
-- known_from: UTC, when this state was published or taken
-- pull_id: the file or answer that says so
with answered as (
    select
        source,
        reporter,
        flow,
        freq,
        period,
        scope,
        max(known_from) as answered_from
    from facts.coverage_history
    where
        state = 'answered'
        and known_from <= coalesce(cast(getvariable('as_of') as timestamp), timestamp '9999-12-31')
    group by source, reporter, flow, freq, period, scope
),

verdicts as (
    select
        c.source,
        c.reporter,
        c.flow,
        c.freq,
        c.period,
        c.whole,
        row_number() over (
            partition by c.source, c.reporter, c.flow, c.freq, c.period
            order by c.known_from desc, p.sha256 desc
        ) as newest
    from facts.coverage_history as c
    inner join raw.pull as p on p.pull_id = c.pull_id
    where
        c.whole is not null
        and c.known_from <= coalesce(cast(getvariable('as_of') as timestamp), timestamp '9999-12-31')
),

ranked as (
    select
        c.*,
        row_number() over (
            partition by c.source, c.reporter, c.flow, c.freq, c.period, c.scope
            order by c.known_from desc, p.sha256 desc
        ) as newest
    from facts.coverage_history as c
    inner join raw.pull as p on p.pull_id = c.pull_id
    left join answered as a
        on
            a.source = c.source
            and a.reporter = c.reporter
            and a.flow = c.flow
            and a.freq = c.freq
            and a.period = c.period
            and a.scope = c.scope
            and a.answered_from > c.known_from
    where
        c.known_from <= coalesce(cast(getvariable('as_of') as timestamp), timestamp '9999-12-31')
        and c.state <> 'answered'
        and (a.scope is null or c.state not in ('not_released', 'failed'))
)

select
    r.source,
    r.reporter,
    r.flow,
    r.freq,
    r.period,
    r.scope,
    case when r.state in ('value', 'zero') and not coalesce(v.whole, true) then 'partial' else r.state end as state,
    r.known_from,
    r.pull_id
from ranked as r
left join verdicts as v
    on
        v.newest = 1
        and v.source = r.source
        and v.reporter = r.reporter
        and v.flow = r.flow
        and v.freq = r.freq
        and v.period = r.period
where r.newest = 1
