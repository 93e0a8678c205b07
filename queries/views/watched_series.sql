-- In which months has each supplier published what it sold to each watched buyer, by code, and how much? A month that
-- complete answers cover and that states nothing is a row of 0, for the target of every code, for hubs and control
-- partners of the codes, and their families, that the supplier ever sold them; any other month without a row was not
-- published for the code.
-- It does not choose between two sources of one supplier: both stay here, see views.watched_reading.
-- Grain: watch, source, supplier, buyer, period, commodity
-- Kept: watch, buyer, supplier, commodity, period
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are; a country or territory, never an aggregate
-- buyer: a target, hub or control partner of the watch
-- role: target, hub or control_partner, the first that holds
-- period: first day of the month
-- commodity: six-digit code, finer codes added up; or a chapter of two digits
-- hs_edition: edition the figure was stated in, null where nothing is recorded
-- exports_usd: US dollars; 0 when published and nothing recorded, and, unpublished, where the file shows nothing
-- published: 1 when complete answers cover the code, 0 when a file shows it without saying what was asked
with goods as (
    select
        watch,
        commodity
    from views.goods_sets
    union
    select
        s.watch,
        relative.commodity
    from views.goods_sets as s
    inner join ref.hs_family as f on f.commodity = s.commodity
    inner join ref.hs_family as relative on relative.family = f.family
    union
    select
        watch,
        member as commodity
    from ref.watch_member
    where role = 'control_product'
),

buyers as (
    select
        watch,
        member as buyer,
        min(case role when 'target' then 1 when 'hub' then 2 else 3 end) as rank
    from ref.watch_member
    where role in ('target', 'hub', 'control_partner')
    group by watch, member
),

scope_codes as (
    select
        g.watch,
        s.scope,
        s.partner,
        g.commodity
    from facts.scope as s
    inner join goods as g on g.commodity = left(s.commodity, 6)
    union
    select
        g.watch,
        s.scope,
        s.partner,
        g.commodity
    from facts.scope as s
    cross join goods as g
    where s.commodity = 'ALL'
),

-- Of the goods that a supplier never sold a hub or control partner there would be many millions of zeros.
sold as (
    select distinct
        b.watch,
        e.supplier,
        e.buyer,
        b.rank,
        coalesce(relative.commodity, e.hs6) as commodity
    from views.goods_exports as e
    inner join buyers as b on b.buyer = e.buyer and b.rank > 1
    left join ref.hs_family as f on f.commodity = e.hs6
    left join ref.hs_family as relative on relative.family = f.family
    where e.supplier <> e.buyer
),

scope_cells as (
    select
        c.watch,
        c.scope,
        seller.area as supplier,
        b.buyer,
        b.rank,
        c.commodity
    from scope_codes as c
    inner join buyers as b on b.watch = c.watch and b.rank = 1 and (b.buyer = c.partner or c.partner = 'ALL')
    inner join ref.area as seller on seller.kind in ('country', 'territory') and seller.area <> b.buyer
    union
    select
        c.watch,
        c.scope,
        s.supplier,
        s.buyer,
        s.rank,
        c.commodity
    from scope_codes as c
    inner join sold as s
        on s.watch = c.watch and s.commodity = c.commodity and (s.buyer = c.partner or c.partner = 'ALL')
),

-- What was asked and what was stated are stacked and added up by their key: so a buyer or month asked for reaches both.
cells as (
    select
        s.watch,
        c.source,
        s.supplier,
        s.buyer,
        s.rank,
        c.period,
        s.commodity,
        null as hs_edition,
        0 as exports_usd,
        case when c.state in ('value', 'zero') then 1 else 0 end as published
    from facts.coverage as c
    inner join scope_cells as s on s.scope = c.scope and s.supplier = c.reporter
    where c.flow = 'export' and c.freq = 'M' and c.state in ('value', 'zero', 'partial')
    union all
    select
        b.watch,
        e.source,
        e.supplier,
        e.buyer,
        b.rank,
        e.period,
        e.hs6 as commodity,
        e.hs_edition,
        e.value_usd as exports_usd,
        0 as published
    from views.goods_exports as e
    inner join buyers as b on b.buyer = e.buyer
    inner join goods as g on g.watch = b.watch and g.commodity = e.hs6
    where e.supplier <> e.buyer
)

select
    watch,
    source,
    supplier,
    buyer,
    case rank when 1 then 'target' when 2 then 'hub' else 'control_partner' end as role,
    period,
    commodity,
    max(hs_edition) as hs_edition,
    cast(sum(coalesce(exports_usd, 0)) as decimal(18, 3)) as exports_usd,
    max(published) as published
from cells
group by watch, source, supplier, buyer, rank, period, commodity
