-- Where every alert stands: its newest opening, its newest hit on the newest vintage known at $as_of, and its state:
-- open while it hits, receding after a published month without a hit, closed or withdrawn when it was told so. answer:
-- what people said that still stands (the same rule as alerts.life.answer), unless it is a silence that is over.
-- Grain: alert_id
insert into alerts.alert by name
with latest as (
    select
        rule,
        subject,
        month,
        max(as_of) as as_of
    from findings.judged
    where as_of <= $as_of and family || '.' || subject in (select alert_id from alerts.event)
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
    where j.verdict in ('hit', 'quiet')
),

turns as (
    select
        alert_id,
        max(case when reason = 'new' then event_id end) as new_id,
        max(case when verdict is not null then event_id end) as told_id,
        max(event_id) as newest_id,
        max(case when reason in ('new', 'reopened') then event_id end) as open_id,
        max(case when reason in ('closed', 'withdrawn') then event_id end) as end_id,
        max(case when reason = 'worse' then event_id end) as worse_id,
        max(case when reason in ('acknowledged', 'confirmed', 'explained', 'silenced') then event_id end) as answer_id
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
    coalesce(j.family, hit.family, left(opened.alert_id, strpos(opened.alert_id, '.') - 1)) as family,
    coalesce(j.rule, hit.rule, '') as rule,
    substr(opened.alert_id, strpos(opened.alert_id, '.') + 1) as subject,
    case
        when t.end_id > t.open_id then ended.reason
        when newest.judged_month > coalesce(newest.hit_month, date '0001-01-01') then 'receding'
        else 'open'
    end as state,
    opened.month as first_month,
    coalesce(f.month, told.month) as last_month,
    coalesce(f.score, opened.score) as score,
    coalesce(f.amount_usd, opened.amount_usd) as amount_usd,
    coalesce(json_extract_string(f.evidence, '$.sentence'), opened.sentence) as sentence,
    opened.happened_at as opened_at,
    last_event.happened_at as changed_at,
    coalesce(json_extract_string(f.evidence, '$.severity'), opened.severity) as severity,
    coalesce(json_extract_string(f.evidence, '$.watch'), split_part(opened.alert_id, '@', 2)) as watch,
    coalesce(
        json_extract_string(f.evidence, '$.area'),
        split_part(split_part(substr(opened.alert_id, strpos(opened.alert_id, '.') + 1), '@', 1), '.', 1)
    ) as area,
    said.reason as answer,
    said.author as owner,
    said.until
from turns as t
inner join alerts.event as opened on opened.event_id = t.new_id
inner join alerts.event as last_event on last_event.event_id = t.newest_id
inner join alerts.event as told on told.event_id = t.told_id
left join alerts.event as ended on ended.event_id = t.end_id
left join alerts.event as said
    on
        said.event_id = t.answer_id
        and said.event_id > t.open_id
        and not (said.reason in ('explained', 'silenced') and coalesce(t.worse_id, 0) > said.event_id)
        and coalesce(said.until > cast($as_of as date), true)
left join newest on newest.alert_id = t.alert_id
left join judged as j on j.alert_id = t.alert_id and j.month = newest.judged_month
left join judged as hit on hit.alert_id = t.alert_id and hit.month = newest.hit_month
left join findings.finding as f
    on f.rule = hit.rule and f.subject = hit.subject and f.month = hit.month and f.as_of = hit.as_of
order by opened.alert_id
