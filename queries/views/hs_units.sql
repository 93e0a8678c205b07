-- As what is a code compared between two times, the earlier stated in one edition of the Harmonized System and the
-- later in the same or a newer one? The code itself, or the closed family of codes that hold the same goods, as one
-- sum. It does not weigh codes that were split: where a code's goods cannot be followed it is not compared at all.
-- Grain: base_edition, now_edition, side, commodity
-- base_edition: edition of the earlier time
-- now_edition: edition of the later time
-- side: base or now, the time at which the code is read
-- commodity: six-digit code, or a chapter of two digits
-- unit: what is compared: the code, or the name of its family
-- needed: codes that must be published at that time for the unit to be whole
-- quality: same, good, fair or poor, see ref.hs_seam; changed for a code of no list that is new or ended; a poor unit
--   is compared only in a set that holds its whole family and where the family was split, not where goods left it
with codes as (
    select commodity
    from views.goods_sets
    union
    select commodity
    from ref.hs_family
    union
    select member as commodity
    from ref.watch_member
    where role = 'control_product'
),

editions as (
    select
        b.hs_edition as base_edition,
        n.hs_edition as now_edition
    from (values ('HS2012'), ('HS2017'), ('HS2022')) as b (hs_edition)
    inner join (values ('HS2012'), ('HS2017'), ('HS2022')) as n (hs_edition) on n.hs_edition >= b.hs_edition
),

sides as (
    select
        base_edition,
        now_edition,
        'base' as side,
        base_edition as own_edition
    from editions
    union all
    select
        base_edition,
        now_edition,
        'now' as side,
        now_edition as own_edition
    from editions
),

seams as (
    select
        family,
        predecessor_edition as base_edition,
        hs_edition as now_edition,
        max(case quality when 'poor' then 3 when 'fair' then 2 else 1 end) as rank
    from ref.hs_seam
    group by family, predecessor_edition, hs_edition
),

-- A code that one of the two editions lacks stands in the correlation without a line to itself.
moved as (
    select
        now_edition,
        base_edition,
        commodity
    from (
        select
            from_edition as now_edition,
            to_edition as base_edition,
            from_commodity as commodity,
            case when from_commodity = to_commodity then 1 else 0 end as itself
        from ref.hs_link
        union all
        select
            from_edition as now_edition,
            to_edition as base_edition,
            to_commodity as commodity,
            case when from_commodity = to_commodity then 1 else 0 end as itself
        from ref.hs_link
    ) as linked
    group by now_edition, base_edition, commodity
    having max(itself) = 0
),

families as (
    select
        s.base_edition,
        s.now_edition,
        s.side,
        f.family,
        f.commodity,
        count(*) over (partition by s.base_edition, s.now_edition, s.side, f.family) as needed
    from sides as s
    inner join ref.hs_family as f on f.hs_edition = s.own_edition
    where s.base_edition <> s.now_edition
),

-- A number of the other edition's family is no code of this one: it is left out on this side.
related as (
    select distinct
        s.base_edition,
        s.now_edition,
        s.side,
        f.commodity
    from sides as s
    inner join ref.hs_family as f on f.hs_edition = s.base_edition or f.hs_edition = s.now_edition
    where s.base_edition <> s.now_edition
)

select
    f.base_edition,
    f.now_edition,
    f.side,
    f.commodity,
    f.family as unit,
    cast(f.needed as integer) as needed,
    case coalesce(q.rank, 1) when 3 then 'poor' when 2 then 'fair' else 'good' end as quality
from families as f
left join seams as q on q.family = f.family and q.base_edition = f.base_edition and q.now_edition = f.now_edition
union all
select
    s.base_edition,
    s.now_edition,
    s.side,
    c.commodity,
    c.commodity as unit,
    1 as needed,
    case when m.commodity is null then 'same' else 'changed' end as quality
from sides as s
cross join codes as c
left join related as r
    on
        r.base_edition = s.base_edition
        and r.now_edition = s.now_edition
        and r.side = s.side
        and r.commodity = c.commodity
left join moved as m
    on m.now_edition = s.now_edition and m.base_edition = s.base_edition and m.commodity = c.commodity
where r.commodity is null
