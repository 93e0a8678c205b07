-- In which months has each supplier published what it sold to each buyer of the watched goods?
-- A month that was published with nothing recorded counts as published; one not released, suppressed or failed not, nor
-- one known only from files that do not say what was asked, nor one asked for fewer watched codes than before.
-- Grain: watch, source, supplier, buyer, period
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

asked as (
    select
        goods.watch,
        c.source,
        c.reporter as supplier,
        coalesce(partners.buyer, goods.partner) as buyer,
        c.period,
        goods.commodity,
        c.state
    from facts.coverage as c
    inner join goods on goods.scope = c.scope
    left join partners on goods.partner = 'ALL' and partners.source = c.source
    where c.flow = 'export' and c.freq = 'M'
),

counted as (
    select
        asked.watch,
        asked.source,
        asked.supplier,
        asked.buyer,
        asked.period,
        count(distinct case when asked.state in ('value', 'zero') then asked.commodity end) as codes_asked,
        max(case when asked.state = 'partial' then 1 else 0 end) as partly
    from asked
    inner join ref.area as seller on seller.area = asked.supplier and seller.kind in ('country', 'territory')
    inner join ref.area as taker on taker.area = asked.buyer and taker.kind in ('country', 'territory')
    where asked.supplier <> asked.buyer
    group by asked.watch, asked.source, asked.supplier, asked.buyer, asked.period
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
