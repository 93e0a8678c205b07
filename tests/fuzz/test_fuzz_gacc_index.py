"""Indexes and answers of China's customs: whatever comes, links to the site itself or one of our errors."""

import contextlib

import pytest
from gacc_stand_in.site import SHELL, Site
from hypothesis import given
from hypothesis import strategies as st

from tradewatch.errors import SourceError, TradewatchError
from tradewatch.sources.gacc_index import PATHS, TABLES, read
from tradewatch.sources.gacc_service import Service, Walled, judged
from tradewatch.sources.http import Answer

RELEASE = st.sampled_from(sorted(PATHS))
INDEXES = {release: Site().index(release, 2026).encode() for release in PATHS}
PARTS = ("<td>", "</td>", "<tr>", "</table>", "<a href=", "</a>", "<span>", '"', "\\", "//x.example/", "\0", "Jan.")


def check(body: bytes, release: str) -> None:
    """Every link is of the release, the year and the site; with an error there is none."""
    with contextlib.suppress(SourceError):
        found = read(body, release, PATHS[release])
        assert found.links
        for link in found.links:
            assert link.table in TABLES[release]
            assert link.month.year == found.year
            assert link.path == "" or (link.path.isascii() and link.path.startswith("/"))
            assert not (link.path and link.refusal)


@given(RELEASE, st.integers(0, 8000), st.sampled_from(PARTS) | st.text(max_size=6), st.integers(0, 40))
def test_an_index_that_is_cut_or_changed(release: str, at: int, new: str, gone: int) -> None:
    body = INDEXES[release]
    check(body[:at] + new.encode("utf-8", "surrogatepass"), release)
    check(body[:at] + new.encode("utf-8", "surrogatepass") + body[at + gone :], release)


@given(RELEASE, st.text(max_size=30))
def test_any_link(release: str, href: str) -> None:
    start, _, end = INDEXES[release].decode().partition("href=http://english.customs.gov.cn/Statics/")
    check(f"{start}href='{href}'{end.partition('>')[2]}".encode("utf-8", "surrogatepass"), release)


@given(
    RELEASE, st.binary(max_size=80) | st.lists(st.sampled_from(PARTS), max_size=20).map(lambda p: "".join(p).encode())
)
def test_anything(release: str, body: bytes) -> None:
    check(body, release)


@given(
    st.sampled_from([200, 204, 301, 400, 403, 404, 408, 412, 429, 500, 503, 599]),
    st.binary(max_size=60)
    | st.sampled_from([SHELL.encode(), *INDEXES.values(), INDEXES["bulletin"][:900], b"\x1f\x8b"]),
    st.dictionaries(
        st.sampled_from(["retry-after", "content-encoding", "location"]), st.sampled_from(["gzip", "7", "x"])
    ),
)
def test_any_answer_of_the_site(status: int, body: bytes, headers: dict[str, str]) -> None:
    with contextlib.suppress(TradewatchError):
        came = judged(Answer(status, headers, body), "/a.html", Service())
        assert status == 200
        assert came.strip()
        assert b"$_ts" not in came


@given(st.binary(max_size=60).filter(lambda noise: b"<table" not in noise.lower()), st.sampled_from([200, 412]))
def test_the_shell_is_always_told(noise: bytes, status: int) -> None:
    with pytest.raises(Walled):
        judged(Answer(status, {}, SHELL.encode() + noise), "/a.html", Service())
