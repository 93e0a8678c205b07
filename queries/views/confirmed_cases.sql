-- Which cases have people confirmed, and what was expected when each began? A detector leaves these subjects out of its
-- controls from the onset on, and a rule goes on comparing them with what was expected then. A case that was reopened
-- since, or is new again, is not in here; one that is closed stays.
-- Grain: alert_id
-- alert_id: the case, see alerts.alert
-- family: of the rule
-- watch: the watch, see ref.watch; empty for a rule without one
-- area: the area the case is about
-- subject: what the rule judged: the area, and its watch when that is not the usual one
-- onset: first day of the month in which it was new
-- confirmed_by: who said so
-- confirmed_at: when (UTC)
-- note: why
-- expected_usd: what the rule expected of the month of onset, US dollars in three months; null when it is not kept
-- spread_usd: one standard deviation of it then, US dollars; null when it is not kept
select
    a.alert_id,
    a.family,
    a.watch,
    a.area,
    a.subject,
    a.first_month as onset,
    e.author as confirmed_by,
    e.happened_at as confirmed_at,
    e.note,
    e.expected_usd,
    e.spread_usd
from alerts.alert as a
inner join alerts.event as e on e.alert_id = a.alert_id and e.reason = 'confirmed'
inner join (
    select
        alert_id,
        max(event_id) as event_id
    from alerts.event
    where reason = 'confirmed'
    group by alert_id
) as newest on newest.event_id = e.event_id
where
    not exists (
        select 1
        from alerts.event as later
        where later.alert_id = e.alert_id and later.event_id > e.event_id and later.reason in ('new', 'reopened')
    )
