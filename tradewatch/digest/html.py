"""A digest as one HTML page that mail readers can show: no script, no address outside, all style inline."""

from collections.abc import Mapping
from functools import cache

import jinja2
from markupsafe import Markup

from tradewatch.digest import words
from tradewatch.digest.harmless import words as harmless
from tradewatch.digest.model import Digest


def html(digest: Digest, pictures: Mapping[str, str]) -> str:
    """
    The digest as HTML; `pictures` maps alert ids to what stands in `src` of the alert's chart, `cid:…` or `data:…`.

    Every value is escaped, and its addresses are made unclickable, except those two kinds and the digest's own report.
    """
    return _page().render(
        digest=digest,
        words=words,
        sections=words.sections(digest),
        pictures={alert_id: Markup(source) for alert_id, source in pictures.items()},  # noqa: S704 (ours)
        report=Markup("{}").format(digest.report),
        color=COLOR,
    )


COLOR: Mapping[str, str] = {"critical": "#8f1d14", "high": "#b35309", "medium": "#7a5c00", "low": "#4a5568"}
"""Of severities, each dark enough to be read on white."""


@cache
def _page() -> jinja2.Template:
    loader = jinja2.PackageLoader("tradewatch.digest", "")
    made = jinja2.Environment(
        loader=loader,
        autoescape=True,
        finalize=_unlinked,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return made.get_template("page.html.jinja")


def _unlinked(value: object) -> object:
    return value if isinstance(value, Markup) else harmless(str(value))
