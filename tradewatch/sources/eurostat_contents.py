"""What a workbook of Eurostat's Data Browser says of itself, in its sheets Structure and Summary."""

from tradewatch.sources.workbook import Cells, Place, Sheets

Axes = dict[str, list[str]]
"""The positions of each dimension, in order; labels, where a product lacks the code that its sheet has."""

Described = tuple[str, str, str]
"""Product, flow and indicator of a data sheet."""


def axes_of(sheets: Sheets) -> Axes:
    """The dimensions in the sheet Structure; SourceChanged when one of those that are read is not there."""
    structure = sheets.read("Structure")
    structure.expect(2, ["", "Code", "Label", "Code", "Label"])
    axes: Axes = {}
    for at in range(3, len(structure.rows)):
        axes.setdefault(structure.text(at, 2), []).append(structure.text(at, 4))
    for name in ("REPORTER", "PARTNER", "PRODUCT", "FLOW", "INDICATORS", "TIME_PERIOD"):
        if not axes.get(name):
            raise structure.changed(Place(3, 2), f"positions of {name}", "none")
    return axes


def listed_in(sheets: Sheets, axes: Axes) -> dict[str, Described]:
    """
    The data sheets as the Summary lists them; SourceChanged unless there is one for each product, flow and indicator
    of the Structure, and the workbook holds just these, so that a workbook that lost sheets is not taken for whole.
    """
    summary = sheets.read("Summary")
    start = _start(summary)
    listed = {summary.text(at, 1): _described(summary, at) for at in range(start + 1, len(summary.rows))}
    wanted = len(axes["PRODUCT"]) * len(axes["FLOW"]) * len(axes["INDICATORS"])
    if len(listed) != wanted or len(summary.rows) - start - 1 != wanted:
        raise summary.changed(Place(start, 1), f"the {wanted} sheets that Structure asks for", f"{len(listed)}")
    if sheets.names != ["Summary", "Structure", *listed]:
        found = f"{len(sheets.names) - 2} sheets after Summary and Structure"
        raise summary.changed(Place(start, 1), f"the {wanted} sheets listed there, each once, in order", found)
    return listed


def _start(summary: Cells) -> int:
    """The row of headings above the list of sheets."""
    start = next((at for at in range(len(summary.rows)) if summary.text(at, 1) == "Contents"), None)
    if start is None:
        raise summary.changed(Place(0, 1), "a row 'Contents' that lists the sheets", "none")
    summary.expect(start, ["", "Contents", "PRODUCT [PRODUCT]", "FLOW", "INDICATORS"])
    return start


def _described(cells: Cells, row: int) -> Described:
    return cells.text(row, 2), cells.text(row, 3), cells.text(row, 4)
