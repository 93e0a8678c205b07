-- Every code under which a source may state a partner, the world's too.
select code
from ref.source_area
where source = $source
order by cast(code as integer)
