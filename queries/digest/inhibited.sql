-- The hits that a broader cause explains, in the newest month judged, in a line for each rule and cause. Grain: line
with newest as (
    select
        rule,
        subject,
        max(as_of) as as_of
    from findings.judged
    where month = $month
    group by rule, subject
)

select
    j.rule || ' ' || strftime($month, '%Y-%m') || ': ' || count(*) || ' hit(s) muted by ' || j.reason || ' ('
    || left(string_agg(j.subject, ', ' order by j.subject), 120) || ').' as line
from findings.judged as j
inner join newest as n on n.rule = j.rule and n.subject = j.subject and n.as_of = j.as_of
where j.month = $month and j.verdict = 'inhibited'
group by j.rule, j.reason
order by line
