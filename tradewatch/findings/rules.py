"""
Rules: one TOML file each, under alerts/ and the user's own alerts/, with reason, next steps and cases.

A rule reads one view, a row for each subject and month. `about` says which rows it judges, `published` which of them
can be judged at all, `when` which are a hit; all three are SQL over the view's columns. `say` is the sentence, with
`{column:form}` in it; the forms are those of `said`.
"""

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tradewatch.errors import RuleError
from tradewatch.words import dollars

NEEDED = ("id", "family", "title", "view", "subject", "month", "about", "published", "unpublished_reason", "when")
TOLD = ("score", "amount_usd", "value_usd", "expected_usd", "say", "why", "next", "thresholds", "severity", "case")
COLUMNS = ("score", "amount_usd", "value_usd", "expected_usd")
MAY = ("inhibit", "when_confirmed")
FORBIDDEN = ("evasion", "evade", "smuggl", "criminal", "illegal")
"""A statistic can be unusual; it can never say that somebody broke a law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibitor:
    """A broader cause that explains a hit of a rule."""

    name: str
    when: str  # SQL over the row as $column


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule file. SQL texts are expressions over the columns of `views.<view>`."""

    path: Path
    id: str
    family: str  # names the alert: <family>.<subject>
    title: str
    view: str  # without the schema
    subject: tuple[str, ...]  # columns; the first names the area
    month: str  # column
    about: str  # which rows are judged
    published: str  # which of them are fit to be judged
    unpublished_reason: str  # column or expression: why not
    when: str
    score: str  # column
    amount_usd: str  # column, US dollars: how much is unusual
    value_usd: str  # column, US dollars: what was stated
    expected_usd: str  # column, US dollars: what it is compared with
    severity: tuple[tuple[str, str], ...]  # level, SQL; the first that holds counts
    say: str
    why: str
    next: tuple[str, ...]
    thresholds: tuple[tuple[str, str], ...]  # what, in words
    cases: tuple[Mapping[str, Any], ...]  # name, fires, row
    inhibit: tuple[Inhibitor, ...] = ()
    when_confirmed: str = ""


def read(shipped: Path, own: Path) -> list[Rule]:
    """Every rule of both folders, by file name; RuleError when one is not as it should be or an id is taken twice."""
    rules = [parse(path) for folder in (shipped, own) for path in sorted(folder.glob("*.toml"))]
    seen: dict[str, Path] = {}
    for rule in rules:
        for name in {rule.id, rule.family}:
            if name in seen:
                raise RuleError(f"{rule.path}: {name!r} is taken by {seen[name]}; choose another.")
            seen[name] = rule.path
    return rules


def parse(path: Path) -> Rule:
    """One file as a Rule; RuleError says what is wrong with it."""
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise RuleError(f"{path}: cannot be read as TOML ({problem}).") from problem
    _check_keys(text, path)
    rule = _rule(text, path)
    _check_words(rule)
    _check_sql(rule)
    return rule


def _check_keys(text: Mapping[str, Any], path: Path) -> None:
    missing = [key for key in (*NEEDED, *TOLD) if not text.get(key)]
    unknown = sorted(set(text) - {*NEEDED, *TOLD, *MAY})
    if missing or unknown:
        raise RuleError(
            f"{path}: missing: {', '.join(missing) or 'nothing'}; not known: {', '.join(unknown) or 'nothing'}."
        )
    plain = [key for key in (*NEEDED, *TOLD) if key not in ("subject", "next", "thresholds", "severity", "case")]
    wrong = [key for key in plain if not isinstance(text[key], str)]
    wrong += [key for key in ("subject", "next", "severity", "case") if not isinstance(text[key], list)]
    wrong += [
        key for key, kind in (("inhibit", list), ("when_confirmed", str)) if not isinstance(text.get(key, kind()), kind)
    ]
    if wrong or not isinstance(text["thresholds"], dict):
        raise RuleError(
            f"{path}: {', '.join(wrong) or 'thresholds'}: not of the kind a rule needs; see the shipped ones."
        )


def _rule(text: Mapping[str, Any], path: Path) -> Rule:
    try:
        return Rule(
            path=path,
            subject=tuple(text["subject"]),
            next=tuple(text["next"]),
            thresholds=tuple((name, str(words)) for name, words in text["thresholds"].items()),
            severity=tuple((level["level"], level["when"]) for level in text["severity"]),
            cases=tuple({"name": case["name"], "fires": case["fires"], "row": case["row"]} for case in text["case"]),
            inhibit=tuple(Inhibitor(name=one["name"], when=one["when"].strip()) for one in text.get("inhibit", ())),
            when_confirmed=text.get("when_confirmed", "").strip(),
            **{key: text[key].strip() for key in (*NEEDED, *COLUMNS, "say", "why") if key != "subject"},
        )
    except (AttributeError, KeyError, TypeError) as problem:
        raise RuleError(
            f"{path}: a severity needs level and when, an inhibit name and when, a case name, fires and row"
            f" ({problem})."
        ) from problem


def _check_words(rule: Rule) -> None:
    columns = (rule.month, rule.score, rule.amount_usd, rule.value_usd, rule.expected_usd, *rule.subject)
    for name in (rule.id, rule.family, rule.view, *columns):
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
            raise RuleError(f"{rule.path}: {name!r} is not a plain name (small letters, digits, - and _).")
    if {case["fires"] for case in rule.cases} != {True, False}:
        raise RuleError(f"{rule.path}: the cases must hold one that fires and one that does not.")
    said = f"{rule.say} {rule.title}".lower()
    if found := [word for word in FORBIDDEN if word in said]:
        raise RuleError(f"{rule.path}: {found[0]!r} is not for a statistic to say; say what is unusual.")
    if "other explanations" not in rule.say.lower():
        raise RuleError(f"{rule.path}: the sentence must name other explanations.")


def _check_sql(rule: Rule) -> None:
    """Each expression must be one expression: the rest of the query is ours."""
    texts = [rule.about, rule.published, rule.unpublished_reason, rule.when, *(when for _, when in rule.severity)]
    texts += [one.when for one in rule.inhibit] + ([rule.when_confirmed] if rule.when_confirmed else [])
    for text in texts:
        try:
            parts = duckdb.extract_statements(f"select ({text}) as answer")
        except duckdb.Error as problem:
            raise RuleError(f"{rule.path}: {text!r} is not SQL ({' '.join(str(problem).split())[:200]}).") from problem
        if len(parts) != 1 or parts[0].type != duckdb.StatementType.SELECT or "--" in text or "/*" in text:
            raise RuleError(f"{rule.path}: {text!r} must be one SQL expression and nothing else.")


class Sentence(string.Formatter):
    """
    Fills a rule's sentence. Forms: `usd` ($7.6 million), `times` (4.3), `percent` (97 %), `month` (November 2022),
    `count`, and `area` (the name of an area, from `names`).
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def format_field(self, value: Any, form: str) -> str:
        """One value as people read it; a null is `not known`."""
        if value is None:
            return "not known"
        return self.names.get(value, value) if form == "area" else said(value, form)


def said(value: Any, form: str) -> str:
    """One value in one form; see Sentence."""
    if form == "usd":
        return dollars(float(value))
    if form == "times":
        return f"{float(value):.1f}"
    if form == "percent":
        return f"{100 * float(value):.0f} %"
    if form == "month":
        return (value if isinstance(value, date) else date.fromisoformat(value)).strftime("%B %Y")
    return f"{int(value):,}" if form == "count" else str(value)
