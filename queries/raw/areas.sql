-- The areas of a watch, each by the one code under which a source states it now. Grain: role, area.
select
    role,
    area,
    code
from (
    select
        m.role,
        m.member as area,
        s.code,
        row_number() over (
            partition by m.role, m.member
            order by
                case
                    when s.basis like 'code of the list of numbers%' then 1
                    when s.basis like 'in the list, not seen%' then 1
                    when s.basis like 'before %' then 1
                    else 0
                end,
                s.code
        ) as place
    from ref.watch_member as m
    inner join ref.source_area as s on s.area = m.member and s.source = $source
    where m.watch = $watch and m.role <> 'control_product'
) as ranked
where place = 1
order by role, area
