-- Every subject that hits in the month, or has an alert, on the newest vintage known at $as_of: what its rule saw, and
-- how many published months in a row, this one included, were quiet since the last hit, or since people reopened it.
-- before: hit or quiet, on the newest vintage up to the one last told of that could judge the month; carried_usd: the
-- amount of the newest other month since the case was last new that is a hit on the newest vintage that could judge it,
-- null when there is none.
-- Grain: family, subject
with turned as (
    select
        alert_id,
        max(case when reason = 'new' then month end) as new_month,
        max(case when reason = 'reopened' and verdict is null then month end) as reopened_month,
        max(case when verdict is not null then as_of end) as told_as_of
    from alerts.event
    group by alert_id
),

-- Other months matter only for the few subjects that have an alert: read for all, they cost seconds a month.
known as (
    select
        j.rule,
        j.family,
        j.subject,
        j.month,
        j.verdict,
        j.as_of,
        t.alert_id is not null as has_alert,
        row_number() over (partition by j.rule, j.subject, j.month order by j.as_of desc) as back,
        row_number() over (
            partition by j.rule, j.subject, j.month, j.verdict in ('hit', 'quiet')
            order by j.as_of desc
        ) as back_alike
    from findings.judged as j
    left join turned as t on t.alert_id = j.family || '.' || j.subject
    where j.as_of <= $as_of and (j.month = $month or t.alert_id is not null)
),

hits as (
    select
        rule,
        subject,
        max(month) as month
    from known
    where back = 1 and verdict = 'hit' and month <= $month
    group by rule, subject
),

quiet as (
    select
        k.rule,
        k.subject,
        count(*) as months
    from known as k
    left join hits as h on h.rule = k.rule and h.subject = k.subject
    left join turned as t on t.alert_id = k.family || '.' || k.subject
    where
        k.back = 1
        and k.verdict = 'quiet'
        and k.month <= $month
        and k.month > greatest(coalesce(h.month, date '0001-01-01'), coalesce(t.reopened_month, date '0001-01-01'))
    group by k.rule, k.subject
),

carried as (
    select
        k.rule,
        k.subject,
        arg_max(f.amount_usd, k.month) as amount_usd
    from known as k
    inner join turned as t on t.alert_id = k.family || '.' || k.subject and k.month >= t.new_month
    inner join findings.finding as f
        on f.rule = k.rule and f.subject = k.subject and f.month = k.month and f.as_of = k.as_of
    where k.back_alike = 1 and k.verdict = 'hit' and k.month <> $month
    group by k.rule, k.subject
),

before as (
    select
        k.rule,
        k.subject,
        arg_max(k.verdict, k.as_of) as verdict
    from known as k
    inner join turned as t on t.alert_id = k.family || '.' || k.subject and k.as_of <= t.told_as_of
    where k.month = $month and k.verdict in ('hit', 'quiet')
    group by k.rule, k.subject
)

select
    k.family,
    k.subject,
    k.verdict,
    k.as_of,
    coalesce(q.months, 0) as quiet_months,
    k.rule,
    f.score,
    f.amount_usd,
    f.evidence,
    coalesce(b.verdict, '') as before,
    c.amount_usd as carried_usd
from known as k
left join quiet as q on q.rule = k.rule and q.subject = k.subject
left join carried as c on c.rule = k.rule and c.subject = k.subject
left join before as b on b.rule = k.rule and b.subject = k.subject
left join findings.finding as f
    on f.rule = k.rule and f.subject = k.subject and f.month = k.month and f.as_of = k.as_of and k.verdict = 'hit'
where k.back = 1 and k.month = $month and (k.verdict = 'hit' or k.has_alert)
order by k.family, k.subject
