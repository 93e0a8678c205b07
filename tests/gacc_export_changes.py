"""What can befall an export of China's query platform: quoted fields in GB18030, each line ending in a comma."""

from collections.abc import Callable
from random import Random

from gacc_changes import cut, hole, noise

Lines = list[list[str]]  # the first has the headings


def on_lines(body: bytes, change: Callable[[Lines], None]) -> bytes:
    """The file after a change of its fields."""
    text = body.decode("gb18030")
    lines = [line.removeprefix('"').removesuffix('",').split('","') for line in text.rstrip("\n").split("\n")]
    change(lines)
    return "".join('"' + '","'.join(fields) + '",\n' for fields in lines).encode("gb18030")


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


EXPORT = (
    cut, hole, noise, x_encoding, x_swapped_with_headings, x_swapped_data, x_swapped_headings, x_lost_column, x_unit,
    x_heading, x_merged, x_lost_line, x_doubled_line, x_extra_line, x_strange_figure, x_any_digit,
)  # fmt: skip
"""The kinds of changes of an export."""
