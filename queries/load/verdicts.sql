-- Whether a released cell came whole, for the cells of scopes that ask the total of all goods for the world and for
-- many partners: the world's total is there, the partners (no aggregates) add up to it within 0.5 %, and so is the main
-- partner of the twelve periods before, where one had a tenth of all. No verdict on what is told or came in part.
-- Grain: scope, reporter, flow, freq, period.
with scopes as (
    select scope
    from members
    where commodity = 'TOTAL'
    group by scope
    having
        max(case when partner = 'WLD' then 1 else 0 end) = 1
        and count(distinct case when partner <> 'WLD' then partner end) >= $partners
),

judged as (
    select
        a.scope,
        a.reporter,
        a.flow,
        a.freq,
        a.period,
        a.known_from
    from asked as a
    inner join scopes as s on s.scope = a.scope
    where not a.told and a.state in ('value', 'zero')
),

cells_judged as (
    select distinct
        reporter,
        flow,
        freq,
        period,
        known_from,
        cast(period - to_months(case when freq = 'A' then 144 else 12 end) as date) as first_before
    from judged
),

totals as (
    select
        i.reporter,
        i.flow,
        i.freq,
        i.period,
        i.partner,
        i.currency,
        i.value,
        i.value_usd
    from incoming as i
    left join ref.area as a on a.area = i.partner
    where i.commodity = 'TOTAL' and coalesce(a.kind, '') <> 'aggregate'
),

sums as (
    select
        reporter,
        flow,
        freq,
        period,
        currency,
        sum(case when partner = 'WLD' then value end) as world,
        sum(case when partner = 'WLD' then 0 else value end) as partners
    from totals
    group by reporter, flow, freq, period, currency
),

balanced as (
    select distinct
        reporter,
        flow,
        freq,
        period
    from sums
    where world is not null and abs(partners - world) <= 0.005 * abs(world)
),

cells_stated as (
    select distinct
        reporter,
        flow,
        freq,
        period
    from totals
),

before as (
    select
        c.reporter,
        c.flow,
        c.freq,
        c.period,
        t.partner,
        t.value_usd
    from cells_judged as c
    inner join totals as t
        on
            t.reporter = c.reporter
            and t.flow = c.flow
            and t.freq = c.freq
            and t.period >= c.first_before
            and t.period < c.period
    where t.partner <> 'WLD'
    union all
    select
        c.reporter,
        c.flow,
        c.freq,
        c.period,
        h.partner,
        h.value_usd
    from cells_judged as c
    inner join facts.trade_history as h
        on
            h.reporter = c.reporter
            and h.flow = c.flow
            and h.freq = c.freq
            and h.period >= c.first_before
            and h.period < c.period
            and h.known_from <= c.known_from
    left join cells_stated as t
        on t.reporter = h.reporter and t.flow = h.flow and t.freq = h.freq and t.period = h.period
    left join ref.area as a on a.area = h.partner
    where
        h.source = $source
        and h.commodity = 'TOTAL'
        and h.partner <> 'WLD'
        and not h.withdrawn
        and (h.known_to is null or h.known_to > c.known_from)
        and t.period is null
        and coalesce(a.kind, '') <> 'aggregate'
),

ranked as (
    select
        reporter,
        flow,
        freq,
        period,
        partner,
        sum(value_usd) as usd,
        sum(sum(value_usd)) over (partition by reporter, flow, freq, period) as all_usd,
        row_number() over (
            partition by reporter, flow, freq, period
            order by sum(value_usd) desc nulls last, partner
        ) as place
    from before
    group by reporter, flow, freq, period, partner
),

without_main as (
    select
        r.reporter,
        r.flow,
        r.freq,
        r.period
    from ranked as r
    left join totals as t
        on
            t.reporter = r.reporter
            and t.flow = r.flow
            and t.freq = r.freq
            and t.period = r.period
            and t.partner = r.partner
    where r.place = 1 and r.usd >= 0.1 * r.all_usd and t.partner is null
)

select
    j.scope,
    j.reporter,
    j.flow,
    j.freq,
    j.period,
    b.period is not null and w.period is null as whole
from judged as j
left join balanced as b
    on b.reporter = j.reporter and b.flow = j.flow and b.freq = j.freq and b.period = j.period
left join without_main as w
    on w.reporter = j.reporter and w.flow = j.flow and w.freq = j.freq and w.period = j.period
