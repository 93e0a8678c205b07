-- A made-up world in the tables of the warehouse, of about getvariable('rows') figures, and sums by pair besides.
-- Read by scale.py.
create temp table areas as
select
    area,
    power(
        row_number() over (
            order by area not in ('CHN', 'USA', 'DEU'), area not in (select member from ref.watch_member), area
        ), -0.7
    ) as weight
from ref.area
where kind = 'country';

create temp table reporters as
select * from areas order by weight desc limit 60;

create temp table partners as
select * from areas order by weight desc limit 190;

-- Listed codes weigh five times others: about a twentieth of the rows are theirs, as in the world's statistics.
create temp table codes as
select
    commodity,
    power(row_number() over (order by hash(commodity)), -0.7) * max(weight) as weight
from (
    select
        commodity,
        5 as weight
    from ref.goods_item
    where list = 'chpl' and version = '2024-02-23'
    union all
    select
        cast(100000 + 17 * n as varchar) as commodity,
        1 as weight
    from range(5000) as r (n)
) as listed_and_others
group by commodity;

create temp table months as
select
    n,
    cast(date '2019-01-01' + interval (n) month as date) as period
from range(72) as r (n);

create temp table flows as
select unnest(['export', 'import']) as flow;

-- How a series' chance grows with its weight, so that about as many are drawn as the rows asked for need. The largest
-- are certain, and no chance is above one: the factor is what is left to draw over the weight of those not certain.
create temp table ranks as
select
    series,
    weight,
    sum(series) over larger - series as certain,
    sum(mass) over (order by weight) as mass_left
from (
    select
        count(*) as series,
        avg(r.weight * p.weight * c.weight) as weight,
        sum(r.weight * p.weight * c.weight) as mass
    from reporters as r
    cross join partners as p
    cross join codes as c
    where r.area <> p.area
    group by round(50 * ln(r.weight * p.weight * c.weight))
) as alike
window larger as (order by weight desc);

-- 0.55: the share of months with trade. Both flows.
set variable series_wanted = getvariable('rows') / (72 * 0.55) / 2;

set variable factor = (
    select (getvariable('series_wanted') - certain) / mass_left
    from ranks
    where (getvariable('series_wanted') - certain) / mass_left * weight <= 1
    order by weight desc
    limit 1
);

-- Which reporter states which code with which partner: drawn by weight, the same every time.
create temp table series as
select
    r.area as reporter,
    p.area as partner,
    f.flow,
    c.commodity
from reporters as r
cross join partners as p
cross join codes as c
cross join flows as f
where
    r.area <> p.area
    and hash(r.area, p.area, f.flow, c.commodity) % 1000000
    < 1000000 * getvariable('factor') * r.weight * p.weight * c.weight;

insert into facts.scope values ('all', 'ALL', 'ALL');

insert into raw.pull
select 1, 'comtrade', 'benchmark', '', '', '2026-01-01', '2026-01-01', 'told', null, 0, '1', '', 0, 0, 0, 0, 0, 0, '',
    'loaded', null;

insert into facts.coverage_history
select 'comtrade', area, flow, 'M', period, 'all', 'value', cast(period + interval 70 day as timestamp), 1, null
from reporters
cross join months
cross join flows;

insert into facts.trade_history by name
select
    'comtrade' as source,
    reporter,
    partner,
    flow,
    'M' as freq,
    period,
    case when period < date '2022-01-01' then 'HS2017' else 'HS2022' end as hs_edition,
    commodity,
    value_usd,
    value_usd as value,
    'USD' as currency,
    case flow when 'export' then 'FOB' else 'CIF' end as valuation,
    cast(value_usd / 20 as decimal(18, 3)) as net_kg,
    false as quantity_estimated,
    false as summed,
    false as withdrawn,
    cast(period + interval 70 day as timestamp) as known_from,
    1 as pull_id
from (
    select
        *,
        cast(exp(
            9 + 3 * (hash(reporter, partner, commodity, flow) % 1000) / 1000.0
            + (hash(reporter, partner, commodity, flow, n) % 1000) / 1000.0
        ) as decimal(18, 3)) as value_usd
    from series
    cross join months
    where hash(commodity, reporter, partner, n) % 1000 < 550
) as made;

insert into facts.trade_history by name
select
    source,
    reporter,
    coalesce(partner, 'WLD') as partner,
    flow,
    freq,
    period,
    hs_edition,
    'TOTAL' as commodity,
    cast(sum(value_usd) as decimal(18, 3)) as value_usd,
    cast(sum(value) as decimal(18, 3)) as value,
    currency,
    valuation,
    false as quantity_estimated,
    false as summed,
    false as withdrawn,
    known_from,
    pull_id
from facts.trade_history
group by grouping sets (
    (source, reporter, partner, flow, freq, period, hs_edition, currency, valuation, known_from, pull_id),
    (source, reporter, flow, freq, period, hs_edition, currency, valuation, known_from, pull_id)
);
