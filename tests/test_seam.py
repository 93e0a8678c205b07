"""The change of codes of 2022-01 alone, in a world where nothing else happens: no view of changes may show anything."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tradewatch import queries, reference
from tradewatch.files import shipped

FLAT = """
with listed as (
    select commodity from ref.goods_item where list = 'chpl' and version = '2024-02-23'
),
quality as (
    select family, max(quality = 'poor') as poor from ref.hs_seam where predecessor_edition = 'HS2017' group by family
),
families as (
    select f.family, f.hs_edition, f.commodity, count(*) over (partition by f.family, f.hs_edition) as members,
        max(newer.codes) = 1 and coalesce(bool_or(q.poor), false) as shrinks
    from ref.hs_family as f
    left join quality as q on q.family = f.family
    inner join (
        select family, count(*) as codes from ref.hs_family where hs_edition = 'HS2022' group by family
    ) as newer on newer.family = f.family
    where f.hs_edition in ('HS2017', 'HS2022')
    group by f.family, f.hs_edition, f.commodity
),
others as (
    select commodity from listed
    union select commodity from ref.goods_group where commodity not in ('845610', '845940', '846011', '846021')
    union select member from ref.watch_member where role = 'control_product'
),
codes as (
    select hs_edition, commodity,
        600000.0 / members * case when shrinks and hs_edition = 'HS2017' then 5 else 1 end as usd
    from families
    union all
    select e.hs_edition, commodity, 600000.0 from others cross join (values ('HS2017'), ('HS2022')) as e (hs_edition)
    where commodity not in (select commodity from ref.hs_family)
),
months as (select cast(unnest(range(date '2020-01-01', date '2024-01-01', interval 1 month)) as date) as period)
insert into facts.trade_history
select 'eurostat', s.area, b.area, 'export', 'M', m.period, c.hs_edition, c.commodity,
    cast(c.usd as decimal(18, 3)), cast(c.usd as decimal(18, 3)), 'USD', 'FOB', 10000, null, null,
    false, false, false, timestamp '2024-01-01', null, 1
from codes as c
cross join (values ('DEU'), ('CHN')) as s (area)
cross join (values ('RUS'), ('KGZ'), ('KAZ'), ('ARM'), ('PER'), ('CHL'), ('COL')) as b (area)
inner join months as m on c.hs_edition = case when m.period < date '2022-01-01' then 'HS2017' else 'HS2022' end
where $every_code or c.commodity in (select commodity from listed)
"""
"""
Every series is flat. At the seam codes are renumbered and split as ref.hs_family says, and a number that stays while
goods leave it (poor, with one newer code) falls to a fifth.
"""


@pytest.fixture(scope="module", params=[True, False], ids=["every code asked", "listed codes asked"])
def flat(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
        reference.load(con, shipped("data"))
        con.execute(FLAT, {"every_code": request.param})
        con.execute("insert into facts.scope select distinct 'all', partner, commodity from facts.trade_history")
        con.execute(
            "insert into facts.coverage_history select distinct 'eurostat', reporter, 'export', 'M', period, 'all',"
            " 'value', timestamp '2024-01-01', 1, null from facts.trade_history"
        )
        con.execute(
            "insert into raw.pull by name select 1 as pull_id, 'eurostat' as source, '' as layout, '' as scope,"
            " '{}' as requested, now()::timestamp as fetched_at, now()::timestamp as released_at, '' as released_basis,"
            " 0 as bytes, 'a' as sha256, '' as path, 0 as rows_read, 0 as rows_new, 0 as rows_revised,"
            " 0 as rows_withdrawn, 0 as rows_unchanged, 0 as rows_rejected, '' as notes, 'loaded' as state"
        )
        queries.build(con, shipped("queries"), Path("no-such-folder"))
        yield con


MOVES = {
    "list_change": "trade_effect_usd <> 0 or (from_version = to_version and change_usd <> 0)",
    "substitution": "coalition_loss_usd <> 0 or gain_usd <> 0",
    "concentration": "hhi_change <> 0",
    "set_changes": "base_usd <> now_usd",
    "like_for_like": "quality not in ('poor', 'changed') and base_usd <> now_usd",
    "first_shipments": "true",
    "code_hop": "true",
    "unit_value_premium": "premium_ratio <> 1 or premium_usd > 0",
    "listed_purchases_change": "scorable and abs(excess_usd) >= 1",
    "direct_exports_change": "scorable and abs(fall_usd) >= 1",
    "listed_by_destination": "like_for_like_value <> like_for_like_previous_value and seam_value = 0",
}
"""
What would be a row above the floor of each view of changes. listed_by_destination takes codes exactly as listed: there
the seam must be stated wherever it shows.
"""

EMPTY = {"first_shipments", "code_hop", "substitution"}
"""Views that have no row at all where nothing moves."""


@pytest.mark.parametrize("view", MOVES)
def test_the_seam_alone_shows_in_no_view_of_changes(flat: duckdb.DuckDBPyConnection, view: str) -> None:
    assert flat.execute(f"select * from views.{view} where {MOVES[view]} limit 3").fetchall() == []
    ((rows,),) = flat.execute(f"select count(*) from views.{view}").fetchall()
    assert (rows == 0) == (view in EMPTY)


def test_every_one_of_the_50_codes_is_compared_or_said_to_be_left_out(flat: duckdb.DuckDBPyConnection) -> None:
    rows = flat.execute(
        "select unit, months, base_left_out_usd + now_left_out_usd > 0 from views.set_changes"
        " where supplier = 'DEU' and list = 'chpl' and version = '2024-02-23' and cut = 'all'"
        " and span = 'year' and base_period = '2021-01-01' and period = '2022-01-01'"
    ).fetchall()
    compared = {unit for unit, months, _ in rows if months == 12}
    left_out = {unit for unit, months, stated in rows if months == 0 and stated}
    assert compared | left_out == {unit for unit, *_ in rows}
    listed = {
        code
        for (code,) in flat.execute(
            "select commodity from ref.goods_item where list = 'chpl' and version = '2024-02-23'"
        ).fetchall()
    }
    renumbered = {"854151", "854159", "880730"}
    lost = {"854800", "852990", "901380"}
    split_off = {"854149", "852589"}
    assert len(listed) == 50
    assert listed - renumbered - lost - split_off == compared - {"854150", "880330"}
    assert left_out - {"854150", "880330"} <= {"854890", "852990", "901380"}
