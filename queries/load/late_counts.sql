-- What a release that arrived late changed in the history of its flows: new where there was none, withdrawn where it
-- ends a flow, revised where it changes anything else; the rest is unchanged. Grain: the key of a flow.
with sides as (
    select
        *,
        1 as is_now
    from after_it
    union all
    select
        *,
        0 as is_now
    from before_it
),

flows as (
    select
        min(is_now) as is_new,
        sum(case when withdrawn then 2 * is_now - 1 else 0 end) as more_withdrawn,
        sum((2 * is_now - 1) * epoch_us(known_from)) as moved_from,
        sum((2 * is_now - 1) * coalesce(epoch_us(known_to), 0)) as moved_to,
        sum((2 * is_now - 1) * coalesce(value, 0)) as moved_value,
        sum(2 * is_now - 1) as more_versions
    from sides
    group by source, reporter, partner, flow, freq, period, hs_edition, commodity, currency
)

select
    case
        when is_new = 1 then 'new'
        when more_withdrawn > 0 then 'withdrawn'
        when more_versions <> 0 or moved_from <> 0 or moved_to <> 0 or moved_value <> 0 then 'revised'
        else 'unchanged'
    end as what
from flows
