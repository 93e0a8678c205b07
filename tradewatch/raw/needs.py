"""What a watch asks of a source, in the source's own codes, and what of it no answer covers yet."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import duckdb
import polars as pl

from tradewatch.errors import DataError
from tradewatch.files import plain, sql_of
from tradewatch.periods import months_between
from tradewatch.raw.asked import from_plain
from tradewatch.records import Dataset, Question
from tradewatch.warehouse import first_row, stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a user wants pulled: a watch, months, perhaps some reporters alone (areas), and the watch's controls."""

    watch: str
    first: date | None = None  # None: the first month of the watch's baseline
    last: date | None = None  # None: the month before this one
    reporters: tuple[str, ...] = ()
    controls: bool = False
    lines: bool = False  # tariff lines of the watched goods in place of their HS6 codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a watch asks of a source: the questions without datasets, and the area of each reporter's code."""

    questions: tuple[Question, ...]
    areas: Mapping[str, str]

    @property
    def reporters(self) -> tuple[str, ...]:
        """Every reporter's code, once."""
        return tuple(dict.fromkeys(code for question in self.questions for code in question.reporters))


WORLD, TOTAL = "0", "TOTAL"


def asked(con: duckdb.DuckDBPyConnection, source: str, wanted: Wanted, now: datetime) -> Asked:
    """
    The questions of a watch, which are three: what everybody sold of the watched goods to the target and the hubs;
    what the target and the hubs say that they bought of them from the rest; and everybody's totals with every partner,
    which say whether a month is whole. A DataError names what is unknown.
    """
    first, last = _months(con, wanted, now)
    codes = _codes(con, source, wanted)
    sellers = tuple(dict.fromkeys((*codes["coalition"], *codes["hub"], *codes["target"])))
    buyers = tuple(dict.fromkeys((*codes["target"], *codes["hub"], *codes["control_partner"])))
    goods = _goods(con, wanted)
    world = tuple(code for (code,) in con.execute(_select("partners"), {"source": source}).fetchall())
    frame = Question(
        lines=wanted.lines,
        reporters=sellers,
        partners=(WORLD, *buyers),
        flows=("export",),
        freq="M",
        commodities=goods,
        periods=tuple(months_between(first, last)),
    )
    questions = (
        frame,
        replace(frame, reporters=buyers, partners=(WORLD, *sellers), flows=("import",)),
        replace(
            frame, partners=world, flows=("export", "import"), commodities=(TOTAL,), every_partner=True, lines=False
        ),
    )
    return _of_reporters(con, source, wanted, questions)


def _of_reporters(con: duckdb.DuckDBPyConnection, source: str, wanted: Wanted, questions: Sequence[Question]) -> Asked:
    """The questions, of the wanted reporters alone where some are named."""
    rows = con.execute(_select("areas"), {"source": source, "watch": wanted.watch}).fetchall()
    areas = {code: area for _, area, code in rows}
    if unknown := sorted(set(wanted.reporters) - set(areas.values())):
        named, known = plain(", ".join(unknown)), ", ".join(sorted(set(areas.values())))
        raise DataError(f"{named} is no area of the watch {wanted.watch}; it has {known}.")
    kept = {code for code, area in areas.items() if not wanted.reporters or area in wanted.reporters}
    cut = [replace(one, reporters=tuple(code for code in one.reporters if code in kept)) for one in questions]
    return Asked(questions=tuple(one for one in cut if one.reporters), areas=areas)


def _months(con: duckdb.DuckDBPyConnection, wanted: Wanted, now: datetime) -> tuple[date, date]:
    row = first_row(con, "select baseline_from from ref.watch where watch = $watch", {"watch": wanted.watch})
    if row is None:
        known = ", ".join(name for (name,) in con.execute("select watch from ref.watch order by watch").fetchall())
        raise DataError(f"there is no watch {plain(wanted.watch)}; there are {known}.")
    first = wanted.first or row[0].replace(day=1)
    last = wanted.last or date(now.year - (now.month == 1), (now.month - 2) % 12 + 1, 1)
    if first > last:
        raise DataError(f"{first:%Y-%m} to {last:%Y-%m} is no span of months; give --since before --until.")
    return first, last


def _codes(con: duckdb.DuckDBPyConnection, source: str, wanted: Wanted) -> dict[str, list[str]]:
    """The codes of each role of the watch; control partners only where they are wanted."""
    codes: dict[str, list[str]] = defaultdict(list)
    for role, _, code in con.execute(_select("areas"), {"source": source, "watch": wanted.watch}).fetchall():
        if role != "control_partner" or wanted.controls:
            codes[role].append(code)
    return codes


