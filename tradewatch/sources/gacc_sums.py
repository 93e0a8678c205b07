"""
What must add up in a table of China's customs, so that a column, a row or a unit out of place shows itself.

Total is exports and imports; a year to date is no less than its month; and the three growth rates of a line must fit
each other, because the total of the year before is its exports and imports: exports printed as imports do not.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tradewatch.errors import DataError
from tradewatch.sources.gacc_headings import Column
from tradewatch.sources.gacc_table import Line, Table
from tradewatch.sources.tables import quoted

_TWICE = 2
_NEAR = Decimal("1.25")
"""In the pages of 2026-03 and 2026-06 no ratio of a month's exports and imports is off by more than 1.35."""

_HALF_PERCENT = Decimal("0.005")
_RATE = Decimal("0.0005")
"""Half of the last digit of a growth rate of one decimal, as a share."""

_MONTHLY = {"CNY": Decimal(15) * 10**11, "USD": Decimal(15) * 10**10}
"""
The least that China's exports and imports of a month together come to, from 2018 on, in whole units; the most is ten
times as much. So a unit that is wrong by ten or more, or dollars read as yuan, falls outside.
"""
_MOST = 10
_MANY = 30
_LARGE = 1_000
_DEARER = 10
"""How far the price of a commodity may move within a year: ships, the least uniform, are counted without their size."""

_MONTHS = {"M": 1, "YTD": 0, "A": 12}
"""How many months a span has; 0 where its last month says it."""

_SINCE = 2018
_SURPLUS_SINCE = 2021
"""From this year on exports exceeded imports in every month (customs' own totals, until 2026-09)."""


def check_flows(table: Table) -> None:
    """Every line: total = exports + imports and balance = exports - imports in the printed digits, and the spans."""
    for line in table.lines:
        for span in _MONTHS:
            _check_total(table, line, span)
        check_spans(table, line)
        _check_growth(table, line)


def _check_total(table: Table, line: Line, span: str) -> None:
    total, exports, imports, balance = (
        line.figures.get(Column("value", flow, span)) for flow in ("total", "export", "import", "balance")
    )
    zero, most = Decimal(0), table.step * 3 / 2
    if Column("value", "total", span) in line.figures:
        made = (exports or zero) + (imports or zero)
        if abs((total or zero) - made) > most:
            column = Column("value", "total", span)
            raise table.wrong(line, column, f"the total is {total or 0}, but exports and imports make {made}")
    if Column("value", "balance", span) in line.figures:
        made = (exports or zero) - (imports or zero)
        if abs((balance or zero) - made) > most:
            column = Column("value", "balance", span)
            raise table.wrong(line, column, f"the balance is {balance or 0}, but exports less imports make {made}")


def check_spans(table: Table, line: Line) -> None:
    """A year to date is no less than its last month, and in January it is the month."""
    for column, month in line.figures.items():
        if column.span == "M" and column.flow != "balance":
            year = Column(column.what, column.flow, "YTD", column.partner)
            if year not in line.figures:
                continue
            to_date = line.figures[year]
            if (month or 0) > (to_date or 0):
                raise table.wrong(line, year, f"the year to date is {to_date or 0}, less than its month, {month}")
            if table.period.month == 1 and (month or 0) != (to_date or 0):
                raise table.wrong(line, year, f"January is {month or 0}, but the year to date is {to_date or 0}")


def _check_growth(table: Table, line: Line) -> None:
    """The year before, by the printed growth of exports and imports, must be what the growth of the total says."""
    before = [_before(table, line, flow) for flow in ("total", "export", "import")]
    if None in before:
        return
    total, exports, imports = (bounds for bounds in before if bounds)
    if exports[0] + imports[0] > total[1] or total[0] > exports[1] + imports[1]:
        column = Column("value", "total", "YTD")
        raise table.wrong(line, column, "the growth of exports and of imports does not make the growth of the total")


def _before(table: Table, line: Line, flow: str) -> tuple[Decimal, Decimal] | None:
    """The least and the most that the same months of the year before were; None where that is not printed."""
    value, percent = (line.figures.get(Column(what, flow, span)) for what, span in (("value", "YTD"), ("change", "")))
    if value is None or percent is None or 1 + percent / 100 <= 2 * _RATE:
        return None
    growth, half = 1 + percent / 100, table.step / 2
    return (value - half) / (growth + _RATE), (value + half) / (growth - _RATE)


