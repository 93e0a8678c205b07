-- What did each area state as exports to, or imports from, each other in all goods, and was the period published?
-- A period that was published with nothing recorded is a row of zero; one that nobody answered for is no row.
-- It does not say whether the other side states the same: see views.mirror_gap and views.ghost_transit.
-- Grain: source, reporter, partner, flow, freq, period
-- Kept: reporter, partner, flow, period
-- source: whose statistics
-- reporter: the area whose books these are
-- partner: the other side as the reporter names it, WLD for the world; never add WLD or aggregates to the others
-- flow: export or import
-- freq: M month or A year; a year as stated is not the sum of its months
-- period: first day of the month or year
-- state: value; zero (published, nothing recorded); partial (stated, but not as part of an answer that is whole);
--   not_released or failed (asked for, not there)
-- value: as reported, in currency; 0 when published with nothing recorded, null when not there
-- currency: ISO 4217; where a source states several, US dollars before others; USD beside a zero
-- value_usd: US dollars at the rate of the period
-- valuation: FOB, CIF or OTHER; null when nothing is stated
with stated as (
    select
        source,
        reporter,
        partner,
        flow,
        freq,
        period,
        value,
        currency,
        value_usd,
        valuation
    from (
        select
            b.*,
            row_number() over (
                partition by b.source, b.reporter, b.partner, b.flow, b.freq, b.period
                order by case when b.currency = 'USD' then 0 else 1 end, b.currency
            ) as choice
        from views.bilateral_totals as b
        where b.freq in ('M', 'A')
    ) as ranked
    where choice = 1
),

-- An answer for every partner covers those that the reporter has ever stated.
covered as (
    select
        c.source,
        c.reporter,
        s.partner,
        c.flow,
        c.freq,
        c.period,
        c.state
    from facts.coverage as c
    inner join facts.scope as s on s.scope = c.scope and s.commodity in ('TOTAL', 'ALL') and s.partner <> 'ALL'
    union all
    select
        c.source,
        c.reporter,
        known.partner,
        c.flow,
        c.freq,
        c.period,
        c.state
    from facts.coverage as c
    inner join facts.scope as s on s.scope = c.scope and s.commodity in ('TOTAL', 'ALL') and s.partner = 'ALL'
    inner join (
        select distinct
            source,
            reporter,
            partner,
            flow,
            freq
        from stated
    ) as known
        on
            known.source = c.source
            and known.reporter = c.reporter
            and known.flow = c.flow
            and known.freq = c.freq
),

asked as (
    select
        source,
        reporter,
        partner,
        flow,
        freq,
        period,
        max(case when state in ('value', 'zero') then 1 else 0 end) as published,
        max(case when state = 'not_released' then 1 else 0 end) as not_released,
        max(case when state = 'failed' then 1 else 0 end) as failed
    from covered
    where flow in ('export', 'import') and freq in ('M', 'A') and partner <> reporter
    group by source, reporter, partner, flow, freq, period
),

parts as (
    select
        source,
        reporter,
        partner,
        flow,
        freq,
        period,
        value,
        currency,
        value_usd,
        valuation,
        1 as stated,
        0 as published,
        0 as not_released,
        0 as failed
    from stated
    union all
    select
        source,
        reporter,
        partner,
        flow,
        freq,
        period,
        null as value,
        null as currency,
        null as value_usd,
        null as valuation,
        0 as stated,
        published,
        not_released,
        failed
    from asked
),

cells as (
    select
        source,
        reporter,
        partner,
        flow,
        freq,
        period,
        max(value) as value,
        max(currency) as currency,
        max(value_usd) as value_usd,
        max(valuation) as valuation,
        max(stated) as stated,
        max(published) as published,
        max(not_released) as not_released,
        max(failed) as failed
    from parts
    group by source, reporter, partner, flow, freq, period
)

select
    source,
    reporter,
    partner,
    flow,
    freq,
    period,
    case
        when stated = 1 and published = 1 then 'value'
        when stated = 1 then 'partial'
        when published = 1 then 'zero'
        when failed = 1 then 'failed'
        else 'not_released'
    end as state,
    case when stated = 1 then value when published = 1 then 0 end as value,
    coalesce(currency, 'USD') as currency,
    case when stated = 1 then value_usd when published = 1 then 0 end as value_usd,
    valuation
from cells
where stated = 1 or published = 1 or not_released = 1 or failed = 1
