-- Every alert with its rule, the evidence of its newest hit, and the highest severity any of its events had, as its
-- place among low, medium, high, critical. Grain: alert_id
select
    a.alert_id,
    a.state,
    a.answer,
    a.owner,
    a.until,
    a.watch,
    a.area,
    a.first_month,
    a.last_month,
    a.score,
    a.amount_usd,
    a.sentence,
    coalesce(r.title, a.rule) as title,
    r.next,
    f.evidence,
    coalesce(highest.severity, 0) as severity_told
from alerts.alert as a
left join alerts.rule as r on r.rule = a.rule
left join (
    select
        alert_id,
        max(case severity when 'critical' then 3 when 'high' then 2 when 'medium' then 1 else 0 end) as severity
    from alerts.event
    group by alert_id
) as highest on highest.alert_id = a.alert_id
left join (
    select
        rule,
        subject,
        month,
        max(as_of) as as_of
    from findings.finding
    group by rule, subject, month
) as newest on newest.rule = a.rule and newest.subject = a.subject and newest.month = a.last_month
left join findings.finding as f
    on
        f.rule = newest.rule
        and f.subject = newest.subject
        and f.month = newest.month
        and f.as_of = newest.as_of
order by a.alert_id
