"""What a call asked, as plain values for the ledger, and back."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from tradewatch.records import Question


def to_plain(asked: Iterable[Question]) -> list[dict[str, Any]]:
    """Questions as JSON can hold them; the datasets are a list of reporter, period and moment."""
    return [_plain(question) for question in asked]


def _plain(question: Question) -> dict[str, Any]:
    released = [(code, period.isoformat(), at.isoformat()) for (code, period), at in question.released.items()]
    periods = [period.isoformat() for period in question.periods]
    return asdict(question) | {"periods": periods, "released": released}


def from_plain(told: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """The questions of a ledger row."""
    return tuple(_question(one) for one in told)


def _question(told: Mapping[str, Any]) -> Question:
    lists = {name: tuple(told[name]) for name in ("reporters", "partners", "flows", "commodities")}
    released = {(code, date.fromisoformat(period)): datetime.fromisoformat(at) for code, period, at in told["released"]}
    return Question(
        **lists,
        freq=told["freq"],
        periods=tuple(map(date.fromisoformat, told["periods"])),
        released=released,
        every_partner=told["every_partner"],
        lines=told.get("lines", False),
    )
