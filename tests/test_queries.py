"""Every view against its cases (folders of CSV files), its header, and sqlglot; and the build itself."""

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlglot

from tradewatch import findings, queries
from tradewatch.errors import QueryError
from tradewatch.files import shipped
from tradewatch.periods import months_between

HERE = Path(__file__).parent / "queries"
NOWHERE = Path("no-such-folder")
CASES = sorted(path.parent for path in HERE.glob("*/*/expect.csv"))
FILES = sorted([*(shipped("queries") / "views").glob("*.sql"), *(shipped("queries") / "checks").glob("*.sql")])

USUAL = {
    "facts.trade_history": {
        "source": "eurostat",
        "flow": "export",
        "freq": "M",
        "hs_edition": "HS2022",
        "currency": "USD",
        "valuation": "FOB",
        "quantity_estimated": "false",
        "withdrawn": "false",
        "known_from": "2000-01-01",
        "pull_id": "1",
    },
    "facts.coverage_history": {
        "source": "eurostat",
        "flow": "export",
        "freq": "M",
        "scope": "all",
        "state": "value",
        "known_from": "2000-01-01",
        "pull_id": "1",
    },
}
"""What a case leaves out of its files."""


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a case's file; a period `2020-01..2022-03` stands for every month from one to the other."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            first, _, last = row.get("period", "").partition("..")
            if not last:
                yield row
                continue
            for month in months_between(date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01")):
                yield row | {"period": month.isoformat()}


def load(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Insert the rows of a file; those that leave the same columns to their defaults go in one statement."""
    table = path.stem
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in rows_of(path):
        values = USUAL.get(table, {}) | {name: value for name, value in row.items() if value != ""}
        if "value_usd" in values:
            values = {"value": values["value_usd"]} | values
        alike.setdefault(tuple(values), []).extend(values.values())
    for names, values_of_all in alike.items():
        marks = ", ".join([f"({', '.join('?' * len(names))})"] * (len(values_of_all) // len(names)))
        con.execute(f"insert into {table} ({', '.join(names)}) values {marks}", values_of_all)


def warehouse() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute((shipped("queries") / "tables.sql").read_text(encoding="utf-8"))
    return con


@contextmanager
def made(case: Path, built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """
    A warehouse of one case: the common files, those of the case instead where it has them, and what was known at the
    date in as_of.txt, if there is one.
    """
    path = shutil.copy(built, built.with_name(f"{case.parent.name}-{case.name}.duckdb"))
    with duckdb.connect(str(path)) as con:
        filled(con, case)
        yield con


def filled(con: duckdb.DuckDBPyConnection, case: Path) -> None:
    files = {path.name: path for folder in (HERE / "common", case) for path in sorted(folder.glob("*.*.csv"))}
    for path in files.values():
        load(con, path)
    if (as_of := case / "as_of.txt").is_file():
        con.execute("set variable as_of = cast($1 as timestamp)", [as_of.read_text(encoding="utf-8").strip()])


def answer(con: duckdb.DuckDBPyConnection, view: str, where: str) -> list[dict[str, str]]:
    """All columns of a view as text, of the rows that a case looks at."""
    names = [name for (name, *_) in con.execute(f"describe {view}").fetchall()]
    texts = ", ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in names)
    rows = con.execute(f"select {texts} from {view} where {where} order by all").fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


def where_of(case: Path) -> str:
    """The rows that a case looks at: its file where.txt; without one, all."""
    path = case / "where.txt"
    return path.read_text(encoding="utf-8").strip() if path.is_file() else "true"


def schema_of(name: str) -> str:
    return next(
        schema for schema in ("checks", "facts", "views") if (shipped("queries") / schema / f"{name}.sql").is_file()
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_view_gives_what_its_case_expects_and_its_grain_holds(case: Path, built: Path) -> None:
    """The view is asked whole, for its grain, and with the case's own question where that is another."""
    schema, name = schema_of(case.parent.name), case.parent.name
    grain = queries.parse(schema, shipped("queries") / schema / f"{name}.sql").grain
    with made(case, built) as con:
        con.execute(f"create temp table whole as from {schema}.{name}")
        got = answer(con, "whole" if where_of(case) == "true" else f"{schema}.{name}", where_of(case))
        twice = grain and con.execute(f"select {grain} from whole group by all having count(*) > 1").fetchall()
    expected = sorted(rows_of(case / "expect.csv"), key=lambda row: list(row.values()))
    assert got or schema == "checks"
    assert sorted(got, key=lambda row: list(row.values())) == expected
    assert not twice


def test_every_view_and_check_has_a_case() -> None:
    assert FILES
    assert {path.stem for path in FILES} | {"coverage"} == {case.parent.name for case in CASES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_query_can_be_carried_to_spark(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    (written,) = sqlglot.transpile(text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert written
    for word in ("qualify", "any_value", "mad(", "filter (", "list(", "struct", " ~ "):
        assert word not in queries.parse("checks", path).select.lower(), word


def test_views_describe_themselves(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as con:
        count, described = queries.standing(con), queries.described(con)
    assert count == len(FILES) + len(queries.FACTS)
    assert "views.supplier_share" in {one.name for one in described}
    assert all(one.question and one.grain and all(text for _, text in one.columns) for one in described)


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A folder of the two views on facts and one of views.*: what a refusal does to others shows on few as on all."""
    folder = tmp_path / "few"
    shutil.copytree(shipped("queries") / "facts", folder / "facts")
    (folder / "views").mkdir()
    shutil.copy(shipped("queries") / "views" / "goods_sets.sql", folder / "views")
    return folder


def own(tmp_path: Path, name: str, text: str) -> Path:
    (tmp_path / "views").mkdir(exist_ok=True)
    (tmp_path / "views" / f"{name}.sql").write_text(text, encoding="utf-8")
    return tmp_path


GOOD = "-- Which?\n-- Grain: a\n-- a: a number, see\n--   below\nselect 1 as a\n"


def test_user_adds_a_view_without_forking(few: Path, tmp_path: Path) -> None:
    con = warehouse()
    own(tmp_path, "second", GOOD.replace("select 1 as a", "select a from views.third"))
    queries.build(con, few, own(tmp_path, "third", GOOD))
    queries.build(con, few, tmp_path)
    assert con.execute("select a from views.second").fetchall() == [(1,)]
    (found,) = (one for one in queries.described(con) if one.name == "views.third")
    assert found.columns == (("a", "a number, see below"),)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("goods_sets", GOOD, "made by"),
        ("no_header", "select 1 as a", "header must hold"),
        ("no_column", GOOD.replace("1 as a", "1 as a, 2 as b"), "not explained: b"),
        ("extra_column", GOOD.replace("select", "-- c: more\nselect"), "absent or named twice: c"),
        ("no_mark", GOOD.replace("-- a: a number, see", "-- a is a number"), "`-- column: meaning`"),
        ("wrong_grain", GOOD.replace("Grain: a", "Grain: z"), "grain names z"),
        ("broken", GOOD.replace("select 1 as a", "select 1 as a from nowhere"), "broken.sql does not run"),
        ("two", GOOD + ";\ndrop table ref.area", "one select and nothing else"),
        ("writes", GOOD.replace("select 1 as a", "delete from ref.area"), "one select and nothing else"),
        ("round", GOOD.replace("select 1 as a", "select a from views.round2"), "does not run"),
        ("Big", GOOD, "small letters"),
    ],
)
def test_bad_file_is_refused_and_the_old_views_stay(few: Path, tmp_path: Path, name: str, text: str, says: str) -> None:
    con = warehouse()
    before = queries.build(con, few, NOWHERE)
    with pytest.raises(QueryError, match=says):
        queries.build(con, few, own(tmp_path, name, text))
    assert queries.standing(con) == before == 3


def test_views_in_a_circle_are_refused(tmp_path: Path) -> None:
    own(tmp_path, "chicken", GOOD.replace("select 1 as a", "select a from views.egg"))
    own(tmp_path, "egg", GOOD.replace("select 1 as a", "select a from views.chicken"))
    with pytest.raises(QueryError, match=r"circle: views\.chicken, views\.egg"):
        queries.build(warehouse(), shipped("queries"), tmp_path)


def panel(con: duckdb.DuckDBPyConnection, *, with_predecessors: bool) -> None:
    """Constant trade in every listed good from six suppliers to three buyers, re-coded in January 2022."""
    data = shipped("data")
    for name in ("area", "area_group", "goods_list", "goods_item", "hs_family", "hs_seam"):
        path = (data / f"{name}.csv").as_posix()
        con.execute(f"insert into ref.{name} by name select * from read_csv('{path}', all_varchar = true)")
    con.execute(
        "insert into ref.watch values ('russia', '', 'chpl', '2024-02-23', '2022-02-24', '2021-01-01', '2021-12-01')"
    )
    for role, members in {"target": ["RUS"], "hub": ["KGZ", "KAZ"], "coalition": ["DEU", "FRA", "ITA", "POL"]}.items():
        for member in members:
            con.execute("insert into ref.watch_member values ('russia', $1, $2)", [role, member])
    con.execute(PANEL, {"with_predecessors": with_predecessors})
    con.execute("insert into facts.scope select distinct 'all', partner, commodity from facts.trade_history")
    con.execute(
        "insert into facts.coverage_history select distinct 'eurostat', reporter, 'export', 'M', period, 'all',"
        " 'value', timestamp '2024-01-01', 1, null from facts.trade_history"
    )
    load(con, HERE / "common" / "raw.pull.csv")


PANEL = """
with listed as (
    select commodity from ref.goods_item where list = 'chpl' and version = '2024-02-23'
),
family as (
    select f.family, f.hs_edition, f.commodity, max(case when s.quality = 'poor' then 1 else 0 end) as poor
    from ref.hs_family as f left join ref.hs_seam as s on s.family = f.family and s.predecessor_edition = 'HS2017'
    where f.family in (select family from ref.hs_family where commodity in (select commodity from listed))
    group by all
),
codes as (
    select hs_edition, commodity, (case when hs_edition = 'HS2017' and poor = 1 then 3000000.0 else 600000.0 end)
        / count(*) over (partition by family, hs_edition) as usd
    from family where hs_edition in ('HS2017', 'HS2022')
    union all
    select e.hs_edition, commodity, 600000.0 from listed cross join (values ('HS2017'), ('HS2022')) as e (hs_edition)
    where commodity not in (select commodity from family)
),
months as (select cast(unnest(range(date '2019-06-01', date '2024-07-01', interval 1 month)) as date) as period)
insert into facts.trade_history
select 'eurostat', s.area, b.area, 'export', 'M', m.period, c.hs_edition, c.commodity,
    cast(c.usd as decimal(18, 3)), cast(c.usd as decimal(18, 3)), 'USD', 'FOB', null, null, null, false, false, false,
    timestamp '2024-01-01', null, 1
from codes as c
cross join (values ('DEU'), ('FRA'), ('ITA'), ('POL')) as s (area)
cross join (values ('KGZ'), ('KAZ'), ('RUS')) as b (area)
inner join months as m on c.hs_edition = case when m.period < date '2022-01-01' then 'HS2017' else 'HS2022' end
where c.commodity in (select commodity from listed)
    or ($with_predecessors and c.hs_edition = 'HS2017')
    or ($with_predecessors and c.commodity in (select commodity from family))
"""


@pytest.mark.parametrize("with_predecessors", [True, False], ids=["all codes asked", "listed codes asked"])
def test_no_finding_comes_from_the_change_of_edition(
    with_views: duckdb.DuckDBPyConnection, with_predecessors: bool
) -> None:
    con = with_views
    panel(con, with_predecessors=with_predecessors)
    for view in ("listed_purchases_change", "direct_exports_change", "hub_purchases"):
        con.execute(f"create table main.made_{view} as from views.{view}")
        con.execute(f"create or replace view views.{view} as from main.made_{view}")  # asked here and by the rules
    worst = con.execute(
        "select max(abs(excess_usd)), count(*) from views.listed_purchases_change where scorable"
    ).fetchone()
    drop = con.execute(
        "select max(abs(drop_share)), count(*) from views.direct_exports_change where scorable"
    ).fetchone()
    by_code = con.execute(
        "select max(abs(excess_usd)), count(*), count(case when period = '2022-02-01' then 1 end)"
        " from views.hub_purchases where scorable"
    ).fetchone()
    assert worst is not None
    assert drop is not None
    assert by_code is not None
    assert by_code[0] < 1
    assert by_code[1] >= 1000
    assert by_code[2] >= 40
    assert con.execute("select count(*) from views.roundabout where pass_through is not null").fetchall() == [(0,)]
    assert worst[0] < 1
    assert drop[0] < 0.001
    assert worst[1] >= 100
    assert drop[1] >= 40
    rules = findings.read(shipped("alerts"), NOWHERE)
    for rule in rules:
        assert not [
            row for row in findings.judge(con, rule, f"select * from views.{rule.view}", {}) if row["_verdict"] == "hit"
        ]


def test_goods_left_out_at_the_seam_are_stated(with_views: duckdb.DuckDBPyConnection) -> None:
    panel(with_views, with_predecessors=False)
    row = with_views.execute(
        "select seam_excluded_usd, seam_excluded_baseline_3m_usd from views.listed_purchases_change"
        " where buyer = 'KGZ' and period = '2022-06-01'"
    ).fetchone()
    # 854151, 854159, 854149, 852589, 854800, 880730 (no predecessor asked), 852990 and 901380 (content changed)
    assert row is not None
    assert row[0] > 0
    assert row[1] > 0
