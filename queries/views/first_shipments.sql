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
-- unpublished_months: months between that were not published, and are not counted
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
        s.watch,
        s.source,
        s.supplier,
        s.buyer,
        s.role,
        k.kind,
        case k.kind when 'corridor' then 'listed' else s.unit end as goods,
        s.period,
        sum(s.exports_usd) as exports_usd,
        sum(s.published) as units_published
    from series as s
    cross join (values ('corridor'), ('product')) as k (kind)
    group by
        s.watch, s.source, s.supplier, s.buyer, s.role, k.kind,
        case k.kind when 'corridor' then 'listed' else s.unit end, s.period
),

-- A month of a corridor counts as published when nine tenths of the units of its best month before are (to hubs and
-- control partners: of the units ever sold there).
ranked as (
    select
        m.*,
        case
            when
                m.units_published > 0
                and m.units_published >= 0.9 * max(m.units_published) over (
                    partition by m.watch, m.source, m.supplier, m.buyer, m.kind, m.goods
                    order by m.period
                    rows between unbounded preceding and current row
                )
                then 1
            else 0
        end as is_published,
        lead(m.period, 1) over (
            partition by m.watch, m.source, m.supplier, m.buyer, m.kind, m.goods
            order by m.period
        ) as second_period,
        lead(m.exports_usd, 1) over (
            partition by m.watch, m.source, m.supplier, m.buyer, m.kind, m.goods
            order by m.period
        ) as second_usd,
        lead(m.period, 2) over (
            partition by m.watch, m.source, m.supplier, m.buyer, m.kind, m.goods
            order by m.period
        ) as third_period,
        lead(m.exports_usd, 2) over (
            partition by m.watch, m.source, m.supplier, m.buyer, m.kind, m.goods
            order by m.period
        ) as third_usd
    from months as m
),

counted as (
    select
        r.*,
        sum(r.is_published) over (
            partition by r.watch, r.source, r.supplier, r.buyer, r.kind, r.goods
            order by r.period
            rows between unbounded preceding and current row
        ) as published_until,
        min(case when r.is_published = 1 then r.period end) over (
            partition by r.watch, r.source, r.supplier, r.buyer, r.kind, r.goods
        ) as first_published
    from ranked as r
),

shipped as (
    select
        c.*,
        lag(c.period) over (
            partition by c.watch, c.source, c.supplier, c.buyer, c.kind, c.goods
            order by c.period
        ) as last_shipped,
        c.published_until - c.is_published - coalesce(
            lag(c.published_until) over (
                partition by c.watch, c.source, c.supplier, c.buyer, c.kind, c.goods
                order by c.period
            ), 0
        ) as quiet_months
    from counted as c
    where c.exports_usd >= 1000
),

judged as (
    select
        s.*,
        coalesce(cast(s.last_shipped + interval 1 month as date), s.first_published) as quiet_since,
        s.exports_usd
        + case when s.second_period < s.period + interval 3 month then s.second_usd else 0 end
        + case when s.third_period < s.period + interval 3 month then s.third_usd else 0 end as first_3m_usd
    from shipped as s
    where s.quiet_months >= 24
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
where judged.first_3m_usd >= 10000
