"""
What a pull made of a world of UN Comtrade, cell by cell, against what a pull without faults made of it.

A cell is a reporter, flow, period, partner and commodity that was asked. Everything is compared as sets, in DuckDB.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
from comtrade_stand_in.gate import FREE

from tradewatch import warehouse
from tradewatch.flow.pull import Outcome, Pulling, Wanted
from tradewatch.settings import Settings
from tradewatch.sources.comtrade_service import Service
from tradewatch.sources.http import Patience

FACT = (
    "reporter, partner, flow, freq, period, hs_edition, commodity, value, currency, valuation, net_kg, quantity,"
    " quantity_unit, quantity_estimated, known_from"
)
"""What must be equal of a fact; not the number of the pull that brought it."""

MONTH = "reporter, flow, period"

_CLASS = "case when state in ('value', 'zero') then 'answered' else state end"
"""Whether a set of cells holds a figure depends on how a question was parted, so value and zero count as one here."""

_KINDS = f"""
select {MONTH}, string_agg(distinct scope || chr(9) || {_CLASS}, chr(10) order by scope || chr(9) || {_CLASS}) as kind
from facts.coverage where source = 'comtrade' and freq = 'M' group by {MONTH}
"""
"""Months whose cells have the same scopes in the same states share a kind, so that few kinds are told cell by cell."""


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def fast(url: str, *, key: str = FREE, cap: int = 500, seconds: float = 60.0) -> Service:
    """The stand-in as a service that is asked without waiting; `seconds` is how long an answer may take."""
    patience = Patience(first=0.001, longest=0.02)
    return Service(url=url, key=key, caps=(cap,), pace=0, seconds=seconds, longest=300, patience=patience)


def pulled(home: Path, service: Service, wanted: Wanted) -> Outcome:
    """One pull, as `tradewatch pull comtrade` makes it."""
    settings = Settings(home=home)
    with warehouse.connect(settings.warehouse) as con, Pulling(con, settings, service, now) as pulling:
        pulling.finish_kept()
        return pulling.run(pulling.planned(wanted))


@dataclass(frozen=True, slots=True)
class Compared:
    """How many cells were asked, how many of them failed, and in words what differs and must not."""

    cells: int
    failed: int
    wrong: tuple[str, ...]


def compare(home: Path, plain: Path, *, settled: bool) -> Compared:
    """
    The warehouse of a home against that of a pull without faults. A cell is as there, or its only state is failed and
    it has no other figure than the one there; `settled` means that none may be failed any more.
    """
    with duckdb.connect(str(Settings(home=home).warehouse)) as con:
        _attach(con, Settings(home=plain).warehouse)
        wrong = [*_facts(con, settled=settled), *_states(con, settled=settled)]
        cells, failed = con.execute(
            "select sum(months), sum(months) filter (where list_contains(ours, 'failed')) from told"
        ).fetchall()[0]
    return Compared(int(cells), int(failed or 0), tuple(wrong))


def _attach(con: duckdb.DuckDBPyConnection, plain: Path) -> None:
    """Fill kinds, members, both sets of facts, and told: for each pair of kinds and cell, its states here and there."""
    with duckdb.connect(str(plain), read_only=True) as other:
        theirs = {
            "their_kinds": other.sql(_KINDS).to_arrow_table(),
            "their_scope": other.sql("select * from facts.scope").to_arrow_table(),
            "their_facts": other.sql(f"select {FACT} from facts.trade where source = 'comtrade'").to_arrow_table(),
        }
    for name, table in theirs.items():
        con.register(name, table)
    con.execute(f"create temp table our_facts as select {FACT} from facts.trade where source = 'comtrade'")
    con.execute(
        f"create temp table kinds as select {MONTH}, coalesce(o.kind, '') as ours, coalesce(t.kind, '') as theirs"
        f" from ({_KINDS}) as o full join their_kinds as t using ({MONTH})"
    )
    con.execute("create temp table members as select * from facts.scope union select * from their_scope")
    con.execute(
        "create temp table told as with cells as ("
        " select kind, partner, commodity, list(distinct state order by state) as states from ("
        "  select kind, split_part(line, chr(9), 1) as scope, split_part(line, chr(9), 2) as state from ("
        "   select kind, unnest(string_split(kind, chr(10))) as line"
        "   from (select ours as kind from kinds union select theirs from kinds))) inner join members using (scope)"
        "  group by kind, partner, commodity),"
        " pairs as (select ours, theirs, count(*) as months from kinds group by ours, theirs)"
        " select p.ours as our_kind, p.theirs as their_kind, t.partner, t.commodity, p.months,"
        " coalesce(o.states, []) as ours, t.states as theirs from pairs as p inner join cells as t on t.kind = p.theirs"
        " left join cells as o on o.kind = p.ours and o.partner = t.partner and o.commodity = t.commodity"
    )


def _facts(con: duckdb.DuckDBPyConnection, *, settled: bool) -> list[str]:
    """Facts that are not there without faults, and facts that are missing from cells that did not fail."""
    more = con.execute("from our_facts except from their_facts order by all limit 3").fetchall()
    missing = con.execute(
        "with missing as (from their_facts except from our_facts)"
        f" select m.reporter, m.flow, m.period, m.partner, m.commodity, t.ours from missing as m"
        f" left join kinds as k using ({MONTH}) left join told as t on t.our_kind = k.ours and t.their_kind = k.theirs"
        " and t.partner = m.partner and t.commodity = m.commodity"
        " where $settled or t.ours is distinct from ['failed'] order by all limit 3",
        {"settled": settled},
    ).fetchall()
    return [f"a figure that is not there: {_words(row)}" for row in more] + [
        f"a figure that is lost: {_words(row)}" for row in missing
    ]


def _states(con: duckdb.DuckDBPyConnection, *, settled: bool) -> list[str]:
    """
    Cells with no state, or with another one than without faults. Whether a month is whole is judged by the twelve
    before it: while one of those is failed, answered and partial may stand for each other.
    """
    rows = con.execute(
        f"with gaps as (select distinct k.{', k.'.join(MONTH.split(', '))} from kinds as k inner join kinds as before"
        " on before.reporter = k.reporter and before.flow = k.flow and before.period < k.period"
        " and before.period >= k.period - interval 12 month and contains(before.ours, chr(9) || 'failed'))"
        f" select {MONTH}, partner, commodity, t.ours, t.theirs from told as t"
        " inner join kinds as k on k.ours = t.our_kind and k.theirs = t.their_kind"
        f" left join (select *, true as is_gap from gaps) as g using ({MONTH}) where len(t.ours) = 0"
        " or ($settled and t.ours <> t.theirs) or not list_has_all(list_concat(t.theirs, case when is_gap and"
        " list_has_any(t.theirs, ['answered', 'partial']) then ['answered', 'partial', 'failed'] else ['failed'] end),"
        " t.ours) order by all limit 3",
        {"settled": settled},
    ).fetchall()
    return [f"a state that differs: {_words(row)}" for row in rows]


def _words(row: tuple[Any, ...]) -> str:
    return " ".join(f"{one:%Y-%m-%d}" if isinstance(one, date) else str(one) for one in row)


def landed(home: Path) -> set[str]:
    """The addresses of figures whose answers are kept and were not found wanting."""
    return _column(
        home,
        "select requested ->> 'address' from raw.pull where state in ('landed', 'loaded')"
        " and layout in ('comtrade_api', 'comtrade_lines') and http_status = 200",
    )


def asked(home: Path, since: datetime) -> set[str]:
    """The addresses of figures that were asked since a moment, whatever came of it."""
    return _column(home, f"select asked from raw.call where kind = 'figures' and called_at >= timestamp '{since}'")


def _column(home: Path, query: str) -> set[str]:
    with warehouse.connect(Settings(home=home).warehouse) as con:
        return {str(value) for (value,) in con.execute(query).fetchall()}
