"""What can befall an export of China's query platform: quoted fields in GB18030, each line ending in a comma."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from random import Random

from gacc_changes import Truth, cut, hole, noise, stated

from tradewatch import sources
from tradewatch.errors import DataError
from tradewatch.records import Pull, Question, Told
from tradewatch.sources import gacc_form, gacc_query

Lines = list[list[str]]  # the first has the headings


def on_lines(body: bytes, change: Callable[[Lines], None]) -> bytes:
    """The file after a change of its fields."""
    text = body.decode("gb18030")
    lines = [line.removeprefix('"').removesuffix('",').split('","') for line in text.rstrip("\n").split("\n")]
    change(lines)
    return "".join('"' + '","'.join(fields) + '",\n' for fields in lines).encode("gb18030")


SOYA = ("12011000", "12019011", "12019019", "12019020")


def printed(year: int, flow: str | None) -> Question:
    """The query in yuan that the saved exports of soya beans answer, all of its months long out."""
    periods = tuple(date(year, month, 1) for month in range(1, 13))
    return Question(
        reporters=("142",), partners=("402", "410", "502"), flows=(flow or "",), freq="M", commodities=SOYA,
        periods=periods, released={("142", period): datetime(2026, 11, 24) for period in periods},
    )  # fmt: skip


def collected(body: bytes, flow: str | None) -> Truth:
    """
    What a file states as an answer to the printed query that it fits, by the steps of `gacc collect --flow`; a zero
    for each of the query's figures that it is taken to say was not recorded.
    """
    pull = Pull(name="file", body=body, fetched_at=datetime(2026, 11, 24), told=Told(flow=flow, currency="CNY"))
    shown = gacc_query.shown(pull)
    asked = [one for one in (printed(2023, flow), printed(2024, flow)) if gacc_form.fits(shown, one, "CNY")]
    if not asked:
        raise DataError("file: answers no printed query.")
    release = sources.parse(replace(pull, asked=tuple(asked)))
    stands = stated(release)
    there = {(key[0], key[3], key[5]) for key in stands if key[0] != "day"}
    return stands | {
        ("nothing recorded", partner, period, commodity): ()
        for block in release.blocks
        for partner in block.partners
        for commodity in block.commodities
        for period in block.periods
        if ("142", period) in (block.known or {}) and (partner, period, commodity) not in there
    }


def x_encoding(random: Random, body: bytes) -> bytes:
    name = random.choice(["utf-8", "utf-8-sig", "utf-16", "big5", "cp1252", "ascii", "shift_jis"])
    return body.decode("gb18030").encode(name, "replace")


def x_swapped_with_headings(random: Random, body: bytes) -> bytes:
    return on_lines(body, lambda lines: _swap(random, lines, lines))


def x_swapped_data(random: Random, body: bytes) -> bytes:
    return on_lines(body, lambda lines: _swap(random, lines, lines[1:]))


def x_swapped_headings(random: Random, body: bytes) -> bytes:
    return on_lines(body, lambda lines: _swap(random, lines, lines[:1]))


def _swap(random: Random, lines: Lines, some: Lines) -> None:
    one, other = random.sample(range(len(lines[0])), 2)
    for fields in some:
        fields[one], fields[other] = fields[other], fields[one]


def x_lost_column(random: Random, body: bytes) -> bytes:
    def change(lines: Lines) -> None:
        at = random.randrange(len(lines[0]))
        for fields in lines:
            del fields[at]

    return on_lines(body, change)


def x_unit(random: Random, body: bytes) -> bytes:
    """Another heading of the value: the only place that says the currency."""
    words = ["人民币", "美元", "Renminbi Yuan", "US dollar", "万元人民币", "欧元", "US$1,000", ""]

    def change(lines: Lines) -> None:
        at = next(n for n, name in enumerate(lines[0]) if name in words)
        lines[0][at] = random.choice([word for word in words if word != lines[0][at]])

    return on_lines(body, change)


def x_heading(random: Random, body: bytes) -> bytes:
    def change(lines: Lines) -> None:
        at = random.randrange(len(lines[0]))
        lines[0][at] = lines[0][at][:-1] + random.choice(["", "s", "码", "?"])

    return on_lines(body, change)


def x_merged(random: Random, body: bytes) -> bytes:
    """Two fields of one line become one."""

    def change(lines: Lines) -> None:
        fields = random.choice(lines[1:])
        at = random.randrange(len(fields) - 1)
        fields[at : at + 2] = ["".join(fields[at : at + 2])]

    return on_lines(body, change)


def x_lost_line(random: Random, body: bytes) -> bytes:
    def change(lines: Lines) -> None:
        del lines[random.randrange(1, len(lines))]

    return on_lines(body, change)


def x_doubled_line(random: Random, body: bytes) -> bytes:
    def change(lines: Lines) -> None:
        lines.insert(random.randrange(1, len(lines)), list(random.choice(lines[1:])))

    return on_lines(body, change)


def x_extra_line(random: Random, body: bytes) -> bytes:
    """A line of a total or a note, as programs that save a table add them."""
    added = random.choice([["合计"], ["Total"], ["Note: provisional"], [""]])
    return on_lines(body, lambda lines: lines.append(added + [""] * random.choice([0, len(lines[0]) - 1])))


def x_strange_figure(random: Random, body: bytes) -> bytes:
    words = ["NaN", "-", "1e9", "1.234,5", "12,34", "１２３", "-5", "∞", "#REF!"]

    def change(lines: Lines) -> None:
        fields = random.choice(lines[1:])
        fields[-1] = random.choice(words)

    return on_lines(body, change)


def x_any_digit(random: Random, body: bytes) -> bytes:
    def change(lines: Lines) -> None:
        fields = random.choice(lines[1:])
        at = random.choice([n for n, text in enumerate(fields) if any(letter.isdigit() for letter in text)])
        place = random.choice([n for n, letter in enumerate(fields[at]) if letter.isdigit()])
        digit = random.choice([one for one in "0123456789" if one != fields[at][place]])
        fields[at] = fields[at][:place] + digit + fields[at][place + 1 :]

    return on_lines(body, change)


def x_swapped_in_one_line(random: Random, body: bytes) -> bytes:
    return on_lines(body, lambda lines: _swap(random, lines, [random.choice(lines[1:])]))


def x_strange_line(random: Random, body: bytes) -> bytes:
    """A line of another partner, its figures those of a line that is there."""

    def change(lines: Lines) -> None:
        fields = list(random.choice(lines[1:]))
        at = next(n for n, name in enumerate(lines[0]) if name in ("贸易伙伴编码", "Trading partner code"))
        fields[at : at + 2] = ["101", "Atlantis"]
        lines.insert(random.randrange(1, len(lines) + 1), fields)

    return on_lines(body, change)


def x_merged_empty(random: Random, body: bytes) -> bytes:
    """A field takes the place of the next one too, which is then empty."""

    def change(lines: Lines) -> None:
        fields = random.choice(lines)
        fields[random.randrange(1, len(fields))] = ""

    return on_lines(body, change)


def x_other_unit(random: Random, body: bytes) -> bytes:
    """Quantities in another unit, all of them."""

    def change(lines: Lines) -> None:
        at = next(n for n, name in enumerate(lines[0]) if name in ("第一计量单位", "Unit"))
        other = random.choice(["克", "吨", "台"] if lines[0][0] == "数据年月" else ["Gram", "Ton", "Number of item"])
        for fields in lines[1:]:
            fields[at] = other

    return on_lines(body, change)


EXPORT = (
    cut, x_swapped_with_headings, x_swapped_data, x_swapped_headings, x_swapped_in_one_line, x_unit, x_encoding,
    x_doubled_line, x_extra_line, x_strange_line, x_merged, x_merged_empty,
)  # fmt: skip
"""The six kinds of changes of an export that are never to pass."""

EXPORT_HARDER = (
    hole, noise, x_lost_column, x_other_unit, x_heading, x_lost_line, x_strange_figure, x_any_digit,
)  # fmt: skip
