"""
A plan of what goes wrong: seeded rates, faults at request numbers, and rules for the requests that match a text.

As JSON: `{"seed": 3, "rates": {"429": 0.05, "reset": 0.01}, "at": {"2": "502_html"}, "rules": [{"match":
"period=202203", "kind": "cut_body", "times": 2}], "by": "target", "only": "/data/", "most": 3, "options": {...}}`.
"""

import random
import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = frozenset((
    "429", "403_quota", "403_policy", "401_invalid", "500", "502_html", "503", "504_html", "timeout", "reset",
    "cut_body", "short_page", "silent_short_page", "wrong_type", "gzip_bomb", "latency",
))  # fmt: skip
"""Of these `silent_short_page`, fewer rows with a count to match, can only be seen in the sum of partners."""

OPTIONS: dict[str, float] = {
    "retry_after": 1,
    "quota_seconds": 3 * 3600 + 14 * 60 + 17,
    "always_seconds": 0,
    "hang_seconds": 5.0,
    "latency_seconds": 0.2,
    "bomb_megabytes": 300,
}
"""Retry-After of 429 (negative: no such header) and of the quota, what every request waits, what a timeout hangs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A fault for requests whose target matches; `times` of them, or all when it is 0; `but` leaves some out."""

    match: str
    kind: str
    times: int = 0
    but: str = ""


@dataclass(slots=True)
class Plan:
    """
    A fault plan and how far it has come.

    By `number` the draw depends on the number of the request; by `target` on what is asked and how often it was, so
    that it does not depend on the order of concurrent calls. No target is failed by draw more than `most` times.
    """

    seed: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    by: str = "number"
    only: str = ""
    most: int = 3
    options: Mapping[str, float] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)
    _failed: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Plan":
        """A plan of the given JSON; an unknown kind of fault or option is refused."""
        given = dict(settings)
        given["rules"] = tuple(Rule(**rule) for rule in given.get("rules", ()))
        given["options"] = OPTIONS | given.get("options", {})
        plan = cls(**given)
        named = {*plan.rates, *plan.at.values(), *(rule.kind for rule in plan.rules)}
        if unknown := sorted((named - KINDS) | (plan.options.keys() - OPTIONS)):
            raise ValueError(f"no such fault: {unknown}; there are {sorted(KINDS)} and options {sorted(OPTIONS)}")
        return plan

    def fault(self, number: int, target: str) -> str | None:
        """The fault of this request, or None; each call counts as one request for the target."""
        if self.only and not re.search(self.only, target):
            return None
        with self._lock:
            self._seen[target] += 1
            return self.at.get(str(number)) or self._ruled(target) or self._drawn(number, target)

    def _ruled(self, target: str) -> str | None:
        for place, rule in enumerate(self.rules):
            used = self._failed[f"rule {place}"]
            left_out = rule.but and re.search(rule.but, target)
            if re.search(rule.match, target) and not left_out and (not rule.times or used < rule.times):
                self._failed[f"rule {place}"] += 1
                return rule.kind
        return None

    def _drawn(self, number: int, target: str) -> str | None:
        key = f"{self.seed} {target} {self._seen[target]}" if self.by == "target" else f"{self.seed} {number}"
        draw, reached = random.Random(key).random(), 0.0  # noqa: S311 (not for secrets)
        for kind, rate in sorted(self.rates.items()):
            reached += rate
            if draw < reached and (kind == "latency" or self._failed[target] < self.most):
                self._failed[target] += kind != "latency"
                return kind
            if draw < reached:
                return None
        return None
