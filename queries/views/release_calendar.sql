-- When is each release of a source due, by its calendar, and is it here?
-- It does not know what a site shows: a release that was not taken is not here, whether it is out or not.
-- Grain: layout, period
-- layout: the release, by the layout that reads it
-- source: whose statistics
-- period: first day of the month of the figures
-- due_on: the day that the calendar names, in the place of the source
-- due_basis: where the calendar is from
-- by_hand: true where nothing can fetch it and a person must save it
-- here_from: UTC, when figures of the month were first known from this release; null while there are none
-- is_used: true when any file of this layout was ever loaded
with taken as (
    select
        p.layout,
        c.period,
        min(c.known_from) as here_from
    from facts.coverage_history as c
    inner join raw.pull as p on p.pull_id = c.pull_id
    where
        c.state in ('value', 'zero', 'partial')
        and c.known_from <= coalesce(cast(getvariable('as_of') as timestamp), timestamp '9999-12-31')
    group by p.layout, c.period
),

years as (
    select distinct year(period) as year_of_data
    from taken
    union
    select distinct year(period) + 1 as year_of_data
    from taken
    union
    select year(current_date) as year_of_data
    union
    select year(current_date) - 1 as year_of_data
),

due as (
    select
        d.source,
        d.layout,
        d.by_hand,
        d.basis,
        make_date(y.year_of_data, d.data_month, 1) as period,
        make_date(
            cast(y.year_of_data + case when d.due_month < d.data_month then 1 else 0 end as integer),
            d.due_month,
            d.due_day
        ) as due_on,
        row_number() over (
            partition by d.layout, y.year_of_data, d.data_month
            order by case when d.data_year is null then 1 else 0 end
        ) as choice
    from ref.release_day as d
    inner join years as y on d.data_year is null or d.data_year = y.year_of_data
)

select
    d.layout,
    d.source,
    d.period,
    d.due_on,
    d.basis as due_basis,
    d.by_hand,
    t.here_from,
    u.layout is not null as is_used
from due as d
left join taken as t on t.layout = d.layout and t.period = d.period
left join (
    select distinct layout
    from taken
) as u on u.layout = d.layout
where d.choice = 1
