-- What did each area state as a year's exports to, or imports from, each other in all goods? The year as stated, else
-- its twelve months added up, and never one from both; a year with months missing has no figure.
-- It does not make a year of months equal to the year that the same source states: revisions reach the two apart.
-- Grain: source, reporter, partner, flow, period
-- source: whose statistics
-- reporter: the area whose books these are
-- partner: the other side as the reporter names it, WLD for the world; never add WLD or aggregates to the others
-- flow: export or import
-- period: first day of the year
-- basis: the year as stated, or months added up
-- months: months that were stated or published with nothing recorded; 12 for a year as stated
-- state: value, zero (published, nothing recorded), partial (stated in full, but not as part of an answer that is
--   whole), months missing, not_released or failed
-- estimated: true when the source computed the figure itself because the reporter stated none, see ref.estimated
-- value: in currency; null unless the year is there
-- currency: ISO 4217; US dollars where the months are in several
-- value_usd: US dollars; other currencies at the ECB's average rate of the year; null when there is no rate
-- valuation: FOB, CIF or OTHER; null when nothing is stated
with months as (
    select
        source,
        reporter,
        partner,
        flow,
        cast(date_trunc('year', period) as date) as period,
        sum(case when state in ('value', 'zero', 'partial') then 1 else 0 end) as months,
        sum(case when state = 'value' then 1 else 0 end) as months_whole,
        sum(case when state = 'partial' then 1 else 0 end) as months_partial,
        sum(value) as value,
        sum(value_usd) as value_usd,
        min(case when state in ('value', 'partial') then currency end) as first_currency,
        max(case when state in ('value', 'partial') then currency end) as last_currency,
        max(valuation) as valuation
    from views.total_flows
    where freq = 'M'
    group by source, reporter, partner, flow, cast(date_trunc('year', period) as date)
),

both_ways as (
    select
        source,
        reporter,
        partner,
        flow,
        period,
        'the year as stated' as basis,
        12 as months,
        state,
        value,
        currency,
        valuation,
        case when value is null then 2 else 0 end as choice
    from views.total_flows
    where freq = 'A'
    union all
    select
        source,
        reporter,
        partner,
        flow,
        period,
        'months added up' as basis,
        months,
        case
            when months < 12 then 'months missing'
            when months_partial > 0 then 'partial'
            when months_whole > 0 then 'value'
            else 'zero'
        end as state,
        case
            when months < 12 then null
            when first_currency is null then 0
            when first_currency = last_currency then value
            else value_usd
        end as value,
        case when first_currency = last_currency then first_currency else 'USD' end as currency,
        valuation,
        case when months < 12 then 3 else 1 end as choice
    from months
),

chosen as (
    select
        b.*,
        row_number() over (
            partition by b.source, b.reporter, b.partner, b.flow, b.period
            order by b.choice
        ) as place
    from both_ways as b
)

select
    c.source,
    c.reporter,
    c.partner,
    c.flow,
    c.period,
    c.basis,
    cast(c.months as integer) as months,
    c.state,
    e.source is not null as estimated,
    cast(c.value as decimal(18, 3)) as value,
    c.currency,
    cast(
        case
            when c.currency = 'USD' or c.value = 0 then c.value
            else round(cast(c.value as decimal(20, 3)) * fx.usd_per_unit, 3)
        end as decimal(18, 3)
    ) as value_usd,
    c.valuation
from chosen as c
left join ref.fx_month as fx on fx.currency = c.currency and fx.freq = 'A' and fx.period = c.period
left join ref.estimated as e
    on
        e.source = c.source
        and e.reporter = c.reporter
        and e.valid_from <= c.period
        and (e.valid_to is null or e.valid_to >= c.period)
where c.place = 1
