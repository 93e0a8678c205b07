-- What changed since a date, the largest revisions first? New months are counted by `ask changes`.
-- $since: 2022-01-01
-- $rows: 20
select
    known_from,
    source,
    reporter,
    partner,
    flow,
    period,
    commodity,
    what,
    value_before,
    value,
    change,
    currency,
    round(100.0 * change / nullif(value_before, 0), 1) as change_percent
from views.revisions
where known_from >= cast($since as timestamp) and what <> 'new month'
order by abs(change_usd) desc nulls last, known_from, source, reporter, partner, flow, period, commodity
limit cast($rows as integer)
