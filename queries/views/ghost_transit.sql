-- Did a supplier's exports to a hub rise while the hub's recorded imports from it did not, and how much of the extra
-- exports never arrived in the hub's books? All goods, a year against the last whole year of the watch's baseline.
-- It does not show where the goods went, nor that a law was broken: exports go by last known destination and imports
-- mostly by origin, so a supplier of goods made elsewhere has a gap by nature, which is why the baseline stands beside;
-- transit, customs unions, a late entry and a wrong entry leave one too. Nothing is taken off for freight and
-- insurance: imports are CIF and exports FOB, so that the true gap is a few percent larger than the one stated.
-- Grain: watch, supplier, buyer, period, exports_source, imports_source
-- watch: the watch, see ref.watch
-- supplier: the area that states the exports; an aggregate such as X-EU27 stands beside its members, never add them
-- supplier_role: coalition, aggregate or other
-- buyer: a hub of the watch, whose imports are compared
-- period: first day of the year
-- exports_source: whose statistics of the exports
-- imports_source: whose statistics of the hub's imports; none when nobody has answered for the year
-- preferred: true for the row to read where several sources state one side: figures before none, reported before
--   estimated, a national or EU source before UN Comtrade before the IMF, then by name
-- reason: compared, or why no share is stated
-- exports_basis: the year as stated, or months added up
-- imports_state: value, zero (published, nothing recorded), partial (not a whole year or not a whole answer), estimated
--   (computed from the other side's figures, so no second witness), or not stated
-- exports_state: stated, or estimated (computed from the hub's own figures, so that nothing is compared)
-- exports_usd: exports, FOB, US dollars; a stated year counts though the file does not say what was asked
-- recorded_imports_usd: imports the hub recorded from the supplier, CIF, US dollars; null unless value or zero, and
--   beside estimated exports
-- missing_share_of_exports: 1 less recorded imports over exports; below 0 when the hub records more; null on exports
--   below 1 million US dollars
-- baseline_period: first day of the baseline year
-- baseline_exports_usd: exports of the baseline year
-- baseline_recorded_imports_usd: recorded imports of the baseline year
-- baseline_missing_share_of_exports: the same share in the baseline year
-- extra_exports_usd: exports less those of the baseline year
-- extra_recorded_usd: recorded imports less those of the baseline year
-- never_arrived_usd: extra exports less extra recorded imports, when exports rose
-- never_arrived_share_of_extra_exports: that over extra exports, above 1 when recorded imports fell; null on extra
--   exports below 1 million US dollars
with hubs as (
    select
        w.watch,
        cast(date_trunc('year', w.baseline_to) as date) as baseline_period,
        h.member as buyer
    from ref.watch as w
    inner join ref.watch_member as h on h.watch = w.watch and h.role = 'hub'
),

exports as (
    select
        y.source,
        y.reporter as supplier,
        y.partner as buyer,
        y.period,
        y.basis,
        y.estimated,
        y.value_usd
    from views.yearly_totals as y
    inner join (select distinct buyer from hubs) as h on h.buyer = y.partner
    inner join ref.area as a on a.area = y.reporter and a.kind <> 'world'
    where y.flow = 'export' and y.value_usd is not null
),

imports as (
    select
        y.source,
        y.partner as supplier,
        y.reporter as buyer,
        y.period,
        case
            when y.estimated then 'estimated'
            when y.state in ('value', 'zero') then y.state
            when y.state in ('partial', 'months missing') then 'partial'
            else 'not stated'
        end as state,
        case when y.state in ('value', 'zero') and not y.estimated then y.value_usd end as value_usd
    from views.yearly_totals as y
    inner join (select distinct buyer from hubs) as h on h.buyer = y.reporter
    where y.flow = 'import'
),

paired as (
    select
        e.supplier,
        e.buyer,
        e.period,
        e.source as exports_source,
        coalesce(i.source, 'none') as imports_source,
        e.basis as exports_basis,
        e.estimated as exports_estimated,
        coalesce(i.state, 'not stated') as imports_state,
        e.value_usd as exports_usd,
        case when not e.estimated then i.value_usd end as recorded_usd
    from exports as e
    left join imports as i on i.supplier = e.supplier and i.buyer = e.buyer and i.period = e.period
),

beside_baseline as (
    select
        h.watch,
        h.baseline_period,
        p.supplier,
        p.buyer,
        p.period,
        p.exports_source,
        p.imports_source,
        p.exports_basis,
        p.exports_estimated,
        p.imports_state,
        p.exports_usd,
        p.recorded_usd,
        b.exports_usd as baseline_exports_usd,
        b.recorded_usd as baseline_recorded_usd
    from paired as p
    inner join hubs as h on h.buyer = p.buyer
    left join paired as b
        on
            b.supplier = p.supplier
            and b.buyer = p.buyer
            and b.exports_source = p.exports_source
            and b.imports_source = p.imports_source
            and b.period = h.baseline_period
)

select
    p.watch,
    p.supplier,
    case
        when c.member is not null then 'coalition'
        when a.kind = 'aggregate' then 'aggregate'
        else 'other'
    end as supplier_role,
    p.buyer,
    p.period,
    p.exports_source,
    p.imports_source,
    row_number() over (
        partition by p.watch, p.supplier, p.buyer, p.period
        order by
            case when p.recorded_usd is null then 1 else 0 end,
            case when p.exports_estimated then 1 else 0 end,
            case p.exports_source when 'comtrade' then 1 when 'imf' then 2 else 0 end,
            case p.imports_source when 'comtrade' then 1 when 'imf' then 2 when 'none' then 3 else 0 end,
            p.exports_source,
            p.imports_source
    ) = 1 as preferred,
    case
        when p.exports_estimated then 'the exports are estimates from the other side'
        when p.imports_state = 'partial' then 'the recorded imports of the year are partial'
        when p.imports_state = 'estimated' then 'the recorded imports are estimates from the other side'
        when p.imports_state = 'not stated' then 'nobody has stated the recorded imports of the year'
        when p.recorded_usd is null then 'no exchange rate'
        when p.exports_usd < 1000000 then 'exports below 1 million US dollars'
        when p.baseline_recorded_usd is null then 'compared, without a baseline year'
        else 'compared'
    end as reason,
    p.exports_basis,
    case when p.exports_estimated then 'estimated' else 'stated' end as exports_state,
    p.imports_state,
    p.exports_usd,
    p.recorded_usd as recorded_imports_usd,
    cast(
        case
            when p.exports_usd >= 1000000 then round(1 - cast(p.recorded_usd as double) / p.exports_usd, 4)
        end as decimal(12, 4)
    ) as missing_share_of_exports,
    p.baseline_period,
    p.baseline_exports_usd,
    p.baseline_recorded_usd as baseline_recorded_imports_usd,
    cast(
        case
            when p.baseline_exports_usd >= 1000000
                then round(1 - cast(p.baseline_recorded_usd as double) / p.baseline_exports_usd, 4)
        end as decimal(12, 4)
    ) as baseline_missing_share_of_exports,
    cast(p.exports_usd - p.baseline_exports_usd as decimal(18, 3)) as extra_exports_usd,
    cast(p.recorded_usd - p.baseline_recorded_usd as decimal(18, 3)) as extra_recorded_usd,
    cast(
        case
            when p.exports_usd > p.baseline_exports_usd
                then (p.exports_usd - p.baseline_exports_usd) - (p.recorded_usd - p.baseline_recorded_usd)
        end as decimal(18, 3)
    ) as never_arrived_usd,
    cast(
        case
            when p.exports_usd - p.baseline_exports_usd >= 1000000
                then
                    round(
                        1 - cast(p.recorded_usd - p.baseline_recorded_usd as double)
                        / (p.exports_usd - p.baseline_exports_usd), 4
                    )
        end as decimal(12, 4)
    ) as never_arrived_share_of_extra_exports
from beside_baseline as p
inner join ref.area as a on a.area = p.supplier
left join ref.watch_member as c on c.watch = p.watch and c.role = 'coalition' and c.member = p.supplier
