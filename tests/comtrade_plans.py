"""Seeded plans of faults, and what a pull has to make of each: all cells, or a state that says why not."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from comtrade_cells import Compared, asked, compare, fast, landed, now, pulled
from comtrade_stand_in.process import Running

from tradewatch.errors import TradewatchError
from tradewatch.flow.pull import Outcome, Wanted

KINDS = (
    "429", "403_quota", "403_policy", "500", "502_html", "503", "504_html", "timeout", "reset", "cut_body",
    "short_page", "silent_short_page", "wrong_type", "gzip_bomb", "latency",
)  # fmt: skip
ONLY = ("", "", "", "/data/v1/get/", "/data/v1/get/.*countonly", "/data/v1/getDa", "/data/v1/getMetadata")
"""Where the faults of a plan strike: mostly everywhere, else on data, on counts, on one of the lists."""

FOR_EVER = ("500", "502_html", "503", "429", "reset", "cut_body", "short_page", "silent_short_page", "wrong_type",
            "gzip_bomb", "403_quota")  # fmt: skip
OPTIONS = {"retry_after": 0, "hang_seconds": 1.2, "latency_seconds": 0.05, "bomb_megabytes": 3}
IMPATIENT, PATIENT = 1.0, 60.0
"""Seconds until an answer is given up: the first less, the second more than a timeout of OPTIONS hangs."""


def plan_of(seed: int, matches: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """
    A seeded plan of faults: some kinds at rates of up to 40 % in all and, in every fourth plan, something that fails
    for ever, one of `matches` (from a parameter to the values that may fail).
    """
    chance = random.Random(f"plan {seed}")  # noqa: S311 (repeatable)
    kinds = chance.sample(KINDS, chance.randint(2, len(KINDS)))
    shares = [chance.random() for _ in kinds]
    whole = chance.uniform(0.15, 0.4)
    options = OPTIONS | {"retry_after": chance.choice((0, 0, -1))}
    plan: dict[str, Any] = {
        "seed": seed,
        "rates": {kind: whole * share / sum(shares) for kind, share in zip(kinds, shares, strict=True)},
        "by": "target",
        "only": chance.choice(ONLY),
        "most": chance.choice((3, 3, 8)),
        "options": options,
    }
    if seed % 4 == 0:
        name = chance.choice(sorted(matches))
        value = chance.choice(matches[name])
        plan["rules"] = [{"match": rf"[?&]{name}=[^&]*\b{value}\b", "kind": chance.choice(FOR_EVER), "times": 0}]
        plan["only"] = ""
    return plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Where plans are tried: the stand-in, a home filled from it without faults, what is asked, and the row cap."""

    stand_in: Running
    plain: Path
    wanted: Wanted
    cap: int


@dataclass(slots=True)
class Tried:
    """What one plan brought, and what is wrong with it."""

    compared: Compared | None = None  # after the first pull
    faults: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    lost: int = 0  # questions
    wrong: list[str] = field(default_factory=list)


def tried(trial: Trial, home: Path, plan: Mapping[str, Any]) -> Tried:
    """
    Pull into a new home while the plan strikes, then without faults.

    After the pull under faults a cell is right or failed, after the one without faults all are right.
    """
    found = Tried()
    found.compared = _struck(trial, home, plan, found)
    _calm(trial, home, found)
    return found


def _struck(trial: Trial, home: Path, plan: Mapping[str, Any], found: Tried) -> Compared:
    """A pull under faults."""
    trial.stand_in.faults(**plan)
    outcome = _pulled(trial, home, found, IMPATIENT)
    compared = compare(home, trial.plain, settled=False)
    found.wrong += [f"under faults: {sentence}" for sentence in compared.wrong]
    found.lost += len(outcome.lost) if outcome else 0
    if outcome and compared.failed and not outcome.lost:
        found.wrong.append(f"{compared.failed:,} cells failed, and the exit code would be 0")
    return compared


def _calm(trial: Trial, home: Path, found: Tried) -> None:
    """A pull without faults, which repairs everything and asks for nothing that had landed."""
    trial.stand_in.faults()
    kept, since = landed(home), now()
    outcome = _pulled(trial, home, found, PATIENT)
    compared = compare(home, trial.plain, settled=True)
    found.wrong += [f"after them: {sentence}" for sentence in compared.wrong]
    found.wrong += [f"lost without faults: {lost.error}" for lost in outcome.lost] if outcome else []
    found.wrong += [f"asked again: {address[:200]}" for address in sorted(asked(home, since) & kept)[:3]]


def _pulled(trial: Trial, home: Path, found: Tried, seconds: float) -> Outcome | None:
    """A pull, its requests counted; an error that ends it leaves cells without a state, so it is wrong."""
    trial.stand_in.forget()
    try:
        return pulled(home, fast(trial.stand_in.url, cap=trial.cap, seconds=seconds), trial.wanted)
    except TradewatchError as problem:
        found.wrong.append(f"the pull ended early: {problem}")
        return None
    finally:
        log = trial.stand_in.log()
        found.requests += len(log)
        found.faults.update(entry["fault"] for entry in log if entry["fault"])
