"""
What a parser gives: the rows of one release of one source, and what the release answers for.

A parser is pure: bytes in, a `Release` out, no clock, no disk, no network, no reference list. Area codes are therefore
still the source's own; `facts/` maps them through `ref.source_area`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import polars as pl

Dataset = tuple[str, date]
"""One reporter, in the source's own code, and the first day of one period: what a source releases at once."""

FLOWS = frozenset({"export", "import", "re_export", "re_import", "domestic_export"})

MONEY = pl.Decimal(18, 3)
"""Money and quantities: exact, so that sums repeat to the last digit."""

ROWS: Mapping[str, pl.DataType] = {
    "reporter_code": pl.String(),  # as the source writes it: M49-like number, ISO2, label, GACC number
    "partner_code": pl.String(),
    "flow": pl.String(),  # one of FLOWS
    "freq": pl.String(),  # M month, A year, YTD year to date as the source stated it then
    "period": pl.Date(),  # first day of the month or year; of a YTD, of its last month
    "hs_edition": pl.String(),  # HS2012 HS2017 HS2022 … as reported; for a CN8 year, the edition it follows; GACC
    "commodity": pl.String(),  # text, zeros kept, 2 to 10 digits or TOTAL; with edition GACC, a label
    "value": MONEY,  # in `currency`, whole units (not thousands)
    "currency": pl.String(),  # ISO 4217
    "valuation": pl.String(),  # FOB, CIF or OTHER
    "net_kg": MONEY,  # kilograms, null when not stated
    "quantity": MONEY,  # in `quantity_unit`, null when not stated
    "quantity_unit": pl.String(),  # the source's own name of the unit, null when not stated
    "quantity_estimated": pl.Boolean(),  # true when the source estimated net_kg or quantity
    "summed": pl.Boolean(),  # true when the file states only parts of this flow, and they were added up
    "place": pl.String(),  # where in the file: "Sheet 12, K23", "line 5", "data[17]"
}
"""The columns of `Release.rows`, in order. No column but net_kg, quantity and quantity_unit may hold a null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """
    What a release was asked for: every reporter × partner × flow × commodity × period of these lists is answered,
    by a row or by "nothing recorded". Codes are the source's own.
    """

    reporters: tuple[str, ...]
    partners: tuple[str, ...]
    flow: str
    freq: str
    commodities: tuple[str, ...]
    periods: tuple[date, ...]
    known: Mapping[Dataset, datetime] | None = None
    """
    The datasets that are answered, each with the moment from which that is known (naive UTC), where the source says
    what it released and when: one without rows is published with nothing recorded. None where the rows must tell.
    """
    state: str | None = None  # not_released or failed: nothing came of these datasets, and this is why
    partial: frozenset[Dataset] = frozenset()  # of these not all came: their rows count, their gaps prove nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """
    What one call asks of a source, in the source's own codes but for flows. `released` has the datasets that the
    source says are there, each with the moment it became known; others inside reporters × periods are not asked.
    """

    reporters: tuple[str, ...]
    partners: tuple[str, ...]
    flows: tuple[str, ...]  # of FLOWS
    freq: str
    commodities: tuple[str, ...]
    periods: tuple[date, ...]
    released: Mapping[Dataset, datetime] = field(default_factory=dict)
    every_partner: bool = False  # ask without naming partners; `partners` are then all that are known
    lines: bool = False  # ask for the reporters' own codes (tariff lines) that begin with one of `commodities`

    def blocks(self, known: Mapping[Dataset, datetime], state: str | None = None) -> tuple[Block, ...]:
        """What is answered of it, one block a flow; with a `state`, what was asked and did not come."""
        common = {name: getattr(self, name) for name in ("reporters", "partners", "freq", "commodities", "periods")}
        return tuple(Block(flow=flow, known=known, state=state, **common) for flow in self.flows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One dataset as a source states it. Times are naive UTC; `rows` is the size of the whole dataset."""

    dataset: Dataset
    hs_edition: str
    original: bool  # not converted from another edition
    first_released: datetime
    last_released: datetime
    checksum: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call over the network, for the ledger. `asked` is the path with its parameters, never a key."""

    source: str
    called_at: datetime  # naive UTC
    service: str  # data, public, bulk …: each has limits of its own
    kind: str  # availability, notes, count, figures, list or file
    asked: str
    http_status: int | None = None  # None when no answer came
    outcome: str = "answered"  # answered, cut (at a row cap), again (may pass), quota, refused or changed
    cells: int | None = None  # the most rows that the question could bring
    rows_read: int | None = None  # rows that came; of a count, the number counted
    bytes: int = 0  # as they came over the wire
    seconds: float = 0.0
    again_at: datetime | None = None  # when the service said that its quota is back


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """
    One file or answer, parsed.

    `blocks` is empty when the file does not say what was asked (most files saved by hand): then absence proves nothing
    and nothing is ever withdrawn because of it.
    """

    source: str  # eurostat, comtrade, gacc …: the value of facts.trade.source
    layout: str  # the parser that read it, e.g. eurostat_workbook
    rows: pl.DataFrame  # columns ROWS
    rows_read: int  # data rows or filled cells in the file, before any is summed or left out
    rows_rejected: int = 0  # of these, left out (breakdown rows beside their totals, flows we do not keep); see notes
    blocks: tuple[Block, ...] = ()
    released_at: datetime | None = None  # naive UTC; None when the source does not say
    rounded: Decimal = Decimal(0)  # half of the last printed digit: a known figure within it is the same figure
    notes: tuple[str, ...] = ()  # sentences for people: "summed over customs regime, which the file breaks down by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the user told about a file that the file itself cannot say."""

    flow: str | None = None  # export or import (GACC's query platform does not print it)
    currency: str | None = None  # CNY or USD (there it stands in one heading alone); "" where nobody was asked
    rows: int | None = None  # how many the platform showed, so that a file that is cut at the end of a line shows


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """One file or answer as it came: the bytes, where they are from, and when."""

    name: str  # of the file, or what was asked in words
    body: bytes = field(repr=False)
    fetched_at: datetime  # naive UTC
    told: Told = Told()
    released_at: datetime | None = None  # told by the user; else the release's own; else fetched_at
    layout: str = ""  # the layout of an answer, known to whoever asked; empty where the content must tell
    asked: tuple[Question, ...] = ()  # what a call asked; empty for a file saved by hand
    address: str = ""  # where a call asked, never with a key