def _goods(con: duckdb.DuckDBPyConnection, wanted: Wanted) -> tuple[str, ...]:
    """The watched HS6 codes with their relatives of other editions, and the control products where they are wanted."""
    rows = con.execute(
        "select hs6 from views.watched_goods where watch = $watch union select member from ref.watch_member"
        " where watch = $watch and role = 'control_product' and $controls order by 1",
        {"watch": wanted.watch, "controls": wanted.controls},
    ).fetchall()
    return tuple(code for (code,) in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What no answer covers yet: of one question, these flows, partners and commodities in these datasets."""

    question: Question
    datasets: frozenset[Dataset]
    flows: tuple[str, ...]
    partners: tuple[str, ...]
    commodities: tuple[str, ...]


def missing(
    con: duckdb.DuckDBPyConnection, source: str, asked: Asked, released: Mapping[Dataset, datetime]
) -> list[Missing]:
    """What of the questions is released and not answered since; where every partner is asked, the World tells."""
    _register(con, asked, released)
    rows = con.execute(_select("needs"), {"source": source, "freq": "M"}).fetchall()
    for name in ("ask_datasets", "ask_reporters", "ask_pairs"):
        con.execute(f"drop table temp.{name}")
    flows: dict[tuple[int, str, date, str, str], list[str]] = defaultdict(list)
    for ask, code, period, flow, partners, commodities in rows:
        flows[ask, code, period, partners, commodities].append(flow)
    datasets: dict[tuple[int, tuple[str, ...], str, str], set[Dataset]] = defaultdict(set)
    for (ask, code, period, partners, commodities), found in flows.items():
        datasets[ask, tuple(found), partners, commodities].add((code, period))
    final = [
        Missing(
            question=asked.questions[ask],
            datasets=frozenset(found),
            flows=names,
            partners=asked.questions[ask].partners if asked.questions[ask].every_partner else tuple(codes.split(",")),
            commodities=tuple(goods.split(",")),
        )
        for (ask, names, codes, goods), found in datasets.items()
        if not asked.questions[ask].lines
    ]
    return final + _missing_lines(con, source, asked, released)


def _missing_lines(
    con: duckdb.DuckDBPyConnection, source: str, asked: Asked, released: Mapping[Dataset, datetime]
) -> list[Missing]:
    """
    Of tariff lines, the datasets in which an asked code was not asked since the newest release: coverage cannot tell,
    since nobody knows which national codes exist. What was asked stands in the ledger.
    """
    wanted = [question for question in asked.questions if question.lines]
    answered = _answered_lines(con, source) if wanted else []
    groups: dict[tuple[int, tuple[str, ...]], set[Dataset]] = defaultdict(set)
    for ask, question in enumerate(wanted):
        for dataset, at in released.items():
            if dataset[0] in question.reporters:
                done = {code for one in answered if _covers(one, question, dataset, at) for code in one.commodities}
                groups[ask, tuple(code for code in question.commodities if code not in done)].add(dataset)
    return [
        Missing(
            question=wanted[ask],
            datasets=frozenset(datasets),
            flows=wanted[ask].flows,
            partners=wanted[ask].partners,
            commodities=codes,
        )
        for (ask, codes), datasets in groups.items()
        if codes
    ]


def _answered_lines(con: duckdb.DuckDBPyConnection, source: str) -> list[Question]:
    """The questions for tariff lines whose answers are loaded."""
    rows = con.execute(
        "select requested -> 'asked' from raw.pull where source = $source and state = 'loaded'"
        " and contains(requested, '\"lines\": true')",
        {"source": source},
    ).fetchall()
    return [question for (text,) in rows for question in from_plain(json.loads(text)) if question.lines]


def _covers(one: Question, question: Question, dataset: Dataset, at: datetime) -> bool:
    """Whether an answered question told all flows and partners of a dataset's newest release."""
    known = one.released.get(dataset)
    return (
        known is not None
        and known >= at
        and set(one.flows) >= set(question.flows)
        and (one.every_partner or set(one.partners) >= set(question.partners))
    )


def _register(con: duckdb.DuckDBPyConnection, asked: Asked, released: Mapping[Dataset, datetime]) -> None:
    """The three tables that needs.sql compares."""
    datasets = [(code, asked.areas[code], period, at) for (code, period), at in released.items()]
    schema = {"reporter_code": pl.String(), "area": pl.String(), "period": pl.Date(), "known_from": pl.Datetime("us")}
    stage(con, "ask_datasets", pl.DataFrame(datasets, schema=schema, orient="row"))
    reporters = [(ask, code) for ask, question in enumerate(asked.questions) for code in question.reporters]
    stage(con, "ask_reporters", _frame(reporters, ("ask", "reporter_code")))
    areas = dict(con.execute("select code, area from ref.source_area where source = 'comtrade'").fetchall())
    pairs = [
        (ask, flow, place, code, areas[code], commodity)
        for ask, question in enumerate(asked.questions)
        for flow in question.flows
        for place, code in enumerate((WORLD,) if question.every_partner else question.partners)
        for commodity in question.commodities
    ]
    stage(con, "ask_pairs", _frame(pairs, ("ask", "flow", "place", "partner_code", "partner", "commodity")))


def _frame(rows: Iterable[tuple[object, ...]], names: tuple[str, ...]) -> pl.DataFrame:
    numbers = {"ask", "place"}
    schema = {name: pl.Int64() if name in numbers else pl.String() for name in names}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _select(name: str) -> str:
    return sql_of(f"raw/{name}")
