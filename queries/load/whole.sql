-- Whether a month of a reporter came whole, for the cells that the release just written may tell of: its own and those
-- of the twelve periods after. The world's total is there, the partners (no aggregates) add up to it within 0.5 %, and
-- so is the main partner of the twelve periods before, where one had a tenth of all. What was known at the moment of
-- the cell decides, so that the order of arrival does not matter.
-- Grain: a row of facts.coverage_history, by its rowid, whose verdict is another now.
with touched as (
    select
        reporter,
        freq,
        min(period) as first_period,
        cast(max(period) + to_months(case when freq = 'A' then 144 else 12 end) as date) as last_period
    from verdicts
    group by reporter, freq
),

judged as (
    select
        c.rowid as cell,
        c.source,
        c.reporter,
        c.flow,
        c.freq,
        c.period,
        c.known_from,
        c.whole,
        cast(c.period - to_months(case when c.freq = 'A' then 144 else 12 end) as date) as first_before
    from facts.coverage_history as c
    inner join touched as t
        on
            t.reporter = c.reporter
            and t.freq = c.freq
            and t.first_period <= c.period
            and t.last_period >= c.period
    where c.whole is not null and c.source = $source
),

totals as (
    select
        j.cell,
        h.period = j.period as is_now,
        h.partner,
        h.currency,
        sum(h.value) as value,
        sum(h.value_usd) as usd
    from judged as j
    inner join facts.trade_history as h
        on
            h.source = j.source
            and h.reporter = j.reporter
            and h.flow = j.flow
            and h.freq = j.freq
            and h.period >= j.first_before
            and h.period <= j.period
    left join ref.area as a on a.area = h.partner
    where
        h.commodity = 'TOTAL'
        and not h.withdrawn
        and h.known_from <= j.known_from
        and (h.known_to is null or h.known_to > j.known_from)
        and coalesce(a.kind, '') <> 'aggregate'
    group by j.cell, h.period = j.period, h.partner, h.currency
),

sums as (
    select
        cell,
        currency,
        sum(case when partner = 'WLD' then value end) as world,
        sum(case when partner = 'WLD' then 0 else value end) as partners
    from totals
    where is_now
    group by cell, currency
),

balanced as (
    select distinct cell
    from sums
    where world is not null and abs(partners - world) <= 0.005 * abs(world)
),

ranked as (
    select
        cell,
        partner,
        sum(usd) as usd,
        sum(sum(usd)) over (partition by cell) as all_usd,
        row_number() over (
            partition by cell
            order by sum(usd) desc nulls last, partner
        ) as place
    from totals
    where not is_now and partner <> 'WLD'
    group by cell, partner
),

without_main as (
    select r.cell
    from ranked as r
    left join totals as t on t.cell = r.cell and t.is_now and t.partner = r.partner
    where r.place = 1 and r.usd >= 0.1 * r.all_usd and t.partner is null
)

select
    j.cell,
    b.cell is not null and w.cell is null as whole
from judged as j
left join balanced as b on b.cell = j.cell
left join without_main as w on w.cell = j.cell
where j.whole <> (b.cell is not null and w.cell is null)
