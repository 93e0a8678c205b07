-- The asked sets of one release: which partners and commodities each stands for. Grain: scope, partner, commodity.
select distinct
    m.scope,
    coalesce(known.area, plain.area, 'X-UNKNOWN:' || $source || ':' || m.partner_code) as partner,
    m.commodity
from release_members as m
left join ref.source_area as known on known.source = $source and known.code = m.partner_code
left join ref.area as plain on plain.area = m.partner_code
