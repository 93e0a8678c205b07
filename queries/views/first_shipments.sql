-- Which corridors and products are new: the first listed shipment from a supplier to a watched buyer, or the first of a
-- code between them, since at least 24 published months without any? It does not say that nothing moved before: months
-- that were not published do not count as quiet, and are stated, since goods may have gone in them. Lumpy goods return
-- after years without any change of heart.
-- Grain: watch, source, supplier, buyer, kind, goods, period
-- watch: the watch, see ref.watch
-- source: whose statistics; a supplier stated in two sources is judged in each
-- supplier: the exporting area whose books these are
-- buyer: a target, hub or control partner of the watch
-- role: target, hub or control_partner
-- kind: corridor (any good of the list) or product (one code)
-- goods: listed for a corridor; the six-digit code, or the family of codes by its name where codes changed
-- period: first day of the first month with a shipment; a month below 1,000 US dollars counts as none
-- exports_usd: shipped in that month, US dollars
-- first_3m_usd: shipped in that month and the two after, as far as published, US dollars; at least 10,000
-- quiet_months: published months without a shipment before it, back to the last one or to the first published
-- unpublished_months: months among them that were not published, and are not counted
-- last_shipped: first day of the last month with a shipment before, null when none is known
-- seam: true when the quiet months lie on both sides of a change of the code's number: its goods may have been declared
--   under other codes before, and such a row is weaker than the others
with goods as (
    select
        w.watch,
        w.hs6 as commodity,
        coalesce(w.family, w.hs6) as unit
    from views.watched_goods as w
),

needs as (
    select
        family,
        hs_edition,
        count(*) as needed
    from ref.hs_family
    group by family, hs_edition
),

-- Families whose codes have other numbers in the newer edition, and since when.
renumbered as (
    select distinct
        family as unit,
        case hs_edition when 'HS2022' then date '2022-01-01' when 'HS2017' then date '2017-01-01' end as since
    from ref.hs_seam
    where commodity <> predecessor
),

series as (
    select
        s.watch,
        s.source,
        s.supplier,
        s.buyer,
        s.role,
        g.unit,
        s.period,
        sum(s.exports_usd) as exports_usd,
        case
            when sum(
                case
                    when f.commodity is not null then s.published
                    when n.family is null and g.unit = s.commodity then s.published
                    else 0
                end
            ) >= max(coalesce(n.needed, 1)) then 1
            else 0
        end as published
    from views.watched_series as s
    inner join goods as g on g.watch = s.watch and g.commodity = s.commodity
    left join needs as n
        on
            n.family = g.unit
            and n.hs_edition = case
                when s.period >= date '2022-01-01' then 'HS2022'
                when s.period >= date '2017-01-01' then 'HS2017'
                else 'HS2012'
            end
    left join ref.hs_family as f
        on f.family = n.family and f.hs_edition = n.hs_edition and f.commodity = s.commodity
    group by s.watch, s.source, s.supplier, s.buyer, s.role, g.unit, s.period
),

months as (
    select
        watch,
        source,
        supplier,
        buyer,
        role,
        'product' as kind,
        unit as goods,
        period,
        exports_usd,
        published as units_published
    from series
    union all
    select
        watch,
        source,
        supplier,
        buyer,
        role,
        'corridor' as kind,
        'listed' as goods,
        period,
        sum(exports_usd) as exports_usd,
        sum(published) as units_published
    from series
    group by watch, source, supplier, buyer, role, period
),

shipped as (
    select
        m.*,
        lag(m.period) over (
            partition by m.watch, m.source, m.supplier, m.buyer, m.kind, m.goods
            order by m.period
        ) as last_shipped
    from months as m
    where m.exports_usd >= 1000
),

candidates as (
    select *
    from shipped
    where last_shipped is null or last_shipped < period - interval 24 month
),

judged as (
    select
        c.watch,
        c.source,
        c.supplier,
        c.buyer,
        c.role,
        c.kind,
        c.goods,
        c.period,
        c.exports_usd,
        c.last_shipped,
        sum(case when m.period >= c.period then m.exports_usd else 0 end) as first_3m_usd,
        sum(
            case
                when m.period < c.period and m.units_published >= greatest(1, 0.9 * c.units_published) then 1
                else 0
            end
        ) as quiet_months,
        min(
            case
                when m.period < c.period and m.units_published >= greatest(1, 0.9 * c.units_published) then m.period
            end
        ) as quiet_since
    from candidates as c
    inner join months as m
        on
            m.watch = c.watch
            and m.source = c.source
            and m.supplier = c.supplier
            and m.buyer = c.buyer
            and m.kind = c.kind
            and m.goods = c.goods
            and m.period > coalesce(c.last_shipped, date '1900-01-01')
            and m.period < c.period + interval 3 month
    group by
        c.watch, c.source, c.supplier, c.buyer, c.role, c.kind, c.goods, c.period, c.exports_usd, c.last_shipped
)

select
    judged.watch,
    judged.source,
    judged.supplier,
    judged.buyer,
    judged.role,
    judged.kind,
    judged.goods,
    judged.period,
    judged.exports_usd,
    judged.first_3m_usd,
    cast(judged.quiet_months as integer) as quiet_months,
    cast(
        (year(judged.period) - year(judged.quiet_since)) * 12 + month(judged.period) - month(judged.quiet_since)
        - judged.quiet_months as integer
    ) as unpublished_months,
    judged.last_shipped,
    seam.since is not null as seam
from judged
left join renumbered as seam
    on seam.unit = judged.goods and judged.quiet_since < seam.since and judged.period >= seam.since
where judged.quiet_months >= 24 and judged.first_3m_usd >= 10000
