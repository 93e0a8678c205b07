-- Which listed goods does a hub suddenly buy from the coalition and send on to the target, and how much of the extra?
-- The excess of its purchases (views.hub_purchases) beside that of its sales to the target in the same three months, or
-- one or two months later (views.hub_resales): the lag with the larger excess among those the hub has published.
-- It does not trace a shipment: the goods sent on may be others of the same code, and pass-through above 1 means that
-- they were, or came from elsewhere, or at a higher price. No echo in a hub's books is no proof of none: transit never
-- enters them, and a hub that has not published says nothing.
-- Grain: watch, hub, target, hs6, period
-- watch: the watch, see ref.watch
-- hub: a hub of the watch
-- target: the area under watch
-- hs6: six-digit code, or the name of the family of codes that is compared as one sum
-- period: first day of the month in which the purchases are judged, t
-- purchases_scorable: true when the coalition has published enough, see views.hub_purchases
-- purchases_3m_usd: the hub's purchases from the coalition in t-2 to t, US dollars
-- purchases_expected_3m_usd: what its past, the suppliers' sales elsewhere and its other imports make expect
-- purchases_excess_usd: purchases less expected, US dollars in three months
-- purchases_score: that in standard deviations
-- echo: published, or why the hub's sales to the target are not judged
-- lag_months: 0 to 2, how much later the sales are judged than the purchases; null without an echo
-- resales_3m_usd: the hub's exports to the target in the three months that end at t plus the lag, US dollars
-- resales_expected_3m_usd: what its past and its sales to others make expect
-- resales_excess_usd: sales less expected, US dollars in three months
-- resales_score: that in standard deviations
-- pass_through: excess of sales over excess of purchases; null where the latter is below 90,000 US dollars
-- both_up: true when both scores are 2 or more and both excesses 90,000 US dollars or more; null when one is not judged
with targets as (
    select
        watch,
        member as target
    from ref.watch_member
    where role = 'target'
),

steps as (
    select 0 as lag
    union all
    select 1 as lag
    union all
    select 2 as lag
),

-- Stacked, so that a month asked for reaches both parts.
parts as (
    select
        p.watch,
        p.hub,
        t.target,
        p.hs6,
        p.period,
        p.scorable,
        p.purchases_3m_usd,
        p.expected_3m_usd,
        p.excess_usd,
        p.score,
        null as lag,
        null as reason,
        null as resales_3m_usd,
        null as resales_expected,
        null as resales_excess,
        null as resales_score
    from views.hub_purchases as p
    inner join targets as t on t.watch = p.watch
    union all
    select
        r.watch,
        r.hub,
        r.target,
        r.hs6,
        cast(r.period - interval 1 month * s.lag as date) as period,
        null as scorable,
        null as purchases_3m_usd,
        null as expected_3m_usd,
        null as excess_usd,
        null as score,
        s.lag,
        r.reason,
        r.resales_3m_usd,
        r.expected_3m_usd as resales_expected,
        r.excess_usd as resales_excess,
        r.score as resales_score
    from views.hub_resales as r
    cross join steps as s
),

ranked as (
    select
        p.*,
        row_number() over (
            partition by p.watch, p.hub, p.target, p.hs6, p.period, case when p.lag is null then 0 else 1 end
            order by case when p.reason = 'published' then 0 else 1 end, p.resales_excess desc, p.lag
        ) as choice
    from parts as p
),

together as (
    select
        watch,
        hub,
        target,
        hs6,
        period,
        max(case when scorable then 1 when not scorable then 0 end) as scorable,
        max(purchases_3m_usd) as purchases_3m_usd,
        max(expected_3m_usd) as expected_3m_usd,
        max(excess_usd) as excess_usd,
        max(score) as score,
        max(reason) as reason,
        max(case when reason = 'published' then lag end) as lag_months,
        max(case when reason = 'published' then resales_3m_usd end) as resales_3m_usd,
        max(case when reason = 'published' then resales_expected end) as resales_expected,
        max(case when reason = 'published' then resales_excess end) as resales_excess,
        max(case when reason = 'published' then resales_score end) as resales_score
    from ranked
    where choice = 1
    group by watch, hub, target, hs6, period
    having max(purchases_3m_usd) is not null
)

select
    watch,
    hub,
    target,
    hs6,
    period,
    scorable = 1 as purchases_scorable,
    purchases_3m_usd,
    expected_3m_usd as purchases_expected_3m_usd,
    excess_usd as purchases_excess_usd,
    score as purchases_score,
    coalesce(reason, 'the hub has not published these months') as echo,
    cast(lag_months as integer) as lag_months,
    resales_3m_usd,
    resales_expected as resales_expected_3m_usd,
    resales_excess as resales_excess_usd,
    resales_score,
    cast(
        case
            when excess_usd >= 90000 and scorable = 1 then round(cast(resales_excess as double) / excess_usd, 4)
        end as decimal(12, 4)
    ) as pass_through,
    case
        when scorable = 1 and resales_score is not null
            then score >= 2 and resales_score >= 2 and excess_usd >= 90000 and resales_excess >= 90000
    end as both_up
from together
