"""Every format of a digest: inert whatever a name holds, within limits, cut and counted, and the same bytes again."""

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewatch import digest
from tradewatch.digest import Digest, History, Item, Reader, Rule, Source
from tradewatch.digest.compose import reason_told
from tradewatch.digest.harmless import cell
from tradewatch.digest.model import SECTION
from tradewatch.digest.slack import MOST_BLOCKS, MOST_IN_A_SECTION

MAY = date(2024, 5, 1)
MONTHS = tuple(date(2021 + (5 + n) // 12, (5 + n) % 12 + 1, 1) for n in range(36))
HISTORY = History(
    months=MONTHS,
    values_usd=(None, *(1e6 + 1e5 * (n % 7) for n in range(35))),
    low_usd=1.1e6,
    high_usd=1.4e6,
    policy=((date(2022, 2, 1), "Russia invades Ukraine at full scale and 4 more"), (date(2023, 6, 1), "Package")),
)


def item(alert_id: str = "hub-jump.KGZ", reason: str = "new", **more: object) -> Item:
    given = {
        "change": "new month", "title": "A hub buys more", "severity": "high", "severity_told": "high",
        "watch": "russia", "area": "KGZ", "sentence": "Kyrgyzstan bought much.", "event": "", "first_month": MAY,
        "month": MAY, "score": 3.25, "amount_usd": Decimal("1500000.500"), "value_usd": 2e6, "expected_usd": 5e5,
        "notes": (), "next": ("Look.",),
    }  # fmt: skip
    return Item(alert_id=alert_id, reason=reason, **(given | more))  # type: ignore[arg-type]


def made(**more: object) -> Digest:
    given = {
        "month": MAY, "composed_at": datetime(2024, 7, 1, 8, 30), "known_at": datetime(2024, 6, 15), "new": (),
        "worse": (), "ongoing": (), "closed": (), "health": (), "confirmed": 3, "explained": 1, "rules": (),
        "sources": (), "event_ids": (1, 2), "cap": 10, "report": "",
    }  # fmt: skip
    return Digest(**(given | more))  # type: ignore[arg-type]


EVIL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="https://evil.example/?q=1">click</a>',
    "[click](https://evil.example) ![x](http://evil.example/x.png) **bold** `code` | cell # h",
    "<https://evil.example|click> <!channel> <@U012345> &lt;!here&gt; *b* _i_ ~s~",
    "javascript:alert(1) www.evil.example mailto:x@evil.example ftp://evil.example",
    "=HYPERLINK(\"https://evil.example\")", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1", "\r\n=1+1", "＝1+1",
    "\x1b[31mred\x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \u202egnp.exe\x9b2J\x00",
    "{{ 7*7 }} {% raw %} ${7*7}",
    "line\n\n# heading\n- item\n\n<b>",
)  # fmt: skip


def all_evil(text: str) -> Digest:
    """A digest that holds one text wherever a source, a user or a rule can put one."""
    bad = item(
        alert_id=f"hub-jump.{text}", title=text, severity=text, watch=text, area=text, sentence=text, event=text,
        notes=(text,), next=(text,), history=replace(HISTORY, policy=((MAY, text),)), change=text,
    )  # fmt: skip
    return made(
        new=(bad,), worse=(replace(bad, reason="withdrawn", event=""),), ongoing=(bad,), closed=(bad,), health=(text,),
        rules=(Rule(id=text, title=text, thresholds=(text,), false_rate=text),),
        sources=(Source(name=text, attribution=text, newest_period=MAY, newest_release=datetime(2024, 6, 1)),),
    )  # fmt: skip


class Tags(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


CLICKABLE = re.compile(r"(?i)(https?|ftp)://|\bwww\.|javascript:|mailto:")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("text", EVIL)
def test_injections_are_inert_in_every_format(text: str) -> None:
    evil = all_evil(text)
    page = Tags()
    page.feed(digest.html(evil, {f"hub-jump.{text}": "cid:1@tradewatch"}))
    harmless = Tags()
    harmless.feed(digest.html(all_evil("plain"), {"hub-jump.plain": "cid:1@tradewatch"}))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]
    assert [sorted(found) for _, found in page.tags] == [sorted(found) for _, found in harmless.tags]
    assert not any("href" in found for _, found in page.tags)
    assert not CLICKABLE.search(page.text)

    plain, markdown = digest.plain(evil), digest.markdown(evil)
    for written in (plain, markdown):
        assert not CONTROL.search(written)
        assert not CLICKABLE.search(written)
        assert len(written.splitlines()) == len(written.split("\n")) - 1
    assert not re.search(r"(?<!\\)[<>\[\]|]", re.sub(r"`[^`]*`", "", markdown))
    assert len(re.findall("(?m)^#", markdown)) == len(re.findall("(?m)^#", digest.markdown(all_evil("plain"))))

    blocks = json.loads(digest.slack(evil))
    said = [text for block in blocks["blocks"] for text in block.get("elements", [block.get("text")])]
    assert all(one["type"] == "plain_text" or one["verbatim"] for one in said)
    for one in (*(one["text"] for one in said), blocks["text"]):
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", one)
        assert not CLICKABLE.search(one)

    rows = list(csv.reader(io.StringIO(digest.table(evil))))
    assert len(rows) == 5
    assert not any(
        value.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) for row in rows for value in row
    )
    assert not any(CLICKABLE.search(value) for row in rows for value in row)
    assert digest.from_json(digest.as_json(evil)) == evil


