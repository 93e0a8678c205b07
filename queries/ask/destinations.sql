-- Where did the coalition's listed goods go in a year, against the same months of the year before, in million?
-- $year: 2022
-- $watch: russia
select
    buyer,
    role,
    months_covered,
    months_missing,
    round(previous_value / 1000000, 3) as before_million,
    round(value / 1000000, 3) as now_million,
    currency,
    round(like_for_like_value / nullif(like_for_like_previous_value, 0), 2) as like_for_like_times
from views.listed_by_destination
where tier = 'all' and year = cast($year as integer) and watch = $watch
order by value desc
