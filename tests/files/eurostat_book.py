"""Small workbooks built as Eurostat's Data Browser builds its own; the tests change a cell and read again."""

from io import BytesIO

from xlsxwriter import Workbook  # type: ignore[import-untyped]

Sheets = dict[str, list[list[object]]]

TITLE = "EU trade since 1988 by HS2-4-6 and CN8 [DS-045409__custom_1]"
CHIPS = "Electronic integrated circuits [85423190]"
REPORTERS = ("Austria", "Belgium (incl. Luxembourg 'LU' -> 1998)")
PARTNERS = ("Kyrgyzstan", "Russian Federation (Russia)")
MONTHS = ("2021-12", "2022-01", "2022-02")
VALUES = ((24709.0, ":", ":"), (0.0, 1.0, ":"), (":", ":", ":"), (":", 123456789012.0, ":"))


def sheets(
    products: tuple[tuple[str, str], ...] = ((CHIPS, "EXPORT"), ("Total [TOTAL]", "EXPORT")),
    periods: tuple[str, ...] = MONTHS,
    freq: str = "Monthly",
    values: tuple[tuple[object, ...], ...] = VALUES,
) -> Sheets:
    """The cells of a sound workbook: every sheet holds `values`, one row for each reporter and partner."""
    book: Sheets = {"Summary": _summary(products), "Structure": _structure(products, periods, freq)}
    for number, (product, flow) in enumerate(products, start=1):
        book[f"Sheet {number}"] = _data(product, flow, periods, freq, values)
    return book


def packed(book: Sheets) -> bytes:
    """A workbook with these cells as the bytes of its file."""
    out = BytesIO()
    with Workbook(out, {"in_memory": True, "nan_inf_to_errors": True}) as workbook:
        for name, rows in book.items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell != "":
                        sheet.write(at, column, cell)
    return out.getvalue()


def _summary(products: tuple[tuple[str, str], ...]) -> list[list[object]]:
    head: list[list[object]] = [[] for _ in range(5)]
    head += [[TITLE], [], ["", "Contents", "PRODUCT [PRODUCT]", "FLOW", "INDICATORS"]]
    for number, (product, flow) in enumerate(products, start=1):
        head.append(["", f"Sheet {number}", product, flow, "VALUE_IN_EUROS"])
    return head


def _structure(products: tuple[tuple[str, str], ...], periods: tuple[str, ...], freq: str) -> list[list[object]]:
    axes = {"Frequency": (freq,), "REPORTER": REPORTERS, "PARTNER": PARTNERS}
    axes["PRODUCT"] = tuple(dict.fromkeys(product.split(" [")[0] for product, _ in products))
    axes["FLOW"] = tuple(dict.fromkeys(flow for _, flow in products))
    axes |= {"INDICATORS": ("VALUE_IN_EUROS",), "TIME_PERIOD": periods}
    head: list[list[object]] = [
        ["Structure"],
        ["", "Dimension", "", "Position"],
        ["", "Code", "Label", "Code", "Label"],
    ]
    return head + [["", "", axis, "", position] for axis, positions in axes.items() for position in positions]


def _data(
    product: str, flow: str, periods: tuple[str, ...], freq: str, values: tuple[tuple[object, ...], ...]
) -> list[list[object]]:
    pairs = [(reporter, partner) for reporter in REPORTERS for partner in PARTNERS]
    return [
        ["Data extracted on 19/01/2023 20:30:28 from [ESTAT]"],
        ["Dataset: ", TITLE],
        ["Last updated: ", "13/01/2023 11:00"],
        [],
        ["PRODUCT [PRODUCT]", "", product],
        ["FLOW", "", flow],
        ["INDICATORS", "", "VALUE_IN_EUROS"],
        [],
        ["TIME", "TIME", *periods],
        ["FREQ (Labels)", "FREQ (Labels)", *([freq] * len(periods))],
        ["REPORTER (Labels)", "PARTNER (Labels)"],
        *([*pair, *row] for pair, row in zip(pairs, values, strict=True)),
        [],
        ["Special value"],
        [":", "not available"],
    ]
