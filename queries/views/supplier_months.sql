-- In which months has each supplier published what it sold to each buyer of the watched goods?
-- A month that was published with nothing recorded counts as published; one not released, suppressed or failed not, nor
-- one known only from files that do not say what was asked, nor one asked for fewer watched codes than before.
-- Grain: watch, source, supplier, buyer, period
-- Kept: watch, supplier, buyer, period
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are; a country or territory, never an aggregate
-- buyer: the area asked for as destination
-- period: first day of a month that was asked for
-- codes_asked: watched codes that complete answers for the month cover; 0 when there is none
-- published: 1 when complete answers cover the month, with figures or with nothing recorded; 0 when not
-- stated: 1 when it is published, or when a file shows figures without saying what was asked; 0 when not
with goods as (
    select distinct
        w.watch,
        s.scope,
        s.partner,
        case when s.commodity = 'ALL' then w.hs6 else s.commodity end as commodity
    from facts.scope as s
    inner join views.watched_goods as w on w.hs6 = left(s.commodity, 6) or s.commodity = 'ALL'
),

partners as (
    select distinct
        source,
        buyer
    from views.goods_exports
),

scope_codes as (
    select
        watch,
        scope,
        partner,
        count(*) as codes
    from goods
    group by watch, scope, partner
),

asked as (
    select
        k.watch,
        c.source,
        c.reporter as supplier,
        coalesce(p.buyer, k.partner) as buyer,
        c.period,
        c.scope,
        k.partner,
        k.codes,
        case when c.state in ('value', 'zero') then 1 else 0 end as whole,
        case when c.state = 'partial' then 1 else 0 end as partly
    from facts.coverage as c
    inner join scope_codes as k on k.scope = c.scope
    inner join ref.area as seller on seller.area = c.reporter and seller.kind in ('country', 'territory')
    left join partners as p on k.partner = 'ALL' and p.source = c.source
    where c.flow = 'export' and c.freq = 'M'
),

-- Most months of a supplier are answered in one asked set, which has been counted; codes of several are counted once.
in_one as (
    select
        watch,
        source,
        supplier,
        buyer,
        period,
        sum(whole) as sets,
        max(case when whole = 1 then codes else 0 end) as codes_asked,
        max(partly) as partly
    from asked
    where supplier <> buyer
    group by watch, source, supplier, buyer, period
),

in_several as (
    select
        i.watch,
        i.source,
        i.supplier,
        i.buyer,
        i.period,
        count(distinct g.commodity) as codes_asked
    from in_one as i
    inner join asked as a
        on
            a.watch = i.watch
            and a.source = i.source
            and a.supplier = i.supplier
            and a.buyer = i.buyer
            and a.period = i.period
            and a.whole = 1
    inner join goods as g on g.watch = a.watch and g.scope = a.scope and g.partner = a.partner
    where i.sets > 1
    group by i.watch, i.source, i.supplier, i.buyer, i.period
),

counted as (
    select
        i.watch,
        i.source,
        i.supplier,
        i.buyer,
        i.period,
        coalesce(s.codes_asked, i.codes_asked) as codes_asked,
        i.partly
    from in_one as i
    inner join ref.area as taker on taker.area = i.buyer and taker.kind in ('country', 'territory')
    left join in_several as s
        on
            s.watch = i.watch
            and s.source = i.source
            and s.supplier = i.supplier
            and s.buyer = i.buyer
            and s.period = i.period
)

select
    watch,
    source,
    supplier,
    buyer,
    period,
    cast(codes_asked as integer) as codes_asked,
    case when codes_asked > 0 and codes_asked >= most_before then 1 else 0 end as published,
    case when codes_asked > 0 or partly = 1 then 1 else 0 end as stated
from (
    select
        c.*,
        max(c.codes_asked) over (
            partition by c.watch, c.source, c.supplier, c.buyer
            order by c.period
            rows between unbounded preceding and current row
        ) as most_before
    from counted as c
) as ranked
