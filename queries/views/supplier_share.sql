-- Who ships how much of the listed goods that reach the target, as far as suppliers have stated the month? Partner
-- records say who shipped, not where goods were made: the basis is dispatch, never origin. A supplier stated in two
-- sources is read in one: the one whose complete answers cover more watched codes, then a national source before
-- Comtrade, then by name. The months of views.listed_share under the watch's own version of the list.
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
-- reporters_stating: how many suppliers have stated the month for this target, zeros included: what the total rests on,
--   for the whole list; views.listed_share counts them for each tier
-- reporters_complete: of these, covered by complete answers; the others are known only from files that do not say what
--   was asked, or for fewer codes, and may have shipped more
select
    s.watch,
    s.target,
    s.period,
    s.goods as tier,
    s.supplier,
    s.source,
    s.exports_usd,
    s.reporters_total_usd,
    cast(
        round(s.exports_usd / nullif(s.reporters_total_usd, 0), 6) as decimal(9, 6)
    ) as dispatch_share_of_reporting_suppliers,
    s.basis,
    max(case when s.cut = 'all' then s.reporters_stating end) over (
        partition by s.watch, s.target, s.period
    ) as reporters_stating,
    max(case when s.cut = 'all' then s.reporters_complete end) over (
        partition by s.watch, s.target, s.period
    ) as reporters_complete
from views.listed_share as s
inner join ref.watch as w on w.watch = s.watch and w.list = s.list and w.version = s.version
where s.span = 'month' and s.cut in ('all', 'tier') and s.exports_usd <> 0
