"""
Pages of english.customs.gov.cn with one table: title in div.atcl-ttl, day in div.atcl-date, table in div.atcl-cnt.

Read with the standard library's parser, because it repairs nothing: a browser's parser puts cells that are out of
place somewhere else, in silence, and a page that was cut looks whole.
"""

import re
from datetime import datetime
from html.parser import HTMLParser

from tradewatch.errors import DataError, SourceChanged
from tradewatch.records import Pull
from tradewatch.sources.gacc_grid import ADVICE, Cell, Grid
from tradewatch.sources.tables import decoded, quoted

_BEGINNING = 200_000
_TITLE = re.compile(rb"class=[\"']?atcl-ttl[\"']?[^>]*>([^<]{0,400})")
_INSIDE = {"tbody": ("table",), "thead": ("table",), "tr": ("table", "tbody", "thead"), "td": ("tr",), "th": ("tr",)}
_TABLE = frozenset({"table", *_INSIDE})
_WIDEST = 200


def titled(body: bytes) -> str:
    """The title of such a page, empty when this is none. Never raises."""
    found = _TITLE.search(body[:_BEGINNING])
    return " ".join(found.group(1).decode("utf-8", "replace").split()) if found else ""


def grid(pull: Pull) -> Grid:
    """
    The table of a page; DataError when the page is cut, has no table, or its table is an image; SourceChanged when it
    is not built as these pages are.
    """
    text = decoded(pull, "utf-8")
    if "\0" in text:
        raise DataError(f"{pull.name}: a NUL byte; the file is damaged, save the page again.")
    reader = _Reader(pull.name)
    reader.feed(text)
    reader.close()
    if reader.image and not reader.rows:
        raise DataError(
            f"{pull.name}: not readable: the table is an image ({quoted(reader.image)}); customs printed the releases "
            "of 2018 so, take that month from the query platform."
        )
    if reader.open or reader.content or not text.rstrip().lower().endswith("</html>"):
        raise DataError(f"{pull.name}: the page is cut, its end is missing; save it again.")
    if not reader.rows:
        raise DataError(f"{pull.name}: a page without a table, where one was expected; save it again once it shows.")
    rows = _spread(pull.name, reader.rows)
    return Grid(
        file=pull.name,
        title=" ".join(reader.title.split()),
        rows=rows,
        released_at=_day(pull, reader.date),
    )


class _Reader(HTMLParser):
    """Cells of the table in div.atcl-cnt, as written; SourceChanged at the first tag of it that is out of place."""

    def __init__(self, file: str) -> None:
        super().__init__(convert_charrefs=True)
        self.file = file
        self.title = self.date = self.image = ""
        self.rows: list[list[Cell]] = []
        self.open: list[str] = []  # the open tags of the table
        self.content = 0  # how many div are open from div.atcl-cnt on
        self.tables = 0
        self.reading = ""  # title or date, while inside it
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        kind = known.get("class") or ""
        if tag == "div" and kind in ("atcl-ttl", "atcl-date", "atcl-cnt"):
            if kind in self.seen:
                raise self._changed(f"a second div of class {kind}", "one")
            self.seen.add(kind)
            self.reading = {"atcl-ttl": "title", "atcl-date": "date"}.get(kind, "")
            self.content = int(kind == "atcl-cnt")
        elif tag == "div" and self.content:
            self.content += 1
        if not self.content:
            return
        if tag == "img":
            self.image = self.image or known.get("src") or "?"
        if tag in _TABLE:
            self._opens(tag, known)
        elif tag == "br" and self.rows and self.open[-1:] in (["td"], ["th"]):
            self._adds("\n")
        elif self.open and self.open[-1] not in ("td", "th") and tag not in ("colgroup", "col"):
            raise self._changed(f"a tag {quoted(tag, 40)}", "rows and cells only")

    def _opens(self, tag: str, known: dict[str, str | None]) -> None:
        top = self.open[-1] if self.open else ""
        if tag == "table":
            self.tables += 1
            if top or self.tables > 1:
                raise self._changed("a second table", "one")
        elif top not in _INSIDE[tag]:
            raise self._changed(f"<{tag}> inside <{top or 'div'}>", f"it inside {' or '.join(_INSIDE[tag])}")
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            width, height = (self._span(known.get(name)) for name in ("colspan", "rowspan"))
            row = self.rows[-1]
            row.append(Cell(text="", row=len(self.rows) - 1, column=len(row), width=width, height=height))

    def _span(self, text: str | None) -> int:
        if text is None:
            return 1
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= _WIDEST:
            raise self._changed(f"a span of {quoted(text)}", f"1 to {_WIDEST}")
        return int(text)

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self.reading = ""
            if self.content == 1 and self.open:
                raise self._changed(f"</div> inside <{self.open[-1]}>", "the end of the table first")
            self.content = max(self.content - 1, 0)
        elif self.content and tag in _TABLE:
            if self.open[-1:] != [tag]:
                raise self._changed(f"</{tag}>", f"</{self.open[-1]}>" if self.open else "no table")
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.reading:
            setattr(self, self.reading, getattr(self, self.reading) + data)
        elif self.open[-1:] in (["td"], ["th"]):
            self._adds(data)
        elif self.open and data.strip():
            raise self._changed(quoted(data), "no text between the cells")

    def _adds(self, text: str) -> None:
        cell = self.rows[-1][-1]
        self.rows[-1][-1] = Cell(
            text=cell.text + text, row=cell.row, column=cell.column, width=cell.width, height=cell.height
        )

    def _changed(self, found: str, expected: str) -> SourceChanged:
        return SourceChanged(f"{self.file}, line {self.getpos()[0]}: expected {expected}, found {found}; {ADVICE}.")


def _spread(file: str, rows: list[list[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """The rows with every cell in each row and column it spans; SourceChanged where they are not of one width."""
    spread: list[dict[int, Cell]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while column in spread[number]:
                column += 1
            placed = Cell(text=cell.text, row=number, column=column, width=cell.width, height=cell.height)
            for down in range(number, min(number + cell.height, len(rows))):
                for across in range(column, column + cell.width):
                    if across in spread[down]:
                        raise SourceChanged(f"{file}, table row {down + 1}: cells that overlap; {ADVICE}.")
                    spread[down][across] = placed
    width = max(max(row, default=-1) + 1 for row in spread)
    for number, filled in enumerate(spread):
        if len(filled) != width:
            raise SourceChanged(
                f"{file}, table row {number + 1}: {len(filled)} cells where {width} were expected; {ADVICE}."
            )
    return tuple(tuple(filled[column] for column in range(width)) for filled in spread)


def _day(pull: Pull, text: str) -> datetime:
    """The day of the page, `2026/04/08`; the pages of 2018 print the month first."""
    for form in ("%Y/%m/%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    raise SourceChanged(
        f"{pull.name}, div.atcl-date: expected a day such as 2026/04/08, found {quoted(text)}; {ADVICE}."
    )
