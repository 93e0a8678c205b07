"""What a data call asks for: its parameters in any case, lists, wildcards, and what of it the API would refuse."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from comtrade_stand_in.codes import LEGAL_CUSTOMS, LEGAL_FLOWS

MOST_PERIODS = 12

Wanted = frozenset[str] | None
"""The codes of a list parameter as text, or None for everything."""


class RefusedError(Exception):
    """A parameter that the API answers with 400; `names` are the parameters as the API spells them."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.names = names


def parameters(query: str) -> dict[str, str]:
    """The parameters of a query string, names in lower case; of a repeated one, the last."""
    return {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}


@dataclass(frozen=True, slots=True)
class Question:
    """One data call; hashable, so that an answer may be kept. Lists are None where everything is asked."""

    kind: str
    frequency: str
    classification: str
    reporters: Wanted
    periods: Wanted
    flows: Wanted
    goods: Wanted
    partners: Wanted
    partners2: Wanted
    customs: Wanted
    modes: Wanted
    described: bool
    count_only: bool
    most: int | None

    @classmethod
    def of(cls, kind: str, path: tuple[str, str, str], given: Mapping[str, str]) -> "Question":
        """The question of a call, `kind` being final or tariffline, `path` its type, frequency and classification."""
        _refuse_illegal(given)
        classic = given.get("breakdownmode", "").lower() == "classic"
        return cls(
            kind=kind,
            frequency=path[1].upper(),
            classification=path[2].upper() if path[0].upper() == "C" else "services",
            reporters=_list(given, "reportercode"),
            periods=_list(given, "period"),
            flows=_list(given, "flowcode"),
            goods=_list(given, "cmdcode"),
            partners=_list(given, "partnercode"),
            partners2=frozenset("0") if classic else _list(given, "partner2code"),
            customs=frozenset(["C00"]) if classic else _list(given, "customscode"),
            modes=frozenset("0") if classic else _list(given, "motcode"),
            described=_yes(given, "includedesc"),
            count_only=_yes(given, "countonly"),
            most=int(given["maxrecords"]) if given.get("maxrecords") else None,
        )

    def wants(self, code: str) -> bool:
        """Whether a commodity code, TOTAL or 2 to 10 digits, is asked for."""
        return _matcher(self.goods, self.kind == "tariffline")(code)


def _yes(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "").lower() == "true"


def _list(given: Mapping[str, str], name: str) -> Wanted:
    values = [value.strip().upper() for value in given.get(name, "").split(",")]
    return frozenset(filter(None, values)) or None


LEGAL: dict[str, tuple[str, Callable[[str], object]]] = {
    "reportercode": ("reporterCode", re.compile(r"\d{1,3}").fullmatch),
    "partnercode": ("partnerCode", re.compile(r"\d{1,3}").fullmatch),
    "partner2code": ("partner2Code", re.compile(r"\d{1,3}").fullmatch),
    "motcode": ("motCode", re.compile(r"-1|\d{1,4}").fullmatch),
    "customscode": ("customsCode", LEGAL_CUSTOMS.__contains__),
    "flowcode": ("flowCode", LEGAL_FLOWS.__contains__),
    "cmdcode": ("cmdCode", re.compile(r"[0-9A-Z*?]{1,11}").fullmatch),
    "maxrecords": ("maxRecords", re.compile(r"\d{1,9}").fullmatch),
}
"""What each list may hold. A period of the wrong form is not refused: it answers 200 without rows."""


def _refuse_illegal(given: Mapping[str, str]) -> None:
    for name, (spelled, legal) in LEGAL.items():
        if not all(map(legal, _list(given, name) or ())):
            raise RefusedError(spelled)


@lru_cache(maxsize=256)
def _matcher(goods: Wanted, prefixes: bool) -> Callable[[str], bool]:
    """A test for one code; in tariff lines every code is a prefix."""
    if goods is None:
        return lambda _: True
    pattern = re.compile("|".join(_pattern(code, prefixes) for code in sorted(goods)))
    return lru_cache(maxsize=10_000)(lambda code: pattern.fullmatch(code) is not None)


def _pattern(code: str, prefixes: bool) -> str:
    if level := re.fullmatch(r"AG(\d)", code):
        return rf"\d{{{level[1]}}}"
    text = re.escape(code).replace(r"\*", r"\w*").replace(r"\?", r"\w")
    return text + r"\d*" if prefixes and code != "TOTAL" else text
