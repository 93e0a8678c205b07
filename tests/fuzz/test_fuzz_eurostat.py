"""Damaged files of Eurostat and damaged panels give a Release or one sentence, never another error."""

import runpy
import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tradewatch.sources.eurostat_relational as eurostat_relational
import tradewatch.sources.eurostat_workbook as eurostat_workbook
import tradewatch.sources.panel as panel
from tradewatch.errors import TradewatchError
from tradewatch.records import ROWS, Pull, Release
from tradewatch.sources.eurostat import period, without_history

FILES = Path(__file__).parents[1] / "files"
BOOK = runpy.run_path(str(FILES / "eurostat_book.py"))
WORKBOOK: bytes = BOOK["packed"](BOOK["sheets"]())
VIEW = (FILES / "relational_view_labels.csv").read_bytes()
PANEL = b"""\
# title: A table
# publisher: Somebody
# licence: ours
# source: eurostat
# currency: EUR
# unit: 1
# freq: M
# first_column: C
# released_at: 2023-01-13T10:00
# complete: yes
# flows: export
# reporters: DEU
# partners: KGZ
# commodities: 85423190
reporter,partner,flow,commodity,place,note,2021-12,2022-01
DEU,KGZ,export,85423190,"b.xlsx, Sheet 1, row 12",,1.5,
"""
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SPICE = st.sampled_from(
    [b"", b"\0", b"\xff", b'"', b",", b"\n", b"\r", b"NaN", b"-1", b"1e9", b":", b"(", b"9" * 20, "٣".encode(), b"#"]
)


def check_sentence(words: str) -> None:
    assert words.isprintable(), words
    assert words.startswith("file")
    assert words.endswith(".")
    assert len(words) < 900


def outcome(layout: ModuleType, body: bytes) -> Release | None:
    """The release, checked against the contract, or None when the bytes were refused by one sentence."""
    assert layout.recognises(body) in (True, False)
    try:
        release: Release = layout.parse(Pull(name="file", body=body, fetched_at=datetime(2026, 1, 1)))
    except TradewatchError as problem:
        check_sentence(str(problem))
        return None
    assert dict(release.rows.schema) == dict(ROWS)
    assert release.rows_read == release.rows.height + release.rows_rejected
    return release


@st.composite
def damaged(draw: st.DrawFn, body: bytes) -> bytes:
    """A few places cut, doubled or spiced."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 12)))
        body = body[:start] + draw(SPICE) + draw(st.sampled_from([b"", body[start:end] * 2])) + body[end:]
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body


@quick
@given(damaged(VIEW))
def test_a_damaged_view(body: bytes) -> None:
    outcome(eurostat_relational, body)


@quick
@given(damaged(PANEL))
def test_a_damaged_panel(body: bytes) -> None:
    outcome(panel, body)


@quick
@given(damaged(WORKBOOK))
def test_a_damaged_workbook(body: bytes) -> None:
    outcome(eurostat_workbook, body)


@quick
@given(st.binary(max_size=300), st.sampled_from([eurostat_workbook, eurostat_relational, panel]))
def test_any_bytes(body: bytes, layout: ModuleType) -> None:
    for start in (b"", b"PK\x03\x04xl/", b"# title: a\n", VIEW[:70]):
        outcome(layout, start + body)


@quick
@given(st.data())
def test_a_workbook_whose_parts_are_damaged_but_packed_soundly(data: st.DataObject) -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(WORKBOOK)) as old, zipfile.ZipFile(out, "w") as new:
        victim = data.draw(st.sampled_from([part for part in old.namelist() if part.endswith(".xml")]))
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, data.draw(damaged(content)) if part == victim else content)
    outcome(eurostat_workbook, out.getvalue())


CELLS = st.one_of(
    st.just(":"),
    st.integers(0, 10**14).map(float),
    st.integers(0, 10**9).map(lambda thousandths: thousandths / 1000),
)


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.tuples(CELLS, CELLS, CELLS)] * 4))
def test_a_workbook_gives_back_what_was_put_in(values: tuple[tuple[str | float, ...], ...]) -> None:
    release = outcome(eurostat_workbook, BOOK["packed"](BOOK["sheets"](values=values)))
    assert release is not None
    stated = [round(Decimal(repr(cell)), 3) for row in values for cell in row if cell != ":"]
    assert release.rows["value"].to_list() == stated * 2


LABELS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@quick
@given(LABELS, LABELS, st.decimals(0, 10**14, places=3), st.sampled_from(["Total", "T-Total"]))
def test_a_view_gives_back_what_was_put_in(reporter: str, partner: str, value: Decimal, procedure: str) -> None:
    fields = (reporter, partner, "TOTAL-Total", "2-EXPORT", procedure, "202406-Jun. 2024", f"{value:f}")
    line = ",".join(f'"{field.replace(chr(34), chr(34) * 2)}"' for field in fields)
    release = outcome(eurostat_relational, VIEW.split(b"\n")[0] + b"\r\n" + line.encode() + b"\r\n")
    assert release is not None
    assert release.rows["value"].to_list() == [value]
    assert release.rows["period"].to_list() == [date(2024, 6, 1)]


@quick
@given(st.text(max_size=60))
def test_labels_lose_only_their_end(label: str) -> None:
    plain = without_history(label)
    assert label.strip().startswith(plain)
    assert bool(plain) == bool(label.strip())


@quick
@given(st.text(max_size=30))
def test_a_period_is_read_or_refused(label: str) -> None:
    try:
        freq, day = period(label)
    except ValueError:
        return
    assert (freq in ("M", "A"), day.day) == (True, 1)


@quick
@given(st.lists(st.one_of(st.none(), st.decimals(0, 10**9, places=2)), min_size=2, max_size=2))
def test_a_panel_gives_back_what_was_put_in(values: list[Decimal | None]) -> None:
    texts = ",".join("" if value is None else f"{value:f}" for value in values)
    release = outcome(panel, PANEL.replace(b"1.5,\n", texts.encode() + b"\n"))
    assert release is not None
    assert release.rows["value"].to_list() == [value for value in values if value is not None]


def test_the_unbroken_files_are_read() -> None:
    for layout, body in ((eurostat_workbook, WORKBOOK), (eurostat_relational, VIEW), (panel, PANEL)):
        assert outcome(layout, body) is not None
        with pytest.raises(TradewatchError):
            layout.parse(Pull(name="file", body=body[: len(body) // 2], fetched_at=datetime(2026, 1, 1)))
