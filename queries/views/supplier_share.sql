-- Who ships how much of the listed goods that reach the target, as far as suppliers have stated the month?
-- Partner records say who shipped, not where goods were made: the basis is dispatch, never origin. A supplier stated in
-- two sources is read in one: a complete answer first, then a national source before Comtrade, then by name.
-- Grain: watch, target, period, tier, supplier
-- watch: the watch, see ref.watch
-- target: the area under watch
-- period: first day of the month
-- tier: tier of the list, or all
-- supplier: the exporting area whose books these are
-- source: whose statistics
-- exports_usd: listed exports to the target, US dollars
-- reporters_total_usd: listed exports of all suppliers that have stated the month, US dollars
-- dispatch_share_of_reporting_suppliers: exports as a share of that total, 0 to 1
-- basis: dispatch
-- reporters_stating: how many suppliers have stated the month for this target, zeros included: what the total rests on
-- reporters_complete: of these, covered by complete answers; the others are known only from files that do not say what
--   was asked, and may have shipped more
with reading as (
    select
        watch,
        supplier,
        target,
        period,
        source,
        published
    from (
        select
            m.watch,
            m.supplier,
            m.buyer as target,
            m.period,
            m.source,
            m.published,
            row_number() over (
                partition by m.watch, m.supplier, m.buyer, m.period
                order by m.published desc, case when m.source = 'comtrade' then 1 else 0 end, m.source
            ) as choice
        from views.supplier_months as m
        inner join ref.watch_member as t on t.watch = m.watch and t.role = 'target' and t.member = m.buyer
        where m.stated = 1
    ) as ranked
    where choice = 1
),

stating as (
    select
        watch,
        target,
        period,
        count(*) as reporters_stating,
        sum(published) as reporters_complete
    from reading
    group by watch, target, period
),

shipped as (
    select
        r.watch,
        r.target,
        r.period,
        e.tier,
        r.supplier,
        r.source,
        e.value_usd
    from reading as r
    inner join ref.watch as w on w.watch = r.watch
    inner join views.listed_exports as e
        on
            e.list = w.list
            and e.version = w.version
            and e.source = r.source
            and e.supplier = r.supplier
            and e.buyer = r.target
            and e.period = r.period
),

by_supplier as (
    select
        watch,
        target,
        period,
        tier,
        supplier,
        source,
        sum(value_usd) as exports_usd
    from shipped
    group by watch, target, period, tier, supplier, source
    union all
    select
        watch,
        target,
        period,
        'all' as tier,
        supplier,
        source,
        sum(value_usd) as exports_usd
    from shipped
    group by watch, target, period, supplier, source
)

select
    b.watch,
    b.target,
    b.period,
    b.tier,
    b.supplier,
    b.source,
    b.exports_usd,
    sum(b.exports_usd) over (partition by b.watch, b.target, b.period, b.tier) as reporters_total_usd,
    cast(
        round(
            b.exports_usd / nullif(sum(b.exports_usd) over (partition by b.watch, b.target, b.period, b.tier), 0), 6
        ) as decimal(9, 6)
    ) as dispatch_share_of_reporting_suppliers,
    'dispatch' as basis,
    cast(s.reporters_stating as integer) as reporters_stating,
    cast(s.reporters_complete as integer) as reporters_complete
from by_supplier as b
inner join stating as s on s.watch = b.watch and s.target = b.target and s.period = b.period
