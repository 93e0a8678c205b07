-- Where a release with years to date, just loaded, contradicts what the same source says elsewhere:
-- swapped: exports and imports of a month are those by which imports and exports of the year to date grew
-- other_rate: a figure in yuan and the same in dollars, of 100 million dollars or more and of one kind of release, are
--   more than 5 % off the rate that all trade of the month has
-- Grain: what, partner, flow, freq, period, commodity.
with fresh as (
    select distinct
        reporter,
        partner,
        commodity,
        hs_edition,
        period
    from facts.trade_history
    where pull_id = $pull_id and known_to is null
),

standing as (
    select
        t.*,
        p.layout
    from facts.trade_history as t
    inner join raw.pull as p on p.pull_id = t.pull_id
    where
        t.source = $source
        and t.known_to is null
        and not t.withdrawn
        and t.freq in ('M', 'YTD')
        and t.period in (
            select period from fresh
            union all
            select period - interval 1 month from fresh
            union all
            select period + interval 1 month from fresh
        )
),

months as (
    select
        reporter,
        partner,
        commodity,
        hs_edition,
        currency,
        period,
        max(value) filter (where flow = 'export' and freq = 'M') as exports,
        max(value) filter (where flow = 'import' and freq = 'M') as imports,
        max(value) filter (where flow = 'export' and freq = 'YTD') as exports_to_date,
        max(value) filter (where flow = 'import' and freq = 'YTD') as imports_to_date,
        bool_or(pull_id = $pull_id) as is_fresh
    from standing
    group by all
),

grown as (
    select
        m.*,
        m.exports_to_date - b.exports_to_date as exports_grew,
        m.imports_to_date - b.imports_to_date as imports_grew
    from months as m
    inner join months as b
        on
            b.reporter = m.reporter
            and b.partner = m.partner
            and b.commodity = m.commodity
            and b.hs_edition = m.hs_edition
            and b.currency = m.currency
            and b.period = m.period - interval 1 month
            and year(b.period) = year(m.period)
    where m.is_fresh or b.is_fresh
),

rates as (
    select
        y.partner,
        y.flow,
        y.freq,
        y.period,
        y.commodity,
        y.value / d.value as rate,
        d.value as dollars,
        y.pull_id = $pull_id or d.pull_id = $pull_id as is_fresh
    from standing as y
    inner join standing as d
        on
            d.reporter = y.reporter
            and d.partner = y.partner
            and d.flow = y.flow
            and d.freq = y.freq
            and d.period = y.period
            and d.commodity = y.commodity
            and d.hs_edition = y.hs_edition
            and d.layout = y.layout
            and d.currency = 'USD'
            and d.value > 0
    where y.currency = 'CNY'
)

select
    'swapped' as what,
    partner,
    'export' as flow,
    'M' as freq,
    period,
    commodity
from grown
where
    abs(exports_grew - imports) < 0.02 * imports
    and abs(imports_grew - exports) < 0.02 * exports
    and abs(exports_grew - exports) > 0.05 * exports
union all
select
    'other_rate' as what,
    r.partner,
    r.flow,
    r.freq,
    r.period,
    r.commodity
from rates as r
inner join rates as w
    on w.partner = 'WLD' and w.commodity = 'TOTAL' and w.flow = r.flow and w.freq = r.freq and w.period = r.period
where (r.is_fresh or w.is_fresh) and r.dollars >= 100000000 and abs(r.rate / w.rate - 1) > 0.05
order by all
