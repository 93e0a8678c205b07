-- The events that no digest has told, oldest first. change: `revision` when the month had been judged before, on older
-- figures, else `new month`; nothing when a person acted. Grain: event_id
with first_judged as (
    select
        family || '.' || subject as alert_id,
        month,
        min(as_of) as as_of
    from findings.judged
    where verdict <> 'not published'
    group by family, subject, month
)

select
    e.event_id,
    e.alert_id,
    e.reason,
    e.month,
    e.sentence,
    e.author,
    e.note,
    case
        when e.author <> 'tradewatch' then ''
        when e.reason in ('revised', 'withdrawn') or f.as_of < e.as_of then 'revision'
        else 'new month'
    end as change
from alerts.event as e
left join first_judged as f on f.alert_id = e.alert_id and f.month = e.month
where e.told_at is null and e.as_of <= $as_of
order by e.event_id
