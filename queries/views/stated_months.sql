-- In which months did each reporter state each partner, each listed code, and anything at all? What stops being stated,
-- and what is stated again, is read from here. A month that was published without the detail is no row.
-- Grain: source, reporter, flow, what, detail, period
-- source: whose statistics
-- reporter: the area whose books these are
-- flow: export or import
-- what: partner (all goods with a country or territory), code (exports of a code of six digits to all buyers together;
--   no code of a family whose codes changed), or reporter (it published the month)
-- detail: the partner, the code, or the reporter itself
-- period: first day of the month
-- value_usd: US dollars, more than zero; where a source states several currencies, one of them; null for a reporter
select
    t.source,
    t.reporter,
    t.flow,
    'partner' as what,
    t.partner as detail,
    t.period,
    t.value_usd
from views.total_flows as t
inner join ref.area as a on a.area = t.partner and a.kind not in ('world', 'aggregate', 'special')
where t.freq = 'M' and t.value_usd > 0
union all
select
    g.source,
    g.supplier as reporter,
    'export' as flow,
    'code' as what,
    g.hs6 as detail,
    g.period,
    sum(g.value_usd) as value_usd
from views.goods_exports as g
left join ref.hs_family as f on f.commodity = g.hs6
where f.commodity is null and g.value_usd > 0
group by g.source, g.supplier, g.hs6, g.period
union all
select
    source,
    reporter,
    flow,
    'reporter' as what,
    reporter as detail,
    period,
    null as value_usd
from views.reporter_months
where freq = 'M' and flow in ('export', 'import') and state in ('value', 'zero')
