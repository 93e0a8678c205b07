"""Bulk lists and files: one gzip TSV a dataset, 34 columns, booleans 0 and 1, blanks for nothing."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from comtrade_stand_in.answers import Answer, packed
from comtrade_stand_in.cells import answer
from comtrade_stand_in.codes import TARIFFLINE_FIELDS
from comtrade_stand_in.questions import Question
from comtrade_stand_in.releases import Book, Dataset, dataset_code, frequency
from comtrade_stand_in.rows import final_rows
from comtrade_stand_in.tarifflines import tariffline_rows

COLUMNS = (
    "datasetCode", "typeCode", "freqCode", "refPeriodId", "refYear", "refMonth", "period", "reporterCode",
    "flowCode", "partnerCode", "partner2Code", "classificationSearchCode", "classificationCode",
    "isOriginalClassification", "cmdCode", "customsCode", "mosCode", "motCode", "qtyUnitCode", "qty",
    "isQtyEstimated", "altQtyUnitCode", "altQty", "isAltQtyEstimated", "netWgt", "isNetWgtEstimated", "grossWgt",
    "isGrossWgtEstimated", "cifvalue", "fobvalue", "primaryValue", "legacyEstimationFlag", "isReported",
    "isAggregate",
)  # fmt: skip
LINE_COLUMNS = ("datasetCode", *(name for name in TARIFFLINE_FIELDS if not name.endswith(("Desc", "ISO", "Abbr"))))
"""Of tariff line files (inferred: the row's fields without descriptions)."""

SERVICES = {"get": "file", "getclassic": "fileClassic", "gettariffline": "fileTariffline"}
"""Which file service belongs to which list."""


@dataclass(frozen=True, slots=True)
class File:
    """One bulk file: its dataset and which of SERVICES lists it."""

    data: Dataset
    service: str

    @property
    def key(self) -> str:
        """The row key: 64 hexadecimal digits that change with each release."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def files(book: Book, found: list[Dataset], service: str, host: str) -> list[dict[str, Any]]:
    """The rows of a list: where each file is, how large, and when published."""
    rows = [_listed(book, File(data, service), host) for data in found]
    if service == "gettariffline":
        left_out = ("publicationDate", "isOriginalClassification", "refPeriodId")
        return [{name: row[name] for name in row if name not in left_out} for row in rows]
    return rows


def _listed(book: Book, file: File, host: str) -> dict[str, Any]:
    data, at = file.data, f"{file.data.last:%Y-%m-%dT%H:%M:%S}"
    url = f"{host}/bulk/v1/{SERVICES[file.service]}/{data.reporter}/{file.key}"
    period = data.period.ljust(5, "0").ljust(6, "1")
    return {
        "fileUrl": url,
        "fileSize": _size(len(content(book, file))),
        "isOriginalClassification": True,
        "reporterCode": data.reporter,
        "freqCode": frequency(data.period),
        "typeCode": "C",
        "classificationCode": book.world.edition(data.reporter, data.period),
        "refPeriodId": int(period),
        "period": int(data.period),
        "publicationDate": f"{at}Z",
        "partitionKey": str(data.reporter),
        "rowKey": file.key,
        "timestamp": f"{at}.1234567+00:00",
        "eTag": f"W/\"datetime'{at.replace(':', '%3A')}.1234567Z'\"",
    }


def _size(octets: int) -> str:
    """A size as the lists write it: 183.34 KB, 8.48 MB, 1,024.00 KB."""
    kilo = octets / 1024
    return f"{kilo:,.2f} KB" if kilo < 1200 else f"{kilo / 1024:,.2f} MB"


def download(book: Book, service: str, reporter: str, key: str) -> Answer | None:
    """The file of a list, as a download whose name holds slashes; None where no release has that key (any more)."""
    for data in book.released():
        file = File(data, service)
        if str(data.reporter) == reporter and file.key == key:
            body = content(book, file)
            name = _name(book, data)
            disposition = f'attachment; filename="{name}"; size={len(body)}'
            return Answer(200, packed([body]), "application/TSV", {"Content-Disposition": disposition})
    return None


def _name(book: Book, data: Dataset) -> str:
    kind, edition = frequency(data.period), book.world.edition(data.reporter, data.period)
    period = data.period.ljust(5, "0").ljust(6, "1")
    return f"C/{kind}/{data.reporter}/C_{kind}_{data.reporter}_{period}_{edition}_O.txt.gz"


def content(book: Book, file: File) -> bytes:
    """The gzip TSV: everything of the dataset, in classic files only the totals of the three axes."""
    columns = LINE_COLUMNS if file.service == "gettariffline" else COLUMNS
    code = dataset_code(book.world, file.data)
    lines = ("\t".join(_text(row.get(name)) for name in columns) for row in _rows(book, file, code))
    return packed(f"{line}\r\n".encode() for line in ("\t".join(columns), *lines))


def _rows(book: Book, file: File, code: int) -> Iterator[dict[str, Any]]:
    data, tariffline = file.data, file.service == "gettariffline"
    given = {"reportercode": str(data.reporter), "period": data.period}
    given |= {"breakdownmode": "classic"} if file.service == "getclassic" else {}
    kind = "tariffline" if tariffline else "final"
    question = Question.of(kind, ("C", frequency(data.period), "HS"), given)
    rows = final_rows(book.world, answer(book, question), "HS", False) if not tariffline else None
    for row in rows or tariffline_rows(book, question):
        yield json.loads(row, parse_float=str, parse_int=str) | {"datasetCode": str(code)}


def _text(value: object) -> str:
    """A value of a bulk file: 0 and 1 for booleans, nothing for null."""
    return str(int(value)) if isinstance(value, bool) else "" if value is None else str(value)
