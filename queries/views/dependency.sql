-- How much of an area's trade of a year is with one partner, in exports, in imports and in both together?
-- A figure that two sources state stands in a row each, never an average of them. Preferred is one with a total to
-- divide by, then reported before estimated, complete before partial, a national or EU source before UN Comtrade before
-- the IMF, then by name.
-- It does not measure need: a share says nothing of substitutes, and goods that come by a third country are counted
-- there or here as the source records origin or dispatch. Two areas' shares of each other rest on two sets of books.
-- Grain: source, reporter, partner, flow, period
-- source: whose statistics
-- reporter: the area whose books these are
-- partner: a country, territory or area not specified; never the world or an aggregate
-- flow: export, import, or trade (both together; exports FOB and imports CIF, as customs add them)
-- period: first day of the year
-- preferred: true for the row to read where several sources state the same
-- estimated: true when the source computed figures of the reporter itself, see ref.estimated
-- value_usd: trade with the partner, US dollars
-- reporter_total_usd: trade with the world, US dollars; null when the source states neither the world nor 100 partners
-- total_basis: the world as stated, partners added up, or none
-- share_of_reporter_total: value over reporter_total_usd, 0 to 1; null where that is below 1 million US dollars
-- energy_usd: goods of chapter 27 (mineral fuels) within value_usd; null when the chapter is not in the data
-- energy_share_of_value: energy over value_usd, 0 to 1; null where that is below 1 million US dollars
with flows as (
    select
        y.source,
        y.reporter,
        y.partner,
        y.flow,
        y.period,
        case when y.state = 'partial' then 1 else 0 end as partial,
        case when y.estimated then 1 else 0 end as estimated,
        y.value_usd,
        a.kind
    from views.yearly_totals as y
    inner join ref.area as a on a.area = y.partner
    where y.value_usd is not null and a.kind <> 'aggregate' and y.partner <> y.reporter
),

chapters as (
    select
        source,
        reporter,
        partner,
        flow,
        cast(date_trunc('year', period) as date) as period,
        freq,
        sum(value_usd) as energy_usd,
        count(distinct period) as periods
    from (
        select
            t.source,
            t.reporter,
            t.partner,
            t.flow,
            t.freq,
            t.period,
            t.value_usd,
            row_number() over (
                partition by t.source, t.reporter, t.partner, t.flow, t.freq, t.period
                order by t.hs_edition desc, case when t.currency = 'USD' then 0 else 1 end, t.currency
            ) as choice
        from facts.trade as t
        where t.commodity = '27' and t.flow in ('export', 'import') and t.freq in ('M', 'A')
    ) as ranked
    where choice = 1
    group by source, reporter, partner, flow, cast(date_trunc('year', period) as date), freq
),

energy as (
    select
        source,
        reporter,
        partner,
        flow,
        period,
        coalesce(
            max(case when freq = 'A' then energy_usd end),
            max(case when freq = 'M' and periods = 12 then energy_usd end)
        ) as energy_usd
    from chapters
    group by source, reporter, partner, flow, period
),

-- Partners stand as one flow each, and both flows together where both are there.
with_both as (
    select
        f.source,
        f.reporter,
        f.partner,
        f.flow,
        f.period,
        f.kind,
        f.partial,
        f.estimated,
        f.value_usd,
        e.energy_usd
    from flows as f
    left join energy as e
        on
            e.source = f.source
            and e.reporter = f.reporter
            and e.partner = f.partner
            and e.flow = f.flow
            and e.period = f.period
    union all
    select
        f.source,
        f.reporter,
        f.partner,
        'trade' as flow,
        f.period,
        f.kind,
        max(f.partial) as partial,
        max(f.estimated) as estimated,
        sum(f.value_usd) as value_usd,
        case when count(e.energy_usd) = 2 then sum(e.energy_usd) end as energy_usd
    from flows as f
    left join energy as e
        on
            e.source = f.source
            and e.reporter = f.reporter
            and e.partner = f.partner
            and e.flow = f.flow
            and e.period = f.period
    group by f.source, f.reporter, f.partner, f.period, f.kind
    having count(*) = 2
),

totals as (
    select
        source,
        reporter,
        flow,
        period,
        max(case when kind = 'world' then value_usd end) as world_usd,
        case
            when count(case when kind <> 'world' then 1 end) >= 100
                then sum(case when kind <> 'world' then value_usd end)
        end as partners_usd
    from with_both
    group by source, reporter, flow, period
)

select
    b.source,
    b.reporter,
    b.partner,
    b.flow,
    b.period,
    row_number() over (
        partition by b.reporter, b.partner, b.flow, b.period
        order by
            case when t.world_usd is null and t.partners_usd is null then 1 else 0 end,
            b.estimated,
            b.partial,
            case b.source when 'comtrade' then 1 when 'imf' then 2 else 0 end,
            b.source
    ) = 1 as preferred,
    b.estimated = 1 as estimated,
    cast(b.value_usd as decimal(18, 3)) as value_usd,
    cast(coalesce(t.world_usd, t.partners_usd) as decimal(18, 3)) as reporter_total_usd,
    case
        when t.world_usd is not null then 'the world as stated'
        when t.partners_usd is not null then 'partners added up'
        else 'none'
    end as total_basis,
    cast(
        case
            when coalesce(t.world_usd, t.partners_usd) >= 1000000
                then round(cast(b.value_usd as double) / coalesce(t.world_usd, t.partners_usd), 6)
        end as decimal(9, 6)
    ) as share_of_reporter_total,
    cast(b.energy_usd as decimal(18, 3)) as energy_usd,
    cast(
        case when b.value_usd >= 1000000 then round(cast(b.energy_usd as double) / b.value_usd, 6) end as decimal(9, 6)
    ) as energy_share_of_value
from with_both as b
inner join totals as t
    on t.source = b.source and t.reporter = b.reporter and t.flow = b.flow and t.period = b.period
where b.kind <> 'world'