def check_world(table: Table, line: Line) -> None:
    """The line of the world is of the size and of the sign that China's trade has."""
    for span in _MONTHS:
        if Column("value", "export", span) in line.figures:
            _check_size(table, line, span)
            _check_surplus(table, line, span)


def _check_size(table: Table, line: Line, span: str) -> None:
    column, least = Column("value", "total", span), _MONTHLY[table.unit.currency]
    total = table.value(line, column) or Decimal(0)
    months = _MONTHS[span] or table.period.month
    if table.period.year >= _SINCE and not least <= total / months < least * _MOST:
        size = f"{least:,.0f} to {least * _MOST:,.0f} {table.unit.currency} a month"
        raise table.wrong(
            line, column, f"{total:,.0f} in {months} month(s) is not the size of all of China's trade, {size}"
        )  # fmt: skip


def _check_surplus(table: Table, line: Line, span: str) -> None:
    exports, imports = (line.figures[Column("value", flow, span)] or 0 for flow in ("export", "import"))
    if table.period.year >= _SURPLUS_SINCE and exports <= imports:
        said = f"exports are {exports} and imports {imports}, a deficit that China has had in no month since"
        column = Column("value", "export", span)
        raise table.wrong(line, column, f"{said} {_SURPLUS_SINCE}, so the columns may be swapped")


def check_balanced(table: Table, line: Line, world: Line) -> None:
    """
    Exports and imports of one line's month are not in each other's place: the month's ratio of them moves with that of
    all trade, so one that is more than TWICE off, and would be right the other way round, is swapped.
    """
    ratio, all_ = (_month_against_year(one) for one in (line, world))
    if ratio is None or all_ is None:
        return
    exports, imports = (line.figures[Column("value", flow, "M")] or Decimal(1) for flow in ("export", "import"))
    off = ratio / all_
    turned = off * (imports / exports) ** 2
    if not 1 / _TWICE <= off <= _TWICE and 1 / _NEAR <= turned <= _NEAR:
        raise table.wrong(
            line, Column("value", "export", "M"), "exports and imports of the month are as if they were swapped"
        )


def _month_against_year(line: Line) -> Decimal | None:
    """Exports over imports of the month, over the same of the year to date; None where any is nothing."""
    figures = [line.figures.get(Column("value", flow, span)) for span in ("M", "YTD") for flow in ("export", "import")]
    if not all(figures):
        return None
    month_exports, month_imports, exports, imports = (figure or Decimal(1) for figure in figures)
    return month_exports / month_imports / (exports / imports)


def check_made(table: Table, whole: Line, parts: Sequence[Line], within: Decimal) -> None:
    """Parts make their whole, within a share of it."""
    for column, figure in whole.figures.items():
        if column.what != "value" or column.flow == "balance":
            continue
        made = sum((part.figures[column] or Decimal(0) for part in parts), Decimal(0))
        if abs(made - (figure or 0)) > table.step * (len(parts) + 1) / 2 + (figure or 0) * within:
            raise table.wrong(whole, column, f"it is {figure or 0}, but its {len(parts)} parts make {made}")


def check_parts(table: Table, whole: Line, parts: Sequence[Line], *, complete: bool) -> None:
    """Parts never exceed their whole; where all of them are listed, half a percent of it may be missing."""
    for column, figure in whole.figures.items():
        if column.what != "value" or column.flow == "balance":
            continue
        made = sum((part.figures[column] or Decimal(0) for part in parts), Decimal(0))
        rest = (figure or Decimal(0)) - made
        slack = table.step * (len(parts) + 1) / 2
        if rest < -slack or (complete and rest > slack + (figure or 0) * _HALF_PERCENT):
            raise table.wrong(whole, column, f"it is {figure or 0}, but its {len(parts)} parts make {made}")


def check_copies(table: Table, lines: Sequence[Line]) -> None:
    """No line has the figures of another under a label of its own; small figures may be the same by chance."""
    seen: dict[tuple[tuple[Column, Decimal | None], ...], Line] = {}
    for line in lines:
        key = tuple((column, figure) for column, figure in line.figures.items() if column.what != "change")
        if max((figure or Decimal(0) for _, figure in key), default=Decimal(0)) < table.step * _LARGE:
            continue
        if key in seen:
            column = key[0][0]
            raise table.wrong(line, column, f"all its figures are those of {quoted(seen[key].label, 40)}")
        seen[key] = line


