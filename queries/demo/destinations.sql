-- The demo's table: listed goods sold by EU members to each destination, January to November of 2021 and of 2022, EUR
-- million as published; and the ratio over the supplier-months that are published in both years. Grain: buyer
select
    a.name,
    round(d.previous_value / 1000000, 3) as million_2021,
    round(d.value / 1000000, 3) as million_2022,
    d.like_for_like_value / nullif(d.like_for_like_previous_value, 0) as times_like_for_like
from views.listed_by_destination as d
inner join ref.area as a on a.area = d.buyer
where d.watch = 'russia' and d.source = 'eurostat' and d.tier = 'all' and d.year = 2022 and d.currency = 'EUR'
order by times_like_for_like desc
