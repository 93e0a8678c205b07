"""UN Comtrade's answers to questions: what was not asked is refused, what is there in part proves nothing."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tradewatch import sources
from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import Pull, Question, Release

FILES = Path(__file__).parent / "files"
ROW: dict[str, Any] = json.loads((FILES / "comtrade_api.json").read_text(encoding="utf-8"))["data"][0]
Y2023, Y2024 = date(2023, 1, 1), date(2024, 1, 1)
KNOWN = {("398", Y2023): datetime(2024, 5, 1)}
QUESTION = Question(
    reporters=("398",),
    partners=("0", "643"),
    flows=("export", "import"),
    freq="A",
    commodities=("854231", "TOTAL"),
    periods=(Y2023, Y2024),
    released=KNOWN,
)


def row(partner: int, value: float, **changes: object) -> dict[str, Any]:
    return ROW | {"partnerCode": partner, "primaryValue": value, "fobvalue": value} | changes


def parsed(rows: Sequence[dict[str, Any]], question: Question = QUESTION) -> Release:
    body = json.dumps({"elapsedTime": "0.1 secs", "count": len(rows), "data": rows, "error": ""}).encode()
    moment = datetime(2026, 11, 24)
    return sources.parse(Pull(name="answer", body=gzip.compress(body), fetched_at=moment, asked=(question,)))


def test_an_answer_answers_for_each_flow_that_was_asked() -> None:
    release = parsed([row(0, 10), row(643, 9.5)])
    assert [(block.flow, block.partners) for block in release.blocks] == [
        ("export", ("0", "643")),
        ("import", ("0", "643")),
    ]
    assert all(block.known == KNOWN and block.state is None and not block.partial for block in release.blocks)
    assert (release.source, release.layout, release.released_at) == ("comtrade", "comtrade_api", None)
    assert (release.rows.height, release.rows_read, release.rows_rejected) == (2, 2, 0)


def test_no_rows_answer_too() -> None:
    release = parsed([])
    assert (release.rows.height, len(release.blocks)) == (0, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"partner2Code": 643},
        {"customsCode": "C01"},
        {"motCode": 2100},
        {"mosCode": "1"},
        {"flowCode": "RX"},
        {"flowCode": "FM"},
        {"cmdCode": "854239"},
        {"partnerCode": 276},
        {"reporterCode": 417},
        {"period": "2022", "refYear": 2022},
        {"freqCode": "M", "period": "202301"},
    ],
)
def test_a_row_that_was_not_asked_is_refused_with_its_place(changes: dict[str, Any]) -> None:
    name = next(iter(changes))
    with pytest.raises(SourceChanged, match=rf"answer, data\[1\]: {name} is '{changes[name]}', where .* as asked"):
        parsed([row(0, 10), row(643, 9) | changes])


def test_rows_released_while_we_asked_wait_for_the_next_pull() -> None:
    release = parsed([row(0, 10), row(0, 12, period="2024", refYear=2024)])
    assert release.rows["period"].to_list() == [Y2023]
    assert (release.rows_read, release.rows_rejected) == (2, 1)
    assert release.notes == ("1 rows left out: released while we asked; the next pull takes them.",)


EVERY = replace(QUESTION, every_partner=True)


def test_every_partner_brings_partners_nobody_knew() -> None:
    release = parsed([row(0, 10), row(276, 5), row(36, 5)], EVERY)
    assert [block.partners for block in release.blocks] == [("0", "643", "276", "36")] * 2


@pytest.mark.parametrize(
    ("rows", "partial"),
    [
        ([row(0, 1000), row(643, 1005)], False),
        ([row(0, 1000), row(643, 1005.01)], True),
        ([row(0, 10), row(643, 11)], False),
        ([row(0, 10), row(643, 11.01)], True),
        ([row(0, 1000), row(643, 1)], False),
        ([row(643, 1)], True),
        ([row(0, 1)], False),
        ([row(0, 10), row(643, 4), row(276, 6), row(97, 6), row(975, 6)], False),
        ([row(0, 10), row(643, 4), row(490, 9)], True),
        ([row(0, 10), row(643, 4), row(643, 4, cmdCode="TOTAL")], True),
    ],
)
def test_partners_without_their_world_are_there_in_part(rows: list[dict[str, Any]], partial: bool) -> None:
    exports, imports = parsed(rows, EVERY).blocks
    assert exports.partial == (KNOWN.keys() if partial else frozenset())
    assert imports.partial == frozenset()


def test_without_the_world_asked_partners_are_not_judged() -> None:
    release = parsed([row(643, 1)], replace(QUESTION, partners=("643",)))
    assert not any(block.partial for block in release.blocks)


def test_caps_are_the_pullers_own_matter() -> None:
    months = [date(2000 + year, month, 1) for year in range(25) for month in range(1, 13)]
    question = replace(
        QUESTION, freq="M", periods=tuple(months), released={("398", m): datetime(2026, 1, 1) for m in months}
    )
    rows = [
        row(partner, 1, freqCode="M", period=f"{month:%Y%m}", refYear=month.year)
        for month in months[:250]
        for partner in (0, 643)
    ]
    assert parsed(rows, question).rows_read == 500
    rows[0] = rows[1]
    with pytest.raises(DataError, match="the same cell"):
        parsed(rows, question)
