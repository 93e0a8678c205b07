-- How far did a supplier's sales of a code to a watched buyer move beyond what its sales of the same code to the other
-- watched buyers let expect? Only what moved by 20,000 US dollars or more for each compared month. It does not say why:
-- others may buy less of it for reasons of their own, and few others make a weak measure.
-- Grain: watch, supplier, buyer, span, base_period, period, unit
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are
-- buyer: a target, hub or control partner of the watch
-- role: target, hub or control_partner
-- span: quarter or year
-- base_period: first day of the earlier span
-- period: first day of the later span
-- unit: six-digit code, or the family of codes by its name; only what can be compared, see views.like_for_like
-- listed: true when the watch's list names the code, or a code of the family
-- months: months compared
-- base_usd: sales in the earlier span, US dollars
-- now_usd: sales in the later span, US dollars
-- expected_usd: base times the growth of the supplier's sales of the code to other watched buyers but targets, with
--   200,000 US dollars added to both sides and between 0.22 and 4.48; US dollars
with listing as (
    select
        watch,
        unit,
        max(case when listed then 1 else 0 end) as listed
    from (
        select
            watch,
            hs6 as unit,
            listed
        from views.watched_goods
        union all
        select
            watch,
            family as unit,
            listed
        from views.watched_goods
        where
            family is not null
            and family not in (
                select s.family
                from ref.hs_seam as s
                where s.quality = 'poor' and s.hs_edition = 'HS2022' and s.predecessor_edition = 'HS2017'
            )
    ) as named
    group by watch, unit
),

sales as (
    select
        c.*,
        sum(case when c.role = 'target' then 0 else c.base_usd end) over (
            partition by c.watch, c.source, c.supplier, c.span, c.base_period, c.period, c.unit
        ) - case when c.role = 'target' then 0 else c.base_usd end as others_base,
        sum(case when c.role = 'target' then 0 else c.now_usd end) over (
            partition by c.watch, c.source, c.supplier, c.span, c.base_period, c.period, c.unit
        ) - case when c.role = 'target' then 0 else c.now_usd end as others_now
    from views.like_for_like as c
    where c.chosen and c.months > 0 and c.quality in ('same', 'good', 'fair') and length(c.unit) = 6
)

select
    s.watch,
    s.source,
    s.supplier,
    s.buyer,
    s.role,
    s.span,
    s.base_period,
    s.period,
    s.unit,
    coalesce(l.listed, 0) = 1 as listed,
    s.months,
    s.base_usd,
    s.now_usd,
    cast(
        round(
            cast(s.base_usd as double) * exp(
                greatest(-1.5, least(1.5, ln(
                    (greatest(cast(s.others_now as double), 0) + 200000.0)
                    / (greatest(cast(s.others_base as double), 0) + 200000.0)
                )))
            ), 2
        ) as decimal(18, 2)
    ) as expected_usd
from sales as s
left join listing as l on l.watch = s.watch and l.unit = s.unit
where abs(s.now_usd - s.base_usd) >= 20000 * s.months
