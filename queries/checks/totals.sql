-- The partners of a reporter do not add up to what it states for the world, within one half of a percent.
select
    source,
    reporter,
    flow,
    freq,
    period,
    currency,
    sum(case when partner = 'WLD' then value else 0 end) as world_value,
    sum(case when partner <> 'WLD' then value else 0 end) as partners_value
from views.bilateral_totals as t
left join ref.area as a on a.area = t.partner
where t.partner = 'WLD' or coalesce(a.kind, 'country') <> 'aggregate'
group by source, reporter, flow, freq, period, currency
having
    sum(case when partner = 'WLD' then 1 else 0 end) = 1
    and sum(case when partner <> 'WLD' then 1 else 0 end) >= 50
    and abs(
        sum(case when partner = 'WLD' then value else 0 end) - sum(case when partner <> 'WLD' then value else 0 end)
    ) > 0.005 * sum(case when partner = 'WLD' then value else 0 end)
