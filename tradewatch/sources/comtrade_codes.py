"""UN Comtrade's fields and codes: lists that change with the source, not with us."""

FIELDS = (
    "typeCode", "freqCode", "refPeriodId", "refYear", "refMonth", "period", "reporterCode", "reporterISO",
    "reporterDesc", "flowCode", "flowDesc", "partnerCode", "partnerISO", "partnerDesc", "partner2Code",
    "partner2ISO", "partner2Desc", "classificationCode", "classificationSearchCode", "isOriginalClassification",
    "cmdCode", "cmdDesc", "aggrLevel", "isLeaf", "customsCode", "customsDesc", "mosCode", "motCode", "motDesc",
    "qtyUnitCode", "qtyUnitAbbr", "qty", "isQtyEstimated", "altQtyUnitCode", "altQtyUnitAbbr", "altQty",
    "isAltQtyEstimated", "netWgt", "isNetWgtEstimated", "grossWgt", "isGrossWgtEstimated", "cifvalue", "fobvalue",
    "primaryValue", "legacyEstimationFlag", "isReported", "isAggregate",
)  # fmt: skip
"""The 47 fields of final data, in the order of the API and of the website's CSV."""

CODES = (
    "typeCode", "freqCode", "refYear", "period", "reporterCode", "flowCode", "partnerCode", "partner2Code",
    "classificationCode", "isOriginalClassification", "cmdCode", "customsCode", "mosCode", "motCode",
    "qtyUnitCode", "isQtyEstimated", "isNetWgtEstimated",
)  # fmt: skip
"""Of these, the codes that become facts or are checked; every row states each of them."""

NUMBERS = ("primaryValue", "cifvalue", "fobvalue", "netWgt", "qty")
USED = (*CODES, *NUMBERS)

FLOWS = {"M": "import", "X": "export", "RX": "re_export", "RM": "re_import", "DX": "domestic_export"}
PARTIAL_FLOWS = frozenset({"FM", "MIP", "MOP", "XIP", "XOP", "MIF", "XIF"})
"""Parts of M or X (foreign goods, processing): known, and left out."""

EDITIONS = {
    "H0": "HS1992",
    "H1": "HS1996",
    "H2": "HS2002",
    "H3": "HS2007",
    "H4": "HS2012",
    "H5": "HS2017",
    "H6": "HS2022",
}

# The UN's list of units of 23 January 2023, from code 2 on; -1 (and 1 on the old site) is "no quantity".
_UNIT_NAMES = (
    "m²", "1000 kWh", "m", "u", "2u", "l", "kg", "1000u", "U (jeu/pack)", "12u", "m³", "carat", "km", "g",
    "hive", "1000 m³", "TJ", "BBL", "1000 L", "1000 KG", "kWH", "l alc 100%", "head", "kg/net eda",
    "kg C5H14ClNO", "kg P2O5", "kg H2O2", "kg met.am.", "kg N", "kg KOH", "kg K2O", "kg NaOH", "kg 90% sdt",
    "kg U", "ct/l", "Bq", "gi F/S", "GRT", "GT", "ce/el",
)  # fmt: skip
UNITS = {str(code): name for code, name in enumerate(_UNIT_NAMES, start=2)}
NO_UNIT = ("-1", "1", "0")

WORLD = "0"
GROUPS = ("97", "975")
"""
The European Union and ASEAN: groups whose members are partners of their own. From the UN's list of reporters of 23
January 2023, `isGroup`; 490 (Other Asia, nes) has that mark too, and stands for Taiwan alone.
"""

TOTALS = {"partner2Code": "0", "customsCode": "C00", "motCode": "0", "mosCode": "0"}
"""The dimensions that break a cell down, and the code that is their total."""

DIMENSIONS = "second partner, customs procedure, mode of transport or of supply"
TRUE, FALSE = ("true", "1"), ("false", "0")
CAPS = (500, 100_000, 250_000)
"""Answers of exactly so many rows were cut by the API, which does not say so."""
