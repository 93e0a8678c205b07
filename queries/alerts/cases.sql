-- Every subject that a rule judged in the month, on the newest vintage known at $as_of: what it saw, and how many
-- published months in a row, this one included, were quiet.
-- Grain: family, subject
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
        j.family,
        j.subject,
        j.month,
        j.verdict,
        j.as_of
    from findings.judged as j
    inner join latest as l
        on l.rule = j.rule and l.subject = j.subject and l.month = j.month and l.as_of = j.as_of
    where j.month <= $month
),

hits as (
    select
        rule,
        subject,
        max(month) as month
    from judged
    where verdict = 'hit'
    group by rule, subject
),

quiet as (
    select
        j.rule,
        j.subject,
        count(*) as months
    from judged as j
    left join hits as h on h.rule = j.rule and h.subject = j.subject
    where j.verdict = 'quiet' and j.month > coalesce(h.month, date '0001-01-01')
    group by j.rule, j.subject
)

select
    j.family,
    j.subject,
    j.verdict,
    j.as_of,
    coalesce(q.months, 0) as quiet_months,
    j.rule,
    f.score,
    f.amount_usd,
    f.evidence
from judged as j
left join quiet as q on q.rule = j.rule and q.subject = j.subject
left join findings.finding as f
    on f.rule = j.rule and f.subject = j.subject and f.month = j.month and f.as_of = j.as_of and j.verdict = 'hit'
where j.month = $month
order by j.family, j.subject