def check_largest(table: Table) -> None:
    """
    A list of major commodities is long, and its largest, machines and electrical goods, is near half of all exports or
    imports: some ten times as much or as little is another unit.
    """
    if len(table.lines) < _MANY:
        raise DataError(
            f"{table.grid.file}: {len(table.lines)} commodities, where a list has {_MANY} or more; the table is cut, "
            "save it again."
        )
    if table.period.year < _SINCE:
        return
    for span in ("M", "YTD"):
        column = Column("value", "", span)
        largest = max(table.lines, key=lambda line: line.figures.get(column) or 0)
        months = table.period.month if span == "YTD" else 1
        least = _MONTHLY[table.unit.currency] / 5
        if column in largest.figures and not least <= (table.value(largest, column) or 0) / months < least * _MOST:
            size = f"{least:,.0f} to {least * _MOST:,.0f} {table.unit.currency} a month"
            raise table.wrong(
                largest, column, f"the largest of {len(table.lines)} commodities is not of its size, {size}"
            )


def check_price(table: Table, line: Line) -> None:
    """The value of one unit in the month and in the year to date are of one size; figures are taken as rounded."""
    price = {}
    for span in ("M", "YTD"):
        value, quantity = (line.figures.get(Column(what, "", span)) for what in ("value", "quantity"))
        if value is None or quantity is None:
            return
        half = Decimal(1).scaleb(int(quantity.as_tuple().exponent)) / 2
        if quantity <= half or value <= table.step:
            return
        price[span] = ((value - table.step) / (quantity + half), (value + table.step) / (quantity - half))
    month, year = price["M"], price["YTD"]
    if month[0] > _DEARER * year[1] or year[0] > _DEARER * month[1]:
        said = f"more than {_DEARER} times as dear, or as cheap, in the month as in the year to date"
        raise table.wrong(line, Column("value", "", "M"), f"a unit of it is {said}")


def check_turned(table: Table) -> None:
    """
    No quantity of a commodity stands in the place of a value: month and year to date of both fit each other and the
    largest line; a line that does not, by more than TWICE, and would if two of them changed places, is swapped.
    """
    value = {span: Column("value", "", span) for span in ("M", "YTD")}
    quantity = {span: Column("quantity", "", span) for span in ("M", "YTD")}
    largest = max(table.lines, key=lambda line: line.figures.get(value["M"]) or 0)
    usual = _share(largest.figures, value)
    for line in table.lines:
        if not usual or not _share(line.figures, value) or not _share(line.figures, quantity):
            continue
        if _misfit(line.figures, value, quantity, usual) <= _TWICE:
            continue
        for one in quantity.values():
            for other in value.values():
                turned = {**line.figures, one: line.figures[other], other: line.figures[one]}
                if _misfit(turned, value, quantity, usual) < _NEAR:
                    raise table.wrong(line, other, "value and quantity are as if they were swapped")


def _share(figures: Mapping[Column, Decimal | None], columns: Mapping[str, Column]) -> Decimal | None:
    month, year = (figures.get(columns[span]) for span in ("M", "YTD"))
    return month / year if month and year else None


def _misfit(
    figures: Mapping[Column, Decimal | None],
    value: Mapping[str, Column],
    quantity: Mapping[str, Column],
    usual: Decimal,
) -> Decimal:
    """By how many times the month's shares of the year, of value and of quantity, are off each other or the usual."""
    shares = [_share(figures, columns) or Decimal(0) for columns in (value, quantity)] + [usual]
    return max(shares) / min(shares)


def check_selected(table: Table, whole: Line, columns: Sequence[Column]) -> None:
    """Selected countries together are a large part of China's exports or imports, so that another unit shows itself."""
    if table.period.year < _SINCE:
        return
    for span in ("M", "YTD"):
        made = sum(
            ((table.value(whole, column) or Decimal(0)) for column in columns if column.span == span), Decimal(0)
        )
        there = [column for column in columns if column.span == span]
        least = _MONTHLY[table.unit.currency] / 3
        months = table.period.month if span == "YTD" else 1
        if there and not least <= made / months < least * _MOST * 2:
            size = f"{least:,.0f} to {least * _MOST * 2:,.0f} {table.unit.currency} a month"
            raise table.wrong(whole, there[0], f"all of it comes to {made / months:,.0f}, which is not {size}")


def world_of(table: Table, labels: Sequence[str]) -> Line:
    """The line of all partners; DataError where it is missing."""
    found = [line for line in table.lines if line.label in labels]
    if len(found) != 1:
        raise DataError(
            f"{table.grid.file}: expected one line {labels[0]}, found {len(found)}; the table is cut or changed, "
            "save it again."
        )
    return found[0]
