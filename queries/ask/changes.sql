-- How much did each reporter change since a date: new months apart from figures added later, revised and taken back?
-- $since: 2022-01-01
select
    source,
    reporter,
    flow,
    count(distinct case when what = 'new month' then period end) as new_months,
    count(case when what = 'new month' then 1 end) as new_figures,
    count(case when what = 'late figure' then 1 end) as late_figures,
    count(case when what = 'revised' then 1 end) as revised,
    count(case when what = 'withdrawn' then 1 end) as withdrawn,
    round(sum(case when what = 'revised' and partner <> 'WLD' then abs(change_usd) end) / 1000000, 3)
        as revised_million_usd_up_and_down
from views.revisions
where known_from >= cast($since as timestamp)
group by source, reporter, flow
order by revised desc, new_figures desc, source, reporter, flow
