"""The IMF's trade by partner: what is read of a wide table, what it answers for, and what is refused."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tradewatch.errors import TradewatchError
from tradewatch.records import ROWS, Pull, Release
from tradewatch.sources import imf_imts, parse

BODY = (Path(__file__).parent / "files" / "imf_imts.csv").read_bytes()


def read(body: bytes) -> Release:
    assert imf_imts.recognises(body)
    return parse(Pull(name="imts.csv", body=body, fetched_at=datetime(2026, 11, 26)))


def test_each_filled_cell_is_a_row() -> None:
    release = read(BODY)
    assert dict(release.rows.schema) == dict(ROWS)
    assert release.rows.select("partner_code", "flow", "period", "value", "valuation", "place").rows() == [
        ("KGZ", "import", date(2021, 1, 1), Decimal("337902536.000"), "CIF", "line 2, 2021"),
        ("KGZ", "import", date(2022, 1, 1), Decimal("788544914.674"), "CIF", "line 2, 2022"),
        ("G001", "import", date(2021, 1, 1), Decimal("293656038248.000"), "CIF", "line 3, 2021"),
        ("G001", "import", date(2022, 1, 1), Decimal("239268022090.630"), "CIF", "line 3, 2022"),
        ("TUV", "import", date(2021, 1, 1), Decimal("10.000"), "CIF", "line 4, 2021"),
        ("KGZ", "export", date(2021, 1, 1), Decimal("2152592818.000"), "FOB", "line 5, 2021"),
        ("KGZ", "export", date(2022, 1, 1), Decimal("2610655260.010"), "FOB", "line 5, 2022"),
    ]
    assert set(release.rows.select("reporter_code", "freq", "commodity", "currency").rows()) == {
        ("RUS", "A", "TOTAL", "USD")
    }
    assert (release.source, release.rows_read, release.released_at) == ("imf", 7, None)


def test_it_answers_for_the_series_that_it_lists() -> None:
    imports, exports = read(BODY).blocks
    assert (imports.reporters, imports.partners, imports.flow) == (("RUS",), ("KGZ", "G001", "TUV"), "import")
    assert (exports.partners, exports.flow, exports.freq) == (("KGZ",), "export", "A")
    assert imports.periods == (date(2021, 1, 1), date(2022, 1, 1))


def test_it_says_which_figures_the_reporter_did_not_state() -> None:
    assert read(BODY).notes == (
        "imports of RUS: figures in fractions of a dollar, which the IMF computed from partners and RUS did not report:"
        " 2022 (2 of 2)",
        "exports of RUS: figures in fractions of a dollar, which the IMF computed from partners and RUS did not report:"
        " 2022 (1 of 1)",
    )


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b'"2021","2022"', b'"2022","2021"', "each once and in order"),
        (b'"2021","2022"', b'"2021","2022-M01"', "expected columns that are years"),
        (b'"2021","2022"', b'"1921","2022"', "no edition of the Harmonized System in 1921"),
        (b'"SERIES_CODE","OBS_MEASURE"', b'"SERIES_CODE","OBS_MEASURE","NEW"', "line 1: expected the columns"),
        (b'"A","Annual"', b'"M","Monthly"', "line 2: expected A as FREQUENCY.ID, found 'M'"),
        (b'"MG_CIF_USD"', b'"MG_CIF_EUR"', "as INDICATOR.ID, found 'MG_CIF_EUR'"),
        (b"IMF.STA:IMTS(1.0.0)", b"IMF.STA:DOTS(1.0.0)", "expected IMF.STA:IMTS("),
        (b'"OBS_VALUE"', b'"OBS_STATUS"', "expected OBS_VALUE as OBS_MEASURE"),
        (b'"6","Millions"', b'"","Millions"', "expected a SCALE.ID"),
        (b'"KGZ","Kyrgyz', b'"kgz","Kyrgyz', "expected a COUNTERPART_COUNTRY.ID"),
        (b'"337.902536"', b'"-1"', "line 2: expected a number of at most 15 digits in 2021, found '-1'"),
        (b'"337.902536"', b'"999999999999"', "expected a number of at most 15 digits"),
        (b'"337.902536"', b'"337.902536",""', "line 2: expected 17 fields, found 18"),
        (b'"TUV","Tuvalu"', b'"KGZ","Tuvalu"', "lines 2 and 4: the series 'RUS KGZ import' stands there twice"),
    ],
)
def test_what_is_not_known_is_refused(before: bytes, after: bytes, words: str) -> None:
    with pytest.raises(TradewatchError) as caught:
        imf_imts.parse(Pull(name="f", body=BODY.replace(before, after, 1), fetched_at=datetime(2026, 11, 26)))
    assert words in str(caught.value)
    assert str(caught.value).isprintable()
