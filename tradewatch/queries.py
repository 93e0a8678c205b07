"""
The third stage: one view, one question. Files of queries/ become views; their headers, checked, become documentation.

    -- The question the view answers, in one or more lines.
    -- Grain: watch, buyer, period
    -- Kept: watch, period
    -- buyer: what each column means, with its unit; a line may go on
    --   on the next, set in by two more spaces
    select …

A file of queries/checks/ is a select that must find nothing; its header is a sentence that says what is wrong.

A view whose header says `Kept` is answered from a table in that order while the facts and lists stay as they are:
plain.x is the select itself, kept.x the table or, until `keep` makes it, plain.x again; views.x reads kept.x, or, when
as_of is set, plain.x.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tradewatch.errors import QueryError
from tradewatch.warehouse import first_row, let_go, transaction

FACTS = ("trade", "coverage")
"""The files of queries/facts/ that are views, in no particular order."""

_NAMED = re.compile(r"\b(facts|views|checks)\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One file: the view it becomes, the select, and what its header says of it."""

    view: str  # schema and name, e.g. views.listed_exports
    path: Path
    select: str
    question: str
    grain: str
    kept: str  # columns by which its answer is kept in order; empty when it is asked anew each time
    meanings: tuple[tuple[str, str], ...]  # column, meaning with unit; in the order of the file

    @property
    def needs(self) -> set[str]:
        """The views this one reads."""
        return {f"{schema}.{name}" for schema, name in _NAMED.findall(self.select)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a view answers, as the warehouse itself says it."""

    name: str
    question: str
    grain: str
    columns: tuple[tuple[str, str], ...]


def build(con: duckdb.DuckDBPyConnection, shipped: Path, own: Path) -> int:
    """
    Make every view and check anew from the shipped files and the user's own; returns how many there are.

    All or nothing: raises QueryError, naming the file, and leaves the warehouse as it was.
    """
    found = read(shipped, own)
    with transaction(con):
        let_go(con)
        _drop_all(con)
        for place, query in enumerate(_in_order(found)):
            _create(con, query, place)
        let_go(con)
    return len(found)


def standing(con: duckdb.DuckDBPyConnection) -> int:
    """How many views and checks there are."""
    query = "select count(*) from duckdb_views() where not internal and schema_name in ('facts', 'views', 'checks')"
    return int(con.execute(f"{query} and database_name = current_database()").fetchall()[0][0])


def read(shipped: Path, own: Path) -> list[Query]:
    """The files of both folders; QueryError when two have one name or a header is not as it should be."""
    paths = [("facts", shipped / "facts" / f"{name}.sql") for name in FACTS]
    paths += [
        (kind, path) for folder in (shipped, own) for kind in ("views", "checks") for path in _files(folder, kind)
    ]
    found = [parse(schema, path) for schema, path in paths]
    seen: dict[str, Path] = {}
    for query in found:
        if query.view in seen:
            raise QueryError(f"{query.path}: {query.view} is made by {seen[query.view]} already; choose another name.")
        seen[query.view] = query.path
    return found


def _files(folder: Path, kind: str) -> list[Path]:
    return sorted((folder / kind).glob("*.sql"))


def parse(schema: str, path: Path) -> Query:
    """One file as a Query; raises QueryError when its name or header is not as it should be."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
        raise QueryError(f"{path}: a file's name is its view's name: small letters, digits and _ only.")
    comments, select = _split(path)
    question, grain, kept, meanings = _header(comments, path)
    if schema != "checks" and not (question and grain and meanings):
        raise QueryError(f"{path}: the header must hold a question, a line `-- Grain: …` and a line for each column.")
    if not question:
        raise QueryError(f"{path}: the header must say in a sentence what is wrong when the check finds rows.")
    view = f"{schema}.{path.stem}"
    return Query(view=view, path=path, select=select, question=question, grain=grain, kept=kept, meanings=meanings)


def _split(path: Path) -> tuple[list[str], str]:
    """The leading comment lines without their marks, and the select without comments or the final semicolon."""
    try:
        lines = path.read_text(encoding="utf-8").strip().splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise QueryError(f"{path}: cannot be read as UTF-8 text ({problem}).") from problem
    end = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    body = "\n".join(line for line in lines[end:] if not line.lstrip().startswith("--"))
    return [line.removeprefix("--").removeprefix(" ") for line in lines[:end]], body.strip().removesuffix(";")


def _header(comments: Iterable[str], path: Path) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    """The question, the grain, the order in which it is kept, and the meaning of each column."""
    question: list[str] = []
    grain = kept = ""
    meanings: list[tuple[str, str]] = []
    for line in comments:
        if line.startswith("Grain:"):
            grain = line.removeprefix("Grain:").strip()
        elif line.startswith("Kept:"):
            kept = line.removeprefix("Kept:").strip()
        elif not grain:
            question.append(line.strip())
        elif line.startswith("  ") and meanings:
            meanings[-1] = (meanings[-1][0], f"{meanings[-1][1]} {line.strip()}")
        else:
            meanings.append(_meaning(line, path))
    return " ".join(question).strip(), grain, kept, tuple(meanings)


def _meaning(line: str, path: Path) -> tuple[str, str]:
    column, mark, meaning = line.partition(":")
    if not mark or not re.fullmatch(r"\w+", column) or not meaning.strip():
        raise QueryError(f"{path}: after the grain each line is `-- column: meaning`, found {line!r}.")
    return column, meaning.strip()


def _in_order(found: Sequence[Query]) -> list[Query]:
    """Each view after those it reads; QueryError when some read each other in a circle."""
    waiting = {query.view: query for query in found}
    ordered: list[Query] = []
    while waiting:
        ready = [query for query in waiting.values() if not (query.needs - {query.view}) & waiting.keys()]
        if not ready:
            names = ", ".join(sorted(waiting))
            raise QueryError(f"{next(iter(waiting.values())).path}: these views read each other in a circle: {names}.")
        ordered += ready
        for query in ready:
            del waiting[query.view]
    return ordered


def _drop_all(con: duckdb.DuckDBPyConnection) -> None:
    made = con.execute(
        "select schema_name, view_name from duckdb_views() where not internal and not temporary"
        " and database_name = current_database() and schema_name in ('facts', 'views', 'checks', 'plain', 'kept')"
    ).fetchall()
    for schema, name in made:
        con.execute(f'drop view {schema}."{name}"')


def _create(con: duckdb.DuckDBPyConnection, query: Query, place: int) -> None:
    try:
        _refuse_all_but_one_select(con, query)
        con.execute(f"create view {query.view} as {_kept(con, query, place) if query.kept else query.select}")
    except duckdb.Error as problem:
        raise QueryError(f"{query.path} does not run: {' '.join(str(problem).split())[:500]}") from problem
    _document(con, query)


def _kept(con: duckdb.DuckDBPyConnection, query: Query, place: int) -> str:
    """
    The select of a view that reads what is kept; its own select becomes plain.x, whose comment is its place among all
    views, each after those it reads, and the order in which it is kept.

    What is kept is an empty table until all views are made: DuckDB would follow a view down to the facts each time.
    """
    name = query.view.removeprefix("views.")
    con.execute(f"create view plain.{name} as {query.select}")
    con.execute(f"comment on view plain.{name} is {_literal(f'{place:05} {query.kept}')}")
    con.execute(f"create table kept.{name} as select * from plain.{name} order by {query.kept} limit 0")
    return (
        f"select * from query_table(case when getvariable('as_of') is null then 'kept.{name}' else 'plain.{name}' end)"
    )


def unkept(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The views whose answers are to be kept and are not, each after those it reads: name and order."""
    if not first_row(con, "select 1 from facts.trade_history limit 1"):
        return []
    return con.execute(
        "select p.view_name, p.comment[7:] from duckdb_views() as p inner join duckdb_views() as k"
        " on k.view_name = p.view_name and k.schema_name = 'kept' and k.database_name = p.database_name"
        " where p.schema_name = 'plain' and p.database_name = current_database() order by p.comment"
    ).fetchall()


def keep(con: duckdb.DuckDBPyConnection, on_done: Callable[[str], None] = lambda _: None) -> None:
    """Keep the answers of the views that say so, each in its order, where they are not kept already."""
    for name, order in unkept(con):
        with transaction(con):
            con.execute(f"drop view kept.{name}")
            con.execute(f"create table kept.{name} as select * from plain.{name} order by {order}")
        on_done(name)


def _refuse_all_but_one_select(con: duckdb.DuckDBPyConnection, query: Query) -> None:
    statements = con.extract_statements(query.select)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise QueryError(f"{query.path}: expected one select and nothing else; tradewatch itself makes it a view.")


def _document(con: duckdb.DuckDBPyConnection, query: Query) -> None:
    """Put the header on the view and its columns; QueryError when the header and the view disagree."""
    columns = _columns(con, query.view)
    named = [column for column, _ in query.meanings]
    if query.meanings and sorted(named) != sorted(columns):
        missing = ", ".join(sorted(set(columns) - set(named))) or "none"
        extra = ", ".join(sorted(set(named) - set(columns))) or "none"
        raise QueryError(
            f"{query.path}: the header and the columns differ: not explained: {missing}; explained but absent or"
            f" named twice: {extra if extra != 'none' or len(named) == len(set(named)) else 'a column named twice'}."
        )
    if query.grain and not set(query.grain.split(", ")) <= set(columns):
        raise QueryError(f"{query.path}: the grain names {query.grain}; not all of these are columns of the view.")
    text = f"{query.question}\nGrain: {query.grain}" if query.grain else query.question
    con.execute(f"comment on view {query.view} is {_literal(text)}")
    for column, meaning in query.meanings:
        con.execute(f'comment on column {query.view}."{column}" is {_literal(meaning)}')


def _literal(text: str) -> str:
    """Text as an SQL literal: a comment cannot be a bound value."""
    return "'" + text.replace("'", "''") + "'"


def _columns(con: duckdb.DuckDBPyConnection, view: str) -> list[str]:
    rows = con.execute(
        "select column_name from duckdb_columns() where database_name = current_database()"
        " and schema_name || '.' || table_name = $view order by column_index",
        {"view": view},
    ).fetchall()
    return [name for (name,) in rows]


def described(con: duckdb.DuckDBPyConnection) -> list[Described]:
    """Every view of the warehouse with its question, its grain and its columns, by name."""
    views = con.execute(
        "select schema_name || '.' || view_name, comment from duckdb_views() where not internal"
        " and database_name = current_database() and schema_name in ('facts', 'views') order by all"
    ).fetchall()
    return [_described(con, name, comment or "") for name, comment in views]


def _described(con: duckdb.DuckDBPyConnection, name: str, comment: str) -> Described:
    question, _, grain = comment.partition("\nGrain: ")
    rows = con.execute(
        "select column_name, coalesce(comment, '') from duckdb_columns() where database_name = current_database()"
        " and schema_name || '.' || table_name = $view order by column_index",
        {"view": name},
    ).fetchall()
    return Described(name=name, question=question, grain=grain, columns=tuple((column, text) for column, text in rows))
