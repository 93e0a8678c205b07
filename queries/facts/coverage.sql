-- What each source answered for, by reporter and period: a month nobody published is never a zero.
-- Grain: source, reporter, flow, freq, period, scope
-- source: whose statistics
-- reporter: the area whose books this is
-- flow: export, import, re_export, re_import or domestic_export
-- freq: M month or A year
-- period: first day of the month or year
-- scope: the asked set of partners and commodities, see facts.scope
-- state: value, zero (published, nothing recorded), not_released, suppressed, partial (figures are there, but the file
--   does not say what was asked, or not all of it came), failed or not_applicable
-- known_from: UTC, when this state was published or taken
-- pull_id: the file or answer that says so
select
    source,
    reporter,
    flow,
    freq,
    period,
    scope,
    state,
    known_from,
    pull_id
from (
    select
        c.*,
        row_number() over (
            partition by c.source, c.reporter, c.flow, c.freq, c.period, c.scope
            order by c.known_from desc, p.sha256 desc
        ) as newest
    from facts.coverage_history as c
    inner join raw.pull as p on p.pull_id = c.pull_id
    where c.known_from <= coalesce(cast(getvariable('as_of') as timestamp), timestamp '9999-12-31')
) as ranked
where newest = 1
