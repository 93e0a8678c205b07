"""Releases in small, and a ledger that loads them the way flow does: what the tests of the facts share."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import polars as pl

from tradewatch import facts
from tradewatch.files import shipped
from tradewatch.records import ROWS, Block, Release

START = datetime(2024, 1, 1)
MONTHS = (date(2023, 1, 1), date(2023, 2, 1))
PARTNERS = ("KGZ", "KAZ")
CODE = "854231"
Cell = tuple[str, date]  # partner, month


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def rows(cells: Mapping[Cell, int], commodity: str = CODE) -> pl.DataFrame:
    """German exports of one commodity: value in EUR by partner and month."""
    stated = [
        {
            "reporter_code": "DEU", "partner_code": partner, "flow": "export", "freq": "M", "period": month,
            "hs_edition": "HS2022", "commodity": commodity, "value": Decimal(value), "currency": "EUR",
            "valuation": "FOB", "quantity_estimated": False, "place": "line 2",
        }
        for (partner, month), value in cells.items()
    ]  # fmt: skip
    return pl.DataFrame(stated, schema=dict(ROWS))


def block(
    *,
    months: tuple[date, ...] = MONTHS,
    partners: tuple[str, ...] = PARTNERS,
    commodities: tuple[str, ...] = (CODE,),
    known: Mapping[date, datetime] | None = None,
    state: str | None = None,
    partial: tuple[date, ...] = (),
) -> Block:
    """What is asked of Germany's exports; `known` and `partial` by month."""
    return Block(
        reporters=("DEU",),
        partners=partners,
        flow="export",
        freq="M",
        commodities=commodities,
        periods=months,
        known=None if known is None else {("DEU", month): moment for month, moment in known.items()},
        state=state,
        partial=frozenset(("DEU", month) for month in partial),
    )


def answer(stated: pl.DataFrame, *blocks: Block) -> Release:
    return Release(source="eurostat", layout="test", rows=stated, rows_read=stated.height, blocks=blocks)


def release(cells: Mapping[Cell, int], *, complete: bool = False) -> Release:
    """A release of one moment, that says what was asked or does not."""
    return answer(rows(cells), *[block()] * complete)


def dated(cells: Mapping[Cell, int], known: Mapping[date, datetime], partial: tuple[date, ...] = ()) -> Release:
    """An answer whose months each have their own moment."""
    return answer(rows(cells), block(known=known, partial=partial))


class Ledger:
    """Loads releases the way flow does, and parses them again when an early one arrives late."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.loadings: dict[int, facts.Loading] = {}
        self.parsed_again: list[int] = []
        self.unknown_areas: list[str] = []

    def again(self, pull_id: int) -> facts.Loading:
        self.parsed_again.append(pull_id)
        return self.loadings[pull_id]

    def load(
        self, what: Release, known_from: datetime, mark: str = "", *, fetched_at: datetime | None = None
    ) -> dict[str, int]:
        pull_id = len(self.loadings) + 1
        loading = facts.Loading(
            release=what,
            pull_id=pull_id,
            known_from=known_from,
            sha256=mark or f"{pull_id:064}",
            fetched_at=fetched_at,
        )
        self.parsed_again.clear()
        loaded = facts.load(self.con, loading, self.again)
        self.loadings[pull_id], self.unknown_areas = loading, loaded.unknown_areas
        self.con.execute(
            "insert into raw.pull by name select $pull_id as pull_id, 'eurostat' as source, 'test' as layout,"
            " '' as scope, '{}' as requested, $at as fetched_at, $known as released_at, 'release' as released_basis,"
            " 0 as bytes, $sha as sha256, '' as path, 0 as rows_read, 0 as rows_new, 0 as rows_revised,"
            " 0 as rows_withdrawn, 0 as rows_unchanged, 0 as rows_rejected, '' as notes, 'loaded' as state",
            {"pull_id": pull_id, "at": fetched_at or known_from, "known": known_from, "sha": loading.sha256},
        )
        return loaded.counts | {"kept": loaded.kept}

    def known(self, as_of: datetime | None = None) -> dict[Cell, int]:
        self.con.execute("set variable as_of = $1", [as_of])
        rows = self.con.execute("select partner, period, value from facts.trade").fetchall()
        self.con.execute("reset variable as_of")
        assert len(rows) == len({row[:2] for row in rows}), "one flow has two versions at one time"
        return {(partner, period): int(value) for partner, period, value in rows}

    def covered(self, as_of: datetime | None = None) -> list[tuple[date, str]]:
        """Period and state of every line of facts.coverage."""
        self.con.execute("set variable as_of = $1", [as_of])
        found = self.con.execute("select period, state from facts.coverage order by all").fetchall()
        self.con.execute("reset variable as_of")
        return [(period, state) for period, state in found]


def new_ledger(con: duckdb.DuckDBPyConnection) -> Ledger:
    con.execute(
        "insert into ref.area by name select unnest(['DEU', 'KGZ', 'KAZ', 'WLD', 'X-EU']) as area, '' as name,"
        " unnest(['country', 'country', 'country', 'world', 'aggregate']) as kind"
    )
    for view in ("trade", "coverage"):
        select = (shipped("queries") / "facts" / f"{view}.sql").read_text(encoding="utf-8")
        con.execute(f"create view facts.{view} as {select}")
    return Ledger(con)
