-- The events that no digest has told, oldest first; what people said is known to be told. Grain: event_id
select
    event_id,
    alert_id,
    reason,
    month,
    sentence
from alerts.event
where told_at is null and as_of <= $as_of
order by event_id
