-- Which monthly exports are compared when a month is judged: the newest three months and the 24 before, by supplier and
-- goods unit? Also the listed codes that cannot be compared over the window, marked as such.
-- Grain: watch, period, source, supplier, buyer, goods_unit, comparable, month
-- watch: the watch, see ref.watch
-- period: first day of the month judged, t
-- source: whose statistics are read for this supplier
-- supplier: a member of the watch's coalition
-- buyer: the area named as destination
-- goods_unit: the code, or the family of codes that is compared as one sum
-- comparable: true when the goods unit means the same goods in the whole window
-- month: first day of the month the goods were stated in, t-26 to t
-- age: newest for t-2 to t, season for the same three months one and two years before, earlier for the rest
-- counted: true when the supplier has published enough to be compared
-- baseline_months: months of the baseline the supplier has published, of 24
-- season_months: months of the same season one and two years before it has published, of 6
-- value_usd: US dollars
select
    w.watch,
    w.period,
    w.source,
    w.supplier,
    w.buyer,
    c.goods_unit,
    c.comparable,
    e.period as month,
    case
        when e.period > w.period - interval 3 month then 'newest'
        when e.period <= w.period - interval 12 month and e.period > w.period - interval 15 month then 'season'
        when e.period <= w.period - interval 24 month then 'season'
        else 'earlier'
    end as age,
    w.counted,
    w.baseline_months,
    w.season_months,
    sum(e.value_usd) as value_usd
from views.supplier_windows as w
inner join views.goods_exports as e
    on
        e.source = w.source
        and e.supplier = w.supplier
        and e.buyer = w.buyer
        and e.period <= w.period
        and e.period >= w.period - interval 26 month
inner join views.comparable_goods as c
    on c.watch = w.watch and c.source = w.source and c.period = w.period and c.commodity = e.commodity
where c.comparable or c.listed
group by
    w.watch, w.period, w.source, w.supplier, w.buyer, c.goods_unit, c.comparable, e.period,
    w.counted, w.baseline_months, w.season_months
