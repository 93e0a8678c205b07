-- Did trade of one pair move from a listed code to a sibling under the same heading: one falls while the other rises by
-- a like amount, against the same supplier's sales of the same codes to other watched buyers? It does not show that
-- goods were declared wrongly: makers change models, and customs correct codes. A revision of the Harmonized System is
-- no hop: codes that changed are compared over their families, and what moves for all buyers is taken off.
-- Grain: watch, supplier, buyer, span, base_period, period, listed_unit, sibling_unit
-- watch: the watch, see ref.watch
-- source: whose statistics
-- supplier: the exporting area whose books these are
-- buyer: a target, hub or control partner of the watch
-- role: target, hub or control_partner
-- span: quarter or year
-- base_period: first day of the earlier span
-- period: first day of the later span
-- hs4: the heading
-- listed_unit: the listed code that falls, or its family by its name
-- sibling_unit: the code under the same heading that rises
-- sibling_listed: true when the list names the sibling too: the trade then stays under watch
-- months: months compared of both codes, the fewer of the two
-- listed_base_usd: sales of the listed code in the earlier span, US dollars
-- listed_now_usd: in the later span, US dollars
-- sibling_base_usd: sales of the sibling in the earlier span, US dollars
-- sibling_now_usd: in the later span, US dollars
-- loss_usd: fall of the listed code below what its sales to other watched buyers let expect, US dollars
-- gain_usd: rise of the sibling above what its sales to other watched buyers let expect, US dollars
-- overlap: the smaller of loss and gain over the larger, 0.5 to 1; a row needs both at 20,000 US dollars or more for
--   each compared month, and each at half of the whole fall or rise: what moves for other buyers too is no hop
-- hopped_usd: the smaller of loss and gain, US dollars
with hops as (
    select
        f.watch,
        f.source,
        f.supplier,
        f.buyer,
        f.role,
        f.span,
        f.base_period,
        f.period,
        left(f.unit, 4) as hs4,
        f.unit as listed_unit,
        r.unit as sibling_unit,
        r.listed as sibling_listed,
        least(f.months, r.months) as months,
        f.base_usd as listed_base_usd,
        f.now_usd as listed_now_usd,
        r.base_usd as sibling_base_usd,
        r.now_usd as sibling_now_usd,
        f.expected_usd - f.now_usd as loss,
        r.now_usd - r.expected_usd as gain
    from views.beyond_peers as f
    inner join views.beyond_peers as r
        on
            r.watch = f.watch
            and r.source = f.source
            and r.supplier = f.supplier
            and r.buyer = f.buyer
            and r.span = f.span
            and r.base_period = f.base_period
            and r.period = f.period
            and left(r.unit, 4) = left(f.unit, 4)
    where f.listed and f.now_usd < f.base_usd and r.now_usd > r.base_usd
)

select
    watch,
    source,
    supplier,
    buyer,
    role,
    span,
    base_period,
    period,
    hs4,
    listed_unit,
    sibling_unit,
    sibling_listed,
    cast(months as integer) as months,
    listed_base_usd,
    listed_now_usd,
    sibling_base_usd,
    sibling_now_usd,
    cast(round(loss, 2) as decimal(18, 2)) as loss_usd,
    cast(round(gain, 2) as decimal(18, 2)) as gain_usd,
    cast(
        round(cast(least(loss, gain) as double) / cast(greatest(loss, gain) as double), 4) as decimal(9, 4)
    ) as overlap,
    cast(round(least(loss, gain), 2) as decimal(18, 2)) as hopped_usd
from hops
where
    loss >= 20000 * months
    and gain >= 20000 * months
    and least(loss, gain) >= 0.5 * greatest(loss, gain)
    and loss >= 0.5 * (listed_base_usd - listed_now_usd)
    and gain >= 0.5 * (sibling_now_usd - sibling_base_usd)
