"""
Codes of the stand-in: areas, goods, flows, customs procedures and modes of transport, with the traps of the real ones.

Source: the UN's reference lists of January 2023 to June 2025 (codes and short names; the texts of goods are ours).
"""

from typing import NamedTuple


class Area(NamedTuple):
    """A reporter or partner: its Comtrade code, its ISO code as the API writes it, and its name."""

    code: int
    iso: str
    name: str


class Goods(NamedTuple):
    """An HS6 code, the digits of the editions that know it ("456": H4, H5 and H6), and its unit (5 items, 8 kg)."""

    code: str
    editions: str = "456"
    unit: int = 5


_AREAS = """
156 CHN China|398 KAZ Kazakhstan|417 KGZ Kyrgyzstan|792 TUR Türkiye|276 DEU Germany|842 USA USA|699 IND India
51 ARM Armenia|251 FRA France|757 CHE Switzerland|579 NOR Norway|268 GEO Georgia|860 UZB Uzbekistan
344 HKG China, Hong Kong SAR|392 JPN Japan|410 KOR Rep. of Korea|616 POL Poland|484 MEX Mexico|76 BRA Brazil
124 CAN Canada|458 MYS Malaysia|764 THA Thailand|826 GBR United Kingdom|528 NLD Netherlands|380 ITA Italy
203 CZE Czechia|246 FIN Finland|233 EST Estonia|428 LVA Latvia|440 LTU Lithuania|36 AUS Australia|40 AUT Austria
56 BEL Belgium|300 GRC Greece|372 IRL Ireland|688 SRB Serbia|702 SGP Singapore|703 SVK Slovakia|704 VNM Viet Nam
710 ZAF South Africa|724 ESP Spain|752 SWE Sweden|31 AZE Azerbaijan|100 BGR Bulgaria|191 HRV Croatia
208 DNK Denmark|348 HUN Hungary|442 LUX Luxembourg|586 PAK Pakistan|608 PHL Philippines|620 PRT Portugal
642 ROU Romania|682 SAU Saudi Arabia|705 SVN Slovenia
""".strip()
_PARTNERS_ONLY = """
643 RUS Russian Federation|490 S19 Other Asia, nes|784 ARE United Arab Emirates|112 BLR Belarus|804 UKR Ukraine
899 _X Areas, nes|568 _E Other Europe, nes|838 X2  Free Zones|837 X1  Bunkers|839 XX  Special Categories
""".strip()


def _areas(text: str) -> tuple[Area, ...]:
    entries = (entry for line in text.splitlines() for entry in line.split("|"))
    parts = (entry.split(" ", 2) for entry in entries)
    return tuple(Area(int(code), f"{iso} " if name.startswith(" ") else iso, name.strip()) for code, iso, name in parts)


WORLD = Area(0, "W00", "World")
REPORTERS = _areas(_AREAS)
"""Russia and the United Arab Emirates are not among them: they publish no months."""

PARTNERS = (*_areas(_PARTNERS_ONLY), *REPORTERS)
"""Russia first; then codes with no country behind them, one of which the API writes with a space after its ISO code."""

AREAS = {area.code: area for area in (WORLD, *PARTNERS)}

_KILOGRAMS = """
846693 852910 852990 853221 853224 853400 853669 853690 854800 854890 880730 880330
"""
_GOODS = """
854231 854232 854800:6 854890:45 854233 854239 852589:6 852580:45 851762 852691 854149:6 854140:45 854151:6 854150:45
854159:6 880730:6 880330:45 853221 853224 847150 850440 851769 852910 852990 853669 853690 854110 854121 854129 854130
854160 901420 901480 847180 848610 848620 848640 853400 854320 902750 903020 903032 903039 903082 845710 845811 845891
845961 846693 848210 848220 848230 848250 901310 901380
"""


def _goods(entry: str) -> Goods:
    code, _, editions = entry.partition(":")
    return Goods(code, editions or "456", 8 if code in _KILOGRAMS else 5)


GOODS = tuple(map(_goods, _GOODS.split()))
"""The 50 codes of the Common High Priority List and the five that six of them were before H6; seams come early."""

FLOWS = {
    "M": "Import", "X": "Export", "RM": "Re-import", "RX": "Re-export", "DX": "Domestic Export", "FM": "Foreign Import",
    "MIP": "Import of goods for inward processing", "MOP": "Import of goods after outward processing",
    "XIP": "Export of goods after inward processing", "XOP": "Export of goods for outward processing",
}  # fmt: skip
LEGAL_FLOWS = frozenset((*FLOWS, "MIF", "XIF", "-1"))
UNITS = {-1: "N/A", 5: "u", 8: "kg"}

CUSTOMS = {"C00": "TOTAL CPC", "C01": "Clearance for home use", "C05": "Free zone", "C06": "Inward processing"}
LEGAL_CUSTOMS = frozenset(("-1", "C20", *(f"C{number:02}" for number in range(16))))
MODES = {0: "TOTAL MOT", 1000: "Air", 2100: "Sea", 3100: "Railway", 3200: "Road", 9200: "Postal consignments"}

FIELDS = (
    "typeCode", "freqCode", "refPeriodId", "refYear", "refMonth", "period", "reporterCode", "reporterISO",
    "reporterDesc", "flowCode", "flowDesc", "partnerCode", "partnerISO", "partnerDesc", "partner2Code",
    "partner2ISO", "partner2Desc", "classificationCode", "classificationSearchCode", "isOriginalClassification",
    "cmdCode", "cmdDesc", "aggrLevel", "isLeaf", "customsCode", "customsDesc", "mosCode", "motCode", "motDesc",
    "qtyUnitCode", "qtyUnitAbbr", "qty", "isQtyEstimated", "altQtyUnitCode", "altQtyUnitAbbr", "altQty",
    "isAltQtyEstimated", "netWgt", "isNetWgtEstimated", "grossWgt", "isGrossWgtEstimated", "cifvalue", "fobvalue",
    "primaryValue", "legacyEstimationFlag", "isReported", "isAggregate",
)  # fmt: skip
"""The 47 fields of a final row, in the order of recorded answers."""

TARIFFLINE_FIELDS = (
    "typeCode", "freqCode", "refPeriodId", "period", "reporterCode", "reporterDesc", "reporterISO", "flowCode",
    "flowDesc", "partnerCode", "partnerDesc", "partnerISO", "partner2Code", "partner2Desc", "partner2ISO",
    "classificationCode", "cmdCode", "cmdDesc", "customsCode", "customsDesc", "mosCode", "motCode", "motDesc",
    "qtyUnitCode", "qtyUnitAbbr", "qty", "altQtyUnitCode", "altQtyUnitAbbr", "altQty", "netWgt", "grossWgt",
    "cifvalue", "fobvalue", "primaryValue",
)  # fmt: skip
"""The 34 fields of a tariff line."""

DESCRIPTIONS = frozenset(
    ("aggrLevel", "isLeaf", *(name for name in FIELDS if name.endswith(("ISO", "Desc", "Abbr"))))
)  # fmt: skip
"""The fields that are null unless `includeDesc` is asked."""
