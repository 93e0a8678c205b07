-- The demo's table: listed goods sold by EU members to each destination, January to November of 2021 and of 2022, EUR
-- million as published; and the ratio over the supplier-months that are published in both years.
-- Grain: buyer
select
    a.name,
    round(sum(case when extract(year from e.period) = 2021 then e.value else 0 end) / 1000000, 3) as million_2021,
    round(sum(case when extract(year from e.period) = 2022 then e.value else 0 end) / 1000000, 3) as million_2022,
    max(d.value / nullif(d.previous_value, 0)) as times_like_for_like
from views.listed_exports as e
inner join ref.watch as w on w.watch = 'russia' and w.list = e.list and w.version = e.version
inner join ref.area_group as member on member.area_group = 'eu27' and member.area = e.supplier
inner join ref.area as a on a.area = e.buyer
inner join views.listed_by_destination as d
    on
        d.watch = w.watch
        and d.source = e.source
        and d.buyer = e.buyer
        and d.tier = 'all'
        and d.year = 2022
        and d.currency = e.currency
where e.source = 'eurostat' and extract(year from e.period) in (2021, 2022) and extract(month from e.period) < 12
group by a.name, e.buyer
order by times_like_for_like desc
