"""
What can befall a page or a workbook of China's customs, one change at a time, by kind and seed; and what came of it.

No change is left out because it cannot be seen: what passes unseen is counted.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from random import Random

from tradewatch import sources
from tradewatch.errors import TradewatchError
from tradewatch.records import Pull, Release, Told

Key = tuple[object, ...]
Truth = dict[Key, tuple[Decimal | None, ...]]
Rows = list[list[str]]
UNTOLD = Told()

_TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh][ >].*?</t[dh]>", re.DOTALL)
_FIGURE = re.compile(r">(-?[0-9][0-9,]*(?:\.[0-9]+)?)(?:&nbsp;)?<")
_UNITS = (
    "Unit: CNY 100 Million", "Unit: CNY 10,000", "Unit: USD1 Million", "Unit:US$1,000", "Unit: USD 100 Million",
    "Unit: CNY 1,000", "Unit: 100 Million", "Unit: CNY 100 million Yuan", "", "Unit: EUR1 Million",
)  # fmt: skip


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (changes that can be repeated, no secrets)


def parsed(body: bytes, told: Told = UNTOLD) -> Release:
    """An export of the query platform needs to be told its flow and the currency asked, which is what we are told."""
    return sources.parse(Pull(name="file", body=body, fetched_at=datetime(2026, 11, 24), told=told))


def stated(release: Release) -> Truth:
    """The figures of a release by what they are of, and its day as one more."""
    names = ("partner_code", "flow", "freq", "period", "hs_edition", "commodity", "currency")
    rows = release.rows.select(*names, "value", "quantity", "net_kg").rows()
    return {row[:7]: row[7:] for row in rows} | {("day", release.released_at): ()}


def stated_by(body: bytes, told: Told = UNTOLD) -> Truth:
    return stated(parsed(body, told))


def outcome(body: bytes, truth: Truth, read: Callable[[bytes], Truth] = stated_by) -> str:
    """`refused`, `right`, `fewer` (all right, not all there) or `wrong`."""
    try:
        found = read(body)
    except TradewatchError as problem:
        said = str(problem)
        assert said.isprintable()
        assert len(said) < 900
        return "refused"
    if found == truth:
        return "right"
    return "fewer" if found.items() <= truth.items() else "wrong"


def on_rows(body: bytes, change: Callable[[Rows, int], None]) -> bytes:
    """The page after a change of its table, as lists of cells with their markup, from the given row on figures."""
    text = body.decode()
    table = _TABLE.search(text)
    if not table:
        return body
    rows = [_CELL.findall(row) for row in _ROW.findall(table[0])]
    first = next((n for n, row in enumerate(rows) if n > 1 and len(row) > 3 and _data(row)), len(rows) - 1)
    change(rows, first)
    made = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return (text[: table.start()] + f"<table><tbody>{made}</tbody></table>" + text[table.end() :]).encode()


def _data(row: list[str]) -> bool:
    return sum(bool(_FIGURE.search(cell)) and len(_FIGURE.findall(cell)[0]) > 2 for cell in row[1:]) > 1


def _lines(rows: Rows, first: int) -> range:
    last = next((n for n in range(first, len(rows)) if len(rows[n]) < len(rows[first])), len(rows))
    return range(first, last)


def _columns(random: Random, rows: Rows, first: int) -> tuple[int, int]:
    one, other = random.sample(range(1, len(rows[first])), 2)
    return one, other


def cut(random: Random, body: bytes) -> bytes:
    return body[: random.randrange(len(body))]


def hole(random: Random, body: bytes) -> bytes:
    start = random.randrange(len(body))
    return body[:start] + body[start + random.randint(1, 2000) :]


def noise(random: Random, body: bytes) -> bytes:
    at = random.randrange(len(body))
    return body[:at] + bytes([random.randrange(256)]) + body[at + 1 :]


def encoding(random: Random, body: bytes) -> bytes:
    name = random.choice(["gb18030", "utf-16", "utf-16-le", "cp1252", "latin-1", "ascii", "utf-8-sig", "utf-32"])
    return body.decode("utf-8", "replace").encode(name, "replace")


def transcoded(random: Random, body: bytes) -> bytes:
    """Bytes that a program took for text, and wrote in another encoding."""
    return body.decode("latin-1").encode(random.choice(["utf-8", "utf-16", "cp1252", "ascii"]), "replace")


def swapped_with_headings(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, first: int) -> None:
        one, other = _columns(random, rows, first)
        for n in [*range(first - 2, first), *_lines(rows, first)]:
            if len(rows[n]) == len(rows[first]):
                rows[n][one], rows[n][other] = rows[n][other], rows[n][one]

    return on_rows(body, change)


def swapped_data(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, first: int) -> None:
        one, other = _columns(random, rows, first)
        for n in _lines(rows, first):
            rows[n][one], rows[n][other] = rows[n][other], rows[n][one]

    return on_rows(body, change)


def swapped_headings(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, first: int) -> None:
        n = random.choice([first - 2, first - 1])
        if len(rows[n]) > 2:
            one, other = random.sample(range(len(rows[n])), 2)
            rows[n][one], rows[n][other] = rows[n][other], rows[n][one]

    return on_rows(body, change)


def swapped_in_one_row(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, first: int) -> None:
        one, other = _columns(random, rows, first)
        n = random.choice(_lines(rows, first))
        rows[n][one], rows[n][other] = rows[n][other], rows[n][one]

    return on_rows(body, change)


def swapped_labels(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, first: int) -> None:
        one, other = random.sample(list(_lines(rows, first)), 2) if len(_lines(rows, first)) > 1 else (first, first)
        rows[one][0], rows[other][0] = rows[other][0], rows[one][0]

    return on_rows(body, change)


def moved_row(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, first: int) -> None:
        row = rows.pop(random.choice(_lines(rows, first)))
        rows.insert(random.randint(first, len(rows)), row)

    return on_rows(body, change)


def lost_row(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, _first: int) -> None:
        rows.pop(random.randrange(len(rows)))

    return on_rows(body, change)


def doubled_row(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, _first: int) -> None:
        rows.insert(random.randint(0, len(rows)), list(random.choice(rows)))

    return on_rows(body, change)


def strange_row(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, first: int) -> None:
        strange = list(rows[random.choice(_lines(rows, first))])
        strange[0] = "<td>Atlantis</td>"
        rows.insert(random.choice(_lines(rows, first)), strange)

    return on_rows(body, change)


def merged(random: Random, body: bytes) -> bytes:
    def change(rows: Rows, _first: int) -> None:
        row = rows[random.randrange(len(rows))]
        at = random.randrange(len(row))
        row[at] = row[at].replace("<td", f"<td {random.choice(['colspan', 'rowspan'])}=2", 1)
        if random.random() < 0.5 and at + 1 < len(row):
            row.pop(at + 1)

    return on_rows(body, change)


def lost_cell(random: Random, body: bytes) -> bytes:
    """A cell is left out, in one row or in all, and the end is padded or not."""

    def change(rows: Rows, first: int) -> None:
        at, everywhere = random.randrange(len(rows[first])), random.random() < 0.5
        pad = random.choice([None, "<td></td>", "<td>-</td>", "<td>&nbsp;</td>"])
        for n in _lines(rows, first) if everywhere else [random.choice(_lines(rows, first))]:
            rows[n].pop(at)
            if pad:
                rows[n].append(pad)

    return on_rows(body, change)


def in_one_figure(random: Random, body: bytes, change: Callable[[str], str]) -> bytes:
    text = body.decode()
    table = _TABLE.search(text)
    found = list(_FIGURE.finditer(text, *table.span())) if table else []
    if not found:
        return body
    at = random.choice(found)
    return (text[: at.start(1)] + change(at[1]) + text[at.end(1) :]).encode()


def last_digit(random: Random, body: bytes) -> bytes:
    return in_one_figure(random, body, lambda text: text[:-1] + str((int(text[-1]) + random.choice([1, 9])) % 10))


def any_digit(random: Random, body: bytes) -> bytes:
    def change(text: str) -> str:
        at = random.choice([n for n, letter in enumerate(text) if letter.isdigit()])
        return text[:at] + str((int(text[at]) + random.randint(1, 9)) % 10) + text[at + 1 :]

    return in_one_figure(random, body, change)


def lost_letter(random: Random, body: bytes) -> bytes:
    """A digit, a comma or a point is lost or doubled."""

    def change(text: str) -> str:
        at = random.randrange(len(text))
        return text[:at] + text[at] * random.choice([0, 2]) + text[at + 1 :]

    return in_one_figure(random, body, change)


def strange_figure(random: Random, body: bytes) -> bytes:
    strange = ["", "-", "nan", "…", "1e5", "-5.0", "１２．３", "12 345.6", "4.096,3", "n/a", "0.0", "0", "∞"]
    return in_one_figure(random, body, lambda _text: random.choice(strange))


def unit(random: Random, body: bytes) -> bytes:
    other = random.choice(_UNITS)
    return re.sub(r"(?<=>)Unit:[^<]*", lambda _found: other, body.decode()).encode()


def magnitude(random: Random, body: bytes) -> bytes:
    """Every figure of values ten or a thousand times as large or as small, under the same unit."""
    power = random.choice([-3, -1, 1, 3])

    def change(rows: Rows, first: int) -> None:
        for n in _lines(rows, first):
            for at, cell in enumerate(rows[n][1:], start=1):
                if found := _FIGURE.search(cell):
                    value = Decimal(found[1].replace(",", "")).scaleb(power)
                    digits = len(found[1].partition(".")[2])
                    rows[n][at] = cell.replace(found[1], f"{value:,.{digits}f}", 1)

    return on_rows(body, change)


_TITLES = (
    ("Mar 2026", "Apr 2026"), ("2026", "2025"), ("CNY)", "USD)"), ("USD)", "CNY)"), ("2025", "2024"),
    (".2026", ".2021"),
    ("7.2026", "6.2026"), ("January-February", "January"), ("Export Comm", "Import Comm"), ("Exports by", "Imports by"),
)  # fmt: skip
_HEADINGS = (
    (">3<", ">4<"), (">1- to-3<", ">1- to-4<"), (">1- to-3<", ">3<"), (">7<", ">6<"), (">1to7<", ">1to6<"),
    (">Export<", ">Import<"), (">Import<", ">Export<"), (">Value<", ">Quantity<"), (">1to7<", ">7<"),
    (">1-to-2<", ">2<"), (">1- to-2<", ">1<"), ("Import Source", "Region"), ("Russia", "Japan"),
)  # fmt: skip


def title(random: Random, body: bytes) -> bytes:
    """The month, year, flow or currency of the title, in one place or in all; the same words elsewhere with them."""
    return replaced(random, body, _TITLES)


def heading(random: Random, body: bytes) -> bytes:
    """A heading or a label, in one place or in all."""
    return replaced(random, body, _HEADINGS)


def replaced(random: Random, body: bytes, pairs: Sequence[tuple[str, str]]) -> bytes:
    text = body.decode()
    there = [pair for pair in pairs if pair[0] in text]
    if not there:
        return body
    old, new = random.choice(there)
    return text.replace(old, new, random.choice([1, 2, -1])).encode()


def tag(random: Random, body: bytes) -> bytes:
    """A tag is lost."""
    found = list(re.finditer(rb"<[^>]*>", body))
    at = random.choice(found)
    return body[: at.start()] + body[at.end() :]


def day(random: Random, body: bytes) -> bytes:
    other = random.choice(["", "2019/01/01", "2026-04-08", "2031/01/01", "soon"])
    return re.sub(r'(?<="atcl-date">)[^<]*', other, body.decode()).encode()


PAGE = (
    cut, swapped_with_headings, swapped_data, swapped_headings, swapped_in_one_row, unit, magnitude, encoding,
    doubled_row, strange_row, merged,
)  # fmt: skip
"""The six kinds of changes of a page that are never to pass: cut, swapped, unit, encoding, extra row, merged cell."""

PAGE_HARDER = (
    hole, noise, swapped_labels, moved_row, lost_row, lost_cell, last_digit, any_digit, lost_letter, strange_figure,
    title, heading, tag, day,
)  # fmt: skip
"""What a table cannot always tell by itself."""


Figure = str | float | None
Sheet = list[list[Figure]]
_FIRST = 4
"""The first row of figures of a sheet, which begin in its third column."""


def s_swapped_with_headings(random: Random, rows: Sheet) -> None:
    _swap(random, rows, range(2, len(rows)))


def s_swapped_data(random: Random, rows: Sheet) -> None:
    _swap(random, rows, range(_FIRST, len(rows)))


def s_swapped_in_one_row(random: Random, rows: Sheet) -> None:
    _swap(random, rows, [random.randrange(_FIRST, len(rows))])


def s_swapped_headings(random: Random, rows: Sheet) -> None:
    _swap(random, rows, [random.choice([2, 3])])


def _swap(random: Random, rows: Sheet, where: Sequence[int]) -> None:
    one, other = random.sample(range(2, len(rows[_FIRST])), 2)
    for at in where:
        rows[at][one], rows[at][other] = rows[at][other], rows[at][one]


def s_swapped_labels(random: Random, rows: Sheet) -> None:
    one, other = random.sample(range(_FIRST, len(rows)), 2)
    rows[one][1], rows[other][1] = rows[other][1], rows[one][1]


def s_moved_row(random: Random, rows: Sheet) -> None:
    rows.insert(random.randrange(_FIRST, len(rows)), rows.pop(random.randrange(_FIRST, len(rows))))


def s_lost_row(random: Random, rows: Sheet) -> None:
    rows.pop(random.randrange(len(rows)))


def s_doubled_row(random: Random, rows: Sheet) -> None:
    rows.insert(random.randrange(len(rows)), list(random.choice(rows)))


def s_strange_row(random: Random, rows: Sheet) -> None:
    row = list(random.choice(rows[_FIRST:]))
    row[1] = "大西洲"
    rows.insert(random.randrange(_FIRST, len(rows)), row)


def s_lost_cell(random: Random, rows: Sheet) -> None:
    at = random.randrange(1, len(rows[_FIRST]))
    for row in rows[_FIRST:] if random.random() < 0.5 else [random.choice(rows)]:
        row[at:] = [*row[at + 1 :], None]


def s_cut(random: Random, rows: Sheet) -> None:
    del rows[random.randrange(len(rows)) :]


def s_any_digit(random: Random, rows: Sheet) -> None:
    row = random.choice([row for row in rows[_FIRST:] if any(row[2:])])
    at = random.choice([at for at, cell in enumerate(row) if at > 1 and cell is not None])
    text = str(row[at])
    place = random.choice([n for n, letter in enumerate(text) if letter.isdigit()])
    changed = text[:place] + str((int(text[place]) + random.randint(1, 9)) % 10) + text[place + 1 :]
    row[at] = float(changed) if isinstance(row[at], float) else changed


def s_strange_figure(random: Random, rows: Sheet) -> None:
    row = random.choice(rows[_FIRST:])
    row[random.randrange(2, len(row))] = random.choice(
        [None, "", "-", "#N/A", "1,23", -5.0, 0.0, "nan", 1e20, "千", True]
    )


def s_unit(random: Random, rows: Sheet) -> None:
    units = [
        "单位：万元人民币",
        "单位：亿元人民币",
        "单位：百万美元",
        "单位：千美元",
        "单位：元",
        "",
        "万元",
        "单位：万美元",
    ]
    rows[1] = [random.choice(units) if cell else cell for cell in rows[1]]


def s_magnitude(random: Random, rows: Sheet) -> None:
    power = random.choice([-4, -1, 1, 4])
    for row in rows[_FIRST:]:
        for at, cell in enumerate(row[2:-3], start=2):
            if isinstance(cell, str):
                row[at] = f"{Decimal(cell.replace(',', '')).scaleb(power):,f}"
            elif cell is not None:
                row[at] = float(Decimal(repr(cell)).scaleb(power))


def s_title(random: Random, rows: Sheet) -> None:
    pairs = [
        ("人民币", "美元"),
        ("年12月", "年11月"),
        ("年6月", "年5月"),
        ("2025", "2024"),
        ("国别", "方式"),
        ("年1月", "年2月"),
    ]
    old, new = random.choice([pair for pair in pairs if pair[0] in str(rows[0][1])])
    rows[0][1] = str(rows[0][1]).replace(old, new)


def s_encoding(random: Random, rows: Sheet) -> None:
    """Text that was written in one encoding and read in another."""
    other = random.choice(["cp1252", "big5", "utf-8", "latin-1", "shift_jis"])
    for row in rows:
        row[:] = [cell.encode("gb18030").decode(other, "replace") if isinstance(cell, str) else cell for cell in row]


def s_merged(random: Random, rows: Sheet) -> None:
    """A cell takes the place of the one right of it or below it, too, which is then empty."""
    at = random.randrange(len(rows))
    column = random.choice([n for n, cell in enumerate(rows[at]) if cell is not None])
    down, right = (1, 0) if random.random() < 0.5 and at + 1 < len(rows) else (0, 1)
    if column + right < len(rows[at + down]):
        rows[at + down][column + right] = None


SHEET = (
    s_cut, s_swapped_with_headings, s_swapped_data, s_swapped_headings, s_swapped_in_one_row, s_unit, s_magnitude,
    s_encoding, s_doubled_row, s_strange_row, s_merged,
)  # fmt: skip
"""The six kinds of a sheet, before it is written as a workbook."""

SHEET_HARDER = (
    s_swapped_labels, s_moved_row, s_lost_row, s_lost_cell, s_any_digit, s_strange_figure, s_title,
)  # fmt: skip

BYTES, BYTES_HARDER = (cut, transcoded), (hole, noise)
"""Those of the bytes of a workbook."""
