-- How many codes of the watch's list the demo's figures hold, and how many the list has. Grain: one row
select
    count(distinct e.hs6) as held,
    max(l.codes) as listed
from views.listed_exports as e
inner join ref.watch as w on w.watch = 'russia' and w.list = e.list and w.version = e.version
inner join ref.goods_list as l on l.list = w.list and l.version = w.version
