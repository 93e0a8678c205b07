-- For each month: which suppliers of the coalition have published enough to compare their newest three months with
-- the 24 months before those, and in which source? A supplier stated in two sources is read in one: the one with more
-- published months, then a national source before Comtrade, then by name.
-- Grain: watch, supplier, buyer, period
-- Kept: watch, period, supplier, buyer
-- watch: the watch, see ref.watch
-- supplier: a member of the watch's coalition
-- buyer: the area named as destination
-- period: first day of the month judged, t
-- source: whose statistics are read
-- months_now: published months among the newest three, t-2 to t
-- baseline_months: published months among the 24 before them, t-26 to t-3
-- season_months: published months among the same three months one and two years before
-- counted: true when all three newest months and at least 12 baseline months are published
select
    watch,
    supplier,
    buyer,
    period,
    source,
    months_now,
    baseline_months,
    season_months,
    months_now = 3 and baseline_months >= 12 as counted
from (
    select
        t.watch,
        t.supplier,
        t.buyer,
        t.period,
        t.source,
        sum(case when m.period > t.period - interval 3 month then m.published else 0 end) as months_now,
        sum(case when m.period <= t.period - interval 3 month then m.published else 0 end) as baseline_months,
        sum(
            case
                when m.period <= t.period - interval 12 month and m.period > t.period - interval 15 month
                    then m.published
                when m.period <= t.period - interval 24 month then m.published
                else 0
            end
        ) as season_months,
        row_number() over (
            partition by t.watch, t.supplier, t.buyer, t.period
            order by sum(m.published) desc, case when t.source = 'comtrade' then 1 else 0 end, t.source
        ) as choice
    from views.supplier_months as t
    inner join ref.watch_member as coalition
        on coalition.watch = t.watch and coalition.role = 'coalition' and coalition.member = t.supplier
    inner join views.supplier_months as m
        on
            m.watch = t.watch
            and m.source = t.source
            and m.supplier = t.supplier
            and m.buyer = t.buyer
            and m.period <= t.period
            and m.period >= t.period - interval 26 month
    group by t.watch, t.supplier, t.buyer, t.period, t.source
) as ranked
where choice = 1