@given(st.text())
def test_a_cell_never_begins_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(1, 100),
    st.integers(0, 6000),
    st.sampled_from("x&<*"),
)
def test_slack_messages_keep_to_the_limits(
    new: int, worse: int, ongoing: int, cap: int, size: int, letter: str
) -> None:
    one = item(sentence=letter * size, notes=(letter * (size // 10),))
    message = json.loads(
        digest.slack(
            made(new=(one,) * new, worse=(one,) * worse, ongoing=(one,) * ongoing, cap=cap, health=(letter * size,) * 5)
        )
    )
    blocks = message["blocks"]
    texts = [one["text"] for block in blocks for one in block.get("elements", [block.get("text")])]
    assert len(blocks) <= MOST_BLOCKS
    assert all(0 < len(text) <= MOST_IN_A_SECTION for text in texts)
    assert sum(map(len, texts)) <= 13_000
    assert not any(re.search(r"&(?!amp;|lt;|gt;)", text) for text in texts)
    assert any("Data health" in text for text in texts)
    assert any("never proof of a breach" in text for text in texts)


def test_the_report_is_linked_only_where_there_is_one() -> None:
    linked = made(report="https://example.org/r.html?a=1&b=2")
    assert (
        "<https://example.org/r.html?a=1&amp;b=2|Open the report>"
        in json.loads(digest.slack(linked))["blocks"][1]["text"]["text"]
    )
    assert 'href="https://example.org/r.html?a=1&amp;b=2"' in digest.html(linked, {})
    for format_ in (digest.slack, digest.markdown, digest.plain, lambda one: digest.html(one, {})):
        assert "//" not in format_(made())


def test_a_digest_is_cut_and_the_rest_counted_and_attached() -> None:
    many = tuple(item(alert_id=f"hub-jump.{n:03}") for n in range(500))
    big = made(new=many[:25], ongoing=many[25:])
    for written in (digest.plain(big), digest.markdown(big), digest.html(big, {})):
        assert "25 new, 0 worse or withdrawn, 475 ongoing, 0 closed." in written
        assert "and 15 more" in written
        assert "and 465 more" in written
        assert "hub-jump.009" in written
        assert "hub-jump.010" not in written
    assert len(digest.table(big).splitlines()) == 501


def test_the_footer_states_what_is_known_of_the_rules() -> None:
    rules = tuple(
        Rule(id=name, title=name, thresholds=("score: 2",), false_rate=rate)
        for name, rate in (("a", "12 % (2025)"), ("b", ""))
    )
    text = digest.plain(made(rules=rules))
    assert "3 alert(s) were confirmed, 1 explained." in text
    assert "a: score: 2; false rate 12 % (2025)." in text
    assert "b: score: 2; false rate not measured." in text


@pytest.mark.parametrize(
    ("untold", "state", "reason"),
    [
        ([], "open", "ongoing"),
        ([], "receding", "ongoing"),
        ([], "closed", "settled"),
        ([], "explained", "settled"),
        (["new"], "open", "new"),
        (["new", "worse"], "open", "new"),
        (["new", "closed"], "closed", "closed"),
        (["worse", "withdrawn"], "withdrawn", "withdrawn"),
        (["closed", "new"], "open", "new"),
        (["worse", "acknowledged"], "open", "worse"),
        (["acknowledged"], "acknowledged", "acknowledged"),
        (["worse", "explained"], "explained", "explained"),
        (["withdrawn", "revised"], "open", "revised"),
        (["revised", "worse"], "open", "worse"),
    ],
)  # fmt: skip
def test_the_reason_told(untold: list[str], state: str, reason: str) -> None:
    assert reason_told(untold, state) == reason


@given(st.lists(st.sampled_from(sorted(SECTION)), min_size=1))
def test_every_untold_event_puts_its_alert_into_a_section(untold: list[str]) -> None:
    assert reason_told(untold, "closed") in SECTION


def test_an_alert_of_no_watch_is_for_every_watch() -> None:
    stopped = item(alert_id="stopped.CHN.gacc.export.partner.RUS", watch="")
    assert digest.for_reader(made(new=(stopped,)), Reader(watches=("russia",))).new == (stopped,)


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        (Reader(), True),
        (Reader(watches=("iran",)), False),
        (Reader(watches=("iran", "russia"), areas=("KGZ",)), True),
        (Reader(areas=("ARM",)), False),
        (Reader(severity="high"), True),
        (Reader(severity="critical"), False),
    ],
)
def test_a_reader_is_told_of_the_alerts_wanted(reader: Reader, told: bool) -> None:
    whole = made(new=(item(),), worse=(item(reason="withdrawn", severity="low"),))
    part = digest.for_reader(whole, reader)
    assert (len(part.new), len(part.worse)) == (told, told)  # the withdrawn one was high when it was told
    assert (part.health, part.rules, part.month) == (whole.health, whole.rules, whole.month)


def test_a_chart_is_the_same_bytes_again() -> None:
    first = digest.png(HISTORY)
    assert first.startswith(b"\x89PNG")
    assert digest.png(HISTORY) == first
    assert digest.png(replace(HISTORY, high_usd=9e6)) != first


CHROMIUM = shutil.which("chromium")


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine: the page is not seen by a browser")
def test_a_browser_shows_the_page_and_runs_nothing(tmp_path: Path) -> None:
    """Every injection in one page: a browser that runs any of it would change the title or the text."""
    bad = tuple(item(alert_id=f"a.{n}", sentence=text, title=text, history=HISTORY) for n, text in enumerate(EVIL))
    page = tmp_path / "page.html"
    text = digest.html(made(new=bad, cap=99), {}).replace("<title>", "<title>ours ")
    page.write_text(text.replace("alert(1)", "document.title='theirs'"), encoding="utf-8")
    assert CHROMIUM
    shown = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    ).stdout  # fmt: skip
    assert "<title>ours tradewatch: May 2024</title>" in shown
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
