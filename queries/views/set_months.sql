-- What did each supplier ship to the target in a month, by set of goods, read in one source, and for how many codes of
-- the set has it published? The source is that of views.watched_reading. It does not say what suppliers without a row
-- shipped: they have not stated the month.
-- Grain: watch, list, version, cut, goods, target, period, supplier
-- Kept: watch, list, version, cut, goods, period
-- watch: the watch, see ref.watch
-- list: the list of the watch, or goods_group for groups taken whole
-- version: date of the list; whole for a group
-- cut: all, tier or group
-- goods: all, the tier, or the group
-- target: the area under watch
-- period: first day of the month
-- supplier: the exporting area whose books these are
-- source: whose statistics
-- exports_usd: exports to the target, US dollars; 0 when published and nothing recorded
-- codes_published: codes of the set that complete answers cover
-- most_codes: the most codes of the set that complete answers of one supplier cover in the month
select
    watch,
    list,
    version,
    cut,
    goods,
    target,
    period,
    supplier,
    source,
    exports_usd,
    cast(codes_published as integer) as codes_published,
    cast(
        max(codes_published) over (partition by watch, list, version, cut, goods, target, period) as integer
    ) as most_codes
from (
    select
        g.watch,
        g.list,
        g.version,
        g.cut,
        g.goods,
        s.buyer as target,
        s.period,
        s.supplier,
        s.source,
        sum(s.exports_usd) as exports_usd,
        sum(s.published) as codes_published
    from (
        select
            ranked.*,
            dense_rank() over (
                partition by watch, supplier, buyer, period
                order by all_published desc, case when source = 'comtrade' then 1 else 0 end, source
            ) as choice
        from (
            select
                w.*,
                sum(w.published) over (
                    partition by w.watch, w.source, w.supplier, w.buyer, w.period
                ) as all_published
            from views.watched_series as w
            where w.role = 'target'
        ) as ranked
    ) as s
    inner join views.goods_sets as g on g.watch = s.watch and g.commodity = s.commodity
    where s.choice = 1
    group by g.watch, g.list, g.version, g.cut, g.goods, s.buyer, s.period, s.supplier, s.source
) as added
