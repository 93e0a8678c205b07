-- Which periods of which reporters are there, in what state, since when, and how long after the period did they come?
-- It does not say that a period is whole: one asked set may be there and another one not; see facts.coverage.
-- Grain: source, reporter, flow, freq, period
-- source: whose statistics
-- reporter: the area whose books these are
-- flow: export, import, re_export, re_import or domestic_export
-- freq: M month, A year, or YTD from January to the month in period
-- period: first day of the month or year
-- state: the best of its asked sets: value, zero (published, nothing recorded), partial, suppressed, failed or
--   not_released
-- worst_state: the worst of them; where it differs from state, some figures rest on less than others
-- asked_sets: how many sets of partners and commodities were asked
-- first_known: UTC, when figures of the period were first known; null while there are none
-- last_known: UTC, when its newest state was published or taken
-- days_after: whole days from the end of the period to first_known; null while there are none. Of a file that holds
--   years at once it is the age of the file and no publication lag
with ranked as (
    select
        source,
        reporter,
        flow,
        freq,
        period,
        known_from,
        case state
            when 'value' then 1
            when 'zero' then 2
            when 'partial' then 3
            when 'suppressed' then 4
            when 'failed' then 5
            when 'not_applicable' then 7
            else 6
        end as place
    from facts.coverage
),

first_known as (
    select
        source,
        reporter,
        flow,
        freq,
        period,
        min(known_from) as known_from
    from facts.coverage_history
    where
        state in ('value', 'zero', 'partial')
        and known_from <= coalesce(cast(getvariable('as_of') as timestamp), timestamp '9999-12-31')
    group by source, reporter, flow, freq, period
),

names as (
    select
        column0 as place,
        column1 as state
    from (
        values
        (1, 'value'),
        (2, 'zero'),
        (3, 'partial'),
        (4, 'suppressed'),
        (5, 'failed'),
        (6, 'not_released'),
        (7, 'not_applicable')
    ) as v (column0, column1)
),

counted as (
    select
        source,
        reporter,
        flow,
        freq,
        period,
        min(place) as best,
        max(place) as worst,
        count(*) as asked_sets,
        max(known_from) as last_known
    from ranked
    group by source, reporter, flow, freq, period
)

select
    c.source,
    c.reporter,
    c.flow,
    c.freq,
    c.period,
    b.state,
    w.state as worst_state,
    cast(c.asked_sets as integer) as asked_sets,
    f.known_from as first_known,
    c.last_known,
    datediff(
        'day',
        cast(c.period + case when c.freq = 'A' then interval 12 month else interval 1 month end as date),
        cast(f.known_from as date)
    ) as days_after
from counted as c
inner join names as b on b.place = c.best
inner join names as w on w.place = c.worst
left join first_known as f
    on
        f.source = c.source
        and f.reporter = c.reporter
        and f.flow = c.flow
        and f.freq = c.freq
        and f.period = c.period
