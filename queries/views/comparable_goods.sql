-- Which codes may be compared over the 27 months that end in a month, and as what? Codes change every January (CN) and
-- with every edition (HS); a code that begins or ends inside the window must not look like new or lost trade.
-- Grain: watch, source, period, commodity
-- Kept: watch, source, period
-- watch: the watch, see ref.watch
-- source: whose statistics
-- period: first day of the month judged, t; the window is t-26 to t
-- commodity: code as stated, six digits or more
-- listed: true when the list names its first six digits
-- goods_unit: what is compared: the code itself, or the family of codes as one sum
-- comparable: true when the goods unit means the same goods in the whole window
-- reason: why it is, or is not
with stated as (
    select
        source,
        commodity,
        hs6,
        min(period) as first_stated,
        max(period) as last_stated
    from views.goods_exports
    group by source, commodity, hs6
),

asked as (
    select
        c.source,
        s.commodity,
        min(c.period) as first_asked,
        max(c.period) as last_asked
    from facts.coverage as c
    inner join facts.scope as s on s.scope = c.scope
    where c.flow = 'export' and c.freq = 'M' and c.state in ('value', 'zero') and s.commodity <> 'TOTAL'
    group by c.source, s.commodity
),

windows as (
    select
        t.source,
        t.period,
        greatest(cast(t.period - interval 26 month as date), begun.first_asked) as window_start,
        min(e.hs_edition) as oldest,
        max(e.hs_edition) as newest
    from (
        select distinct
            source,
            period
        from facts.coverage
        where flow = 'export' and freq = 'M'
    ) as t
    inner join (
        select
            source,
            min(first_asked) as first_asked
        from asked
        group by source
    ) as begun on begun.source = t.source
    inner join (
        select distinct
            source,
            period,
            hs_edition
        from views.goods_exports
    ) as e on e.source = t.source and e.period <= t.period and e.period >= t.period - interval 26 month
    group by t.source, t.period, begun.first_asked
),

present as (
    select
        source,
        hs6
    from stated
    union
    select
        source,
        left(commodity, 6) as hs6
    from asked
),

families as (
    select
        x.source,
        x.oldest,
        x.newest,
        f.family,
        count(distinct f.commodity) as members,
        count(distinct p.hs6) as members_present
    from (
        select distinct
            source,
            oldest,
            newest
        from windows
        where oldest <> newest
    ) as x
    inner join ref.hs_family as f on f.hs_edition = x.oldest or f.hs_edition = x.newest
    left join present as p on p.source = x.source and p.hs6 = f.commodity
    group by x.source, x.oldest, x.newest, f.family
),

poor as (
    select distinct
        family,
        predecessor_edition as oldest,
        hs_edition as newest
    from ref.hs_seam
    where quality = 'poor'
),

codes as (
    select
        w.watch,
        k.source,
        t.period,
        k.commodity,
        w.listed,
        case when f.members > 1 then w.family else k.commodity end as goods_unit,
        f.members > 1 as is_family,
        f.members_present = f.members as is_complete,
        poor.family is not null as is_poor,
        length(k.commodity) > 6 or t.oldest <> t.newest as may_change,
        k.first_stated < date_trunc('year', t.window_start) + interval 12 month as begins_before,
        k.last_stated >= date_trunc('year', t.period) as goes_on,
        date_trunc('year', t.window_start) + interval 12 month > t.period as no_january,
        t.period as judged,
        t.window_start
    from stated as k
    inner join views.watched_goods as w on w.hs6 = k.hs6
    inner join windows as t on t.source = k.source
    left join families as f
        on f.source = k.source and f.family = w.family and f.oldest = t.oldest and f.newest = t.newest
    left join poor on poor.family = w.family and poor.oldest = t.oldest and poor.newest = t.newest
),

units as (
    select
        c.watch,
        c.source,
        c.period,
        c.goods_unit,
        min(a.first_asked) as first_asked,
        max(a.last_asked) as last_asked
    from codes as c
    inner join asked as a on a.source = c.source and (a.commodity = c.commodity or a.commodity = 'ALL')
    group by c.watch, c.source, c.period, c.goods_unit
)

select
    watch,
    source,
    period,
    commodity,
    listed,
    goods_unit,
    reason in ('the same code throughout', 'a family of codes, compared as one sum') as comparable,
    reason
from (
    select
        c.watch,
        c.source,
        c.period,
        c.commodity,
        c.listed,
        c.goods_unit,
        case
            when not c.listed and not coalesce(c.is_family, false) then 'not on the list'
            when c.is_poor then 'held other goods in the older edition'
            when c.is_family and not c.is_complete then 'a predecessor or successor is not in the data'
            when u.first_asked is null or u.first_asked > c.window_start or u.last_asked < c.judged
                then 'not asked for in the whole window'
            when c.is_family then 'a family of codes, compared as one sum'
            when c.may_change and not c.no_january and not (c.begins_before and c.goes_on)
                then 'the code begins or ends inside the window'
            else 'the same code throughout'
        end as reason
    from codes as c
    left join units as u
        on
            u.watch = c.watch
            and u.source = c.source
            and u.period = c.period
            and u.goods_unit = c.goods_unit
) as judged
