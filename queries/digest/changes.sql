-- What the figures changed since the digest before, a sentence for each source and kind: new months apart from
-- revisions, which are figures revised, taken back, or late for a month that was there. None before the first digest.
-- Grain: line
with told as (
    select max(known_at) as known_at
    from alerts.digest
),

changed as (
    select
        r.source,
        case when r.what = 'new month' then 'new month' else 'revision' end as change,
        r.what,
        count(*) as figures,
        min(r.period) as first_period,
        max(r.period) as last_period,
        sum(case when r.what = 'revised' then r.change_usd end) as change_usd
    from views.revisions as r
    inner join told as t on r.known_from > t.known_at
    where r.freq = 'M'
    group by r.source, r.what
)

select
    change || ': ' || source || ' ' || strftime(first_period, '%Y-%m')
    || case when last_period > first_period then ' to ' || strftime(last_period, '%Y-%m') else '' end
    || ', ' || figures || case
        when what = 'new month' then ' figure(s) of months that were not there.'
        when what = 'withdrawn' then ' figure(s) taken back by the source.'
        when what = 'late figure' then ' figure(s) late for months that were there.'
        else ' figure(s) revised, by ' || cast(round(coalesce(change_usd, 0)) as bigint) || ' US dollars in sum.'
    end as line
from changed
order by change, line
