-- The cells of one release with areas instead of the source's codes; several codes may be one area.
-- Grain: scope, reporter, flow, freq, period. `told` and `known_from` as in tradewatch/facts/asked.py.
select
    c.scope,
    coalesce(known.area, plain.area, 'X-UNKNOWN:' || $source || ':' || c.reporter_code) as reporter,
    c.flow,
    c.freq,
    c.period,
    max(c.told) as told,
    max(c.known_from) as known_from,
    bool_or(c.dated) as dated,
    bool_or(c.partial) as partial
from release_cells as c
left join ref.source_area as known on known.source = $source and known.code = c.reporter_code
left join ref.area as plain on plain.area = c.reporter_code
group by 1, 2, 3, 4, 5
