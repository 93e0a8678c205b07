-- What stopped being visible: reporters, partners and codes no longer stated, trade that went to no stated area?
-- $rows: 30
select *
from views.lights_out
order by case what when 'reporter' then 1 when 'hidden' then 2 else 3 end, before_usd desc nulls last, reporter, detail
limit cast($rows as integer)
