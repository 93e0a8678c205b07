-- In which source is each supplier's month read, where it has published in several? The one whose complete answers
-- cover more of the watched codes, then a national source before Comtrade, then by name. Never an average. It does not
-- judge which source is right: both are in views.watched_series.
-- Grain: watch, source, supplier, buyer, period
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are
-- buyer: a target, hub or control partner of the watch
-- role: target, hub or control_partner
-- period: first day of the month
-- codes_published: watched codes that complete answers cover, those of groups and control products included; for hubs
--   and control partners only codes ever sold to them
-- exports_usd: what this source states for the watched codes of six digits, US dollars
-- chosen: true for the one source that is read
select
    watch,
    source,
    supplier,
    buyer,
    role,
    period,
    cast(codes_published as integer) as codes_published,
    exports_usd,
    row_number() over (
        partition by watch, supplier, buyer, period
        order by codes_published desc, case when source = 'comtrade' then 1 else 0 end, source
    ) = 1 as chosen
from (
    select
        watch,
        source,
        supplier,
        buyer,
        role,
        period,
        sum(published) as codes_published,
        sum(case when length(commodity) = 6 then exports_usd else 0 end) as exports_usd
    from views.watched_series
    group by watch, source, supplier, buyer, role, period
) as counted
