"""From what is needed to the fewest calls: products of reporters and months, parts under a cap, addresses."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewatch.periods import shift
from tradewatch.records import Dataset, Question
from tradewatch.sources.comtrade_plan import Need, fitting, halves, plan, products
from tradewatch.sources.comtrade_service import LONGEST_ADDRESS, Service, TooLarge, data_path

START, AT = date(2022, 1, 1), datetime(2024, 1, 1)
KEYED = Service(key="k", caps=(100_000, 250_000))
FILLED = {False: 0.6, True: 0.6}


def months(count: int) -> tuple[date, ...]:
    return tuple(shift(START, number) for number in range(count))


def question(reporters: int, periods: int, partners: int, commodities: int, **more: object) -> Question:
    codes = tuple(str(100 + number) for number in range(reporters))
    return Question(
        reporters=codes,
        partners=tuple(map(str, range(partners))),
        flows=("export", "import"),
        freq="M",
        commodities=tuple(f"{850000 + number}" for number in range(commodities)),
        periods=months(periods),
        released=dict.fromkeys(product(codes, months(periods)), AT),
        **more,  # type: ignore[arg-type]
    )


def cells(questions: Iterable[Question]) -> list[tuple[object, ...]]:
    return [
        (*dataset, *rest)
        for one in questions
        for dataset in one.released
        for rest in product(one.flows, one.partners, one.commodities)
    ]


def test_a_list_of_fifty_codes_thirty_reporters_and_two_years_needs_few_calls() -> None:
    whole = question(30, 24, 21, 50)
    need = Need(frozenset(whole.released), whole.flows, whole.partners, whole.commodities, every_partner=False)
    planned = plan([need], whole.released, "M", KEYED, FILLED)
    assert len(planned) == 2
    assert 10 <= sum(one.calls for one in planned) <= 40
    assert all(len(one.question.periods) == 12 for one in planned)
    assert sorted(cells(one.question for one in planned)) == sorted(cells([whole]))


datasets = st.sets(
    st.tuples(st.sampled_from([str(number) for number in range(8)]), st.sampled_from(months(20))), max_size=60
)


@given(needed=datasets, others=datasets)
def test_products_hold_what_is_needed_once_and_nothing_that_is_there_already(
    needed: set[Dataset], others: set[Dataset]
) -> None:
    found = [pair for reporters, periods in products(needed, needed | others) for pair in product(reporters, periods)]
    assert len(found) == len(set(found))
    assert needed <= set(found)
    assert not set(found) & (others - needed)


def test_changes_of_one_month_are_one_call_and_so_are_those_of_one_reporter() -> None:
    released = set(product("abcdefgh", months(12)))
    one_month = {(code, START) for code in "abcdefgh"}
    one_reporter = {("a", month) for month in months(12)}
    assert len(products(one_month, released)) == 1
    assert len(products(one_reporter, released)) == 1
    assert len(products(one_month | one_reporter, released)) == 2


@given(
    lists=st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5)),
    rows=st.integers(0, 5000),
    cap=st.integers(1, 600),
    weights=st.lists(st.integers(0, 1000), min_size=20, max_size=20),
)
def test_parts_hold_every_cell_once(lists: tuple[int, int, int, int], rows: int, cap: int, weights: list[int]) -> None:
    whole = question(*lists)
    sizes = dict(zip(whole.released, weights, strict=False))
    found = fitting(whole, rows, cap, sizes)
    assert sorted(cells(found)) == sorted(cells([whole]))


def test_parts_follow_the_sizes_of_datasets() -> None:
    whole = question(4, 1, 2, 1)
    sizes = dict(zip(whole.released, (97, 1, 1, 1), strict=True))
    first, *_ = fitting(whole, 200, 130, sizes)
    assert first.reporters == ("100",)


def test_halves_go_along_periods_then_reporters_codes_flows_and_partners_down_to_one_cell() -> None:
    whole = question(2, 2, 2, 2)
    seen = []
    while True:
        seen.append(
            (len(whole.periods), len(whole.reporters), len(whole.commodities), len(whole.flows), len(whole.partners))
        )
        try:
            whole = halves(whole, {})[0]
        except TooLarge:
            break
    assert seen == [(2,) * 5, (1, 2, 2, 2, 2), (1, 1, 2, 2, 2), (1, 1, 1, 2, 2), (1, 1, 1, 1, 2), (1,) * 5]


def test_all_partners_of_a_cell_cannot_be_parted() -> None:
    one = question(1, 1, 300, 1, every_partner=True)
    with pytest.raises(TooLarge):
        halves(halves(one, {})[0], {})


def test_a_month_without_a_released_dataset_is_not_asked() -> None:
    whole = question(2, 4, 1, 1)
    needed = {one for one in whole.released if one[1] != months(4)[2]}
    planned = plan(
        [Need(frozenset(needed), ("export",), ("0",), ("TOTAL",), False)], dict.fromkeys(needed, AT), "M", KEYED, FILLED
    )
    assert [one.question.periods for one in planned] == [(*months(2), months(4)[3])]


def test_no_address_is_too_long_and_no_cell_is_lost_over_it() -> None:
    whole = question(300, 12, 200, 900)
    need = Need(frozenset(whole.released), whole.flows, whole.partners, whole.commodities, every_partner=False)
    planned = plan([need], whole.released, "M", KEYED, FILLED)
    lengths = [len(KEYED.url + data_path(one.question, KEYED)) for one in planned]
    assert 1 < len(planned) < 10
    assert max(lengths) <= LONGEST_ADDRESS
    count = sum(
        len(one.question.released) * 2 * len(one.question.partners) * len(one.question.commodities) for one in planned
    )
    assert count == 300 * 12 * 2 * 200 * 900


def test_the_address_pins_the_totals_and_holds_no_key() -> None:
    path = data_path(question(1, 1, 2, 1), Service(key="secret-key", caps=(100_000, 250_000)))
    assert path.startswith("/data/v1/get/C/M/HS?")
    assert {"partner2Code=0", "customsCode=C00", "motCode=0", "partnerCode=0,1", "flowCode=X,M"} <= set(
        path.split("?")[1].split("&")
    )
    assert "secret" not in path
    assert data_path(question(1, 1, 1, 1), Service()).startswith("/public/v1/preview/C/M/HS?")
