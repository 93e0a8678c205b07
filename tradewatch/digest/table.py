"""Every alert of a digest as CSV, the ones that the formats cut included; no cell of it can become a formula."""

import csv
import io
from collections.abc import Iterator

from tradewatch.digest.harmless import cell
from tradewatch.digest.model import Digest, Item

COLUMNS = (
    "section",
    "alert_id",
    "reason",
    "change",
    "severity",
    "watch",
    "area",
    "title",
    "score",
    "amount_usd",
    "value_usd",
    "expected_usd",
    "first_month",
    "month",
    "sentence",
    "event",
)


def table(digest: Digest) -> str:
    """A header and one row an alert, in the order told; amounts in US dollars over the three months to `month`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for section in ("new", "worse", "ongoing", "closed"):
        writer.writerows(_row(section, item) for item in getattr(digest, section))
    return out.getvalue()


def _row(section: str, item: Item) -> Iterator[str]:
    yield section
    for name in COLUMNS[1:]:
        value = getattr(item, name)
        if isinstance(value, str):
            yield cell(value)
        elif name == "score":
            yield f"{value:.2f}"
        else:
            yield "" if value is None else f"{value:.0f}" if name.endswith("_usd") else f"{value:%Y-%m}"
