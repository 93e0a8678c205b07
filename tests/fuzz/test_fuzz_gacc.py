"""
Code books of China's customs, damaged and made up: what was written is read, or one sentence says what is wrong. And
queries of any size: everything is asked once, in no more than the form and a file can hold.
"""

from collections import Counter
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewatch.errors import TradewatchError
from tradewatch.records import Pull, Question
from tradewatch.sources import gacc_code_book, gacc_form
from tradewatch.sources.gacc_code_book import BOOK, UNITS, Book

HEAD = '"CODES","DESCRIPTION","YEAR","UNIT_1_CODES","UNIT_1_DESCRIPTION","UNIT_2_CODES","UNIT_2_DESCRIPTION",\n'
FUZZ = settings(max_examples=150, deadline=None)

NAME = st.text(st.sampled_from('ab, "?\n2025马，'), max_size=20).filter(lambda name: '",' not in name)
UNIT = st.sampled_from(sorted(UNITS))
RECORD = st.tuples(NAME, UNIT, st.none() | UNIT)
CODE = st.text("0123456789", min_size=8, max_size=8)
RECORDS = st.dictionaries(CODE, RECORD, min_size=1, max_size=6)


def written(records: dict[str, tuple[str, str, str | None]]) -> bytes:
    lines = [HEAD]
    for code, (name, one, two) in records.items():
        second = f'{two},"{UNITS[two]}"' if two else '?,"?"'
        lines.append(f'{code},"{name}",2025,{one},"{UNITS[one]}",{second},\n')
    return "".join(lines).encode("gb18030")


def parsed(body: bytes) -> Book:
    return gacc_code_book.parse(Pull(name="file", body=body, fetched_at=datetime(2026, 11, 26)))


@FUZZ
@given(RECORDS)
def test_whatever_the_names_codes_and_units_are_read(records: dict[str, tuple[str, str, str | None]]) -> None:
    found = parsed(written(records)).rows.select("commodity", "unit_code", "unit2_code").rows()
    assert found == [(code, one, two) for code, (_, one, two) in records.items()]


@FUZZ
@given(RECORDS, st.integers(0, 10_000), st.binary(max_size=4), st.integers(0, 12))
def test_a_damaged_book_is_read_or_refused_in_one_sentence(
    records: dict[str, tuple[str, str, str | None]], at: int, new: bytes, over: int
) -> None:
    body = written(records)
    place = at % len(body)
    damaged = body[:place] + new + body[place + over :]
    try:
        book = parsed(damaged)
    except TradewatchError as problem:
        said = str(problem)
    else:
        assert dict(book.rows.schema) == BOOK
        assert book.rows["commodity"].is_unique().all()
        assert book.rows.height <= len(records)
        return
    assert said.isprintable()
    assert said.startswith("file")


@FUZZ
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_refused_in_one_sentence(body: bytes) -> None:
    with pytest.raises(TradewatchError) as refused:
        parsed(body)
    assert str(refused.value).isprintable()


CODES = st.lists(CODE, min_size=1, max_size=40, unique=True).map(tuple)
PARTNERS = tuple(str(number) for number in range(101, 344))


@FUZZ
@given(CODES, st.integers(1, 40), st.integers(1, 12), st.sampled_from([("export",), ("import",), ("export", "import")]))
def test_every_code_is_asked_once_within_what_a_file_holds(
    codes: tuple[str, ...], partners: int, months: int, flows: tuple[str, ...]
) -> None:
    wanted = Question(
        reporters=("142",),
        partners=PARTNERS[:partners],
        flows=flows,
        freq="M",
        commodities=codes,
        periods=tuple(date(2025, month, 1) for month in range(1, months + 1)),
    )
    found = gacc_form.queries(wanted, PARTNERS, datetime(2026, 11, 26))
    asked = Counter((one.flows, code, partner) for one in found for code in one.commodities for partner in one.partners)
    every = PARTNERS if found[0].every_partner else wanted.partners
    assert asked == Counter({((flow,), code, partner): 1 for flow in flows for code in codes for partner in every})
    for one in found:
        boxes = [one.commodities] + [one.partners] * (not one.every_partner)
        assert all(1 <= len(box) <= gacc_form.MOST_VALUES for box in boxes)
        assert len(one.commodities) * len(one.partners) * months < 10_000
    addresses = [gacc_form.address(one, "USD") for one in found]
    assert len(set(addresses)) == len(addresses)
