-- Where every alert stands: its newest opening, its newest hit on the newest vintage known at $as_of, and its state:
-- open while it hits, receding after a published month without a hit, over when it was told so.
-- Grain: alert_id
insert into alerts.alert
with latest as (
    select
        rule,
        subject,
        month,
        max(as_of) as as_of
    from findings.judged
    where as_of <= $as_of
    group by rule, subject, month
),

judged as (
    select
        j.rule,
        j.subject,
        j.family,
        j.family || '.' || j.subject as alert_id,
        j.month,
        j.verdict,
        j.as_of
    from findings.judged as j
    inner join latest as l
        on l.rule = j.rule and l.subject = j.subject and l.month = j.month and l.as_of = j.as_of
    where j.verdict <> 'not published'
),

opening as (
    select
        alert_id,
        max(event_id) as event_id
    from alerts.event
    where reason = 'new'
    group by alert_id
),

newest_event as (
    select
        alert_id,
        max(event_id) as event_id
    from alerts.event
    group by alert_id
),

newest as (
    select
        alert_id,
        max(month) as judged_month,
        max(case when verdict = 'hit' then month end) as hit_month
    from judged
    group by alert_id
)

select
    opened.alert_id,
    j.family,
    j.rule,
    j.subject,
    case
        when last_event.reason in ('over', 'withdrawn') then 'over'
        when newest.judged_month > coalesce(newest.hit_month, date '0001-01-01') then 'receding'
        else 'open'
    end as state,
    opened.month as first_month,
    coalesce(f.month, last_event.month) as last_month,
    coalesce(f.score, opened.score) as score,
    coalesce(f.amount_usd, opened.amount_usd) as amount_usd,
    coalesce(json_extract_string(f.evidence, '$.sentence'), opened.sentence) as sentence,
    opened.happened_at as opened_at,
    last_event.happened_at as changed_at
from opening as o
inner join alerts.event as opened on opened.event_id = o.event_id
inner join newest_event as n on n.alert_id = o.alert_id
inner join alerts.event as last_event on last_event.event_id = n.event_id
inner join newest on newest.alert_id = o.alert_id
inner join judged as j on j.alert_id = o.alert_id and j.month = newest.judged_month
left join judged as hit on hit.alert_id = o.alert_id and hit.month = newest.hit_month
left join findings.finding as f
    on f.rule = hit.rule and f.subject = hit.subject and f.month = hit.month and f.as_of = hit.as_of
order by opened.alert_id
