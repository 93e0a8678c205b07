"""
How long a digest takes: 500 open alerts over 50,000 monthly series of figures, and the same in every format.

    python benchmarks/digest.py [SERIES] [ALERTS]

Seconds of one process, the first run and the median of five, and its peak memory.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

from tradewatch import flow, queries, warehouse
from tradewatch.digest import as_json
from tradewatch.files import shipped
from tradewatch.flow import tell
from tradewatch.settings import Settings

NOW = datetime(2024, 8, 1)
MONTHS = 60


def world(con: duckdb.DuckDBPyConnection, settings: Settings, series: int, cases: int) -> None:
    """Exports of the coalition to the hubs, with every tenth of the newest six months revised, and alerts on them."""
    flow.prepare(con, settings)
    con.execute(
        "insert into facts.scope select 'all', 'ALL', commodity from (select distinct commodity from ref.goods_item)"
    )
    con.execute(FACTS, {"series": series, "months": MONTHS})
    con.execute(COVERAGE)
    con.execute(PULL)
    con.execute(REVISED)
    queries.build(con, shipped("queries"), settings.own("queries"))
    con.execute(RULE)
    con.execute(JUDGED, {"cases": cases})
    con.execute(FINDINGS)
    con.execute(EVENTS)
    con.execute(ALERTS)
    con.execute(
        "insert into alerts.digest values ('before', timestamp '2024-06-20', date '2024-05-01', $1, '{}')",
        [datetime(2024, 6, 20)],
    )
    con.execute("checkpoint")


FACTS = """
insert into facts.trade_history by name
with sellers as (
    select member, row_number() over (order by member) - 1 as n from ref.watch_member
    where watch = 'russia' and role = 'coalition'
),
buyers as (
    select a.area as member, row_number() over (order by w.member is null, a.area) - 1 as n
    from ref.area as a
    left join ref.watch_member as w on w.watch = 'russia' and w.role in ('hub', 'target') and w.member = a.area
    where a.kind = 'country'
),
goods as (
    select commodity, row_number() over (order by commodity) - 1 as n
    from (select distinct commodity from ref.goods_item where length(commodity) = 6)
),
series as (
    select s.member as reporter, b.member as partner, g.commodity
    from sellers as s cross join buyers as b cross join goods as g
    order by b.n, s.n, g.n
    limit $series
)
select
    'eurostat' as source, reporter, partner, 'export' as flow, 'M' as freq,
    cast(date '2019-07-01' + to_months(cast(m.month as integer)) as date) as period, 'HS2022' as hs_edition, commodity,
    cast(1000 + hash(reporter || partner || commodity || m.month) % 100000 as decimal(18, 3)) as value_usd,
    cast(1000 + hash(reporter || partner || commodity || m.month) % 100000 as decimal(18, 3)) as value,
    'USD' as currency, 'FOB' as valuation, false as quantity_estimated, false as summed, false as withdrawn,
    timestamp '2024-06-15' as known_from, null as known_to, 1 as pull_id
from series cross join range($months) as m(month)
"""

COVERAGE = """
insert into facts.coverage_history
select distinct source, reporter, flow, freq, period, 'all', 'value', timestamp '2024-06-15', 1, null
from facts.trade_history
"""

PULL = """
insert into raw.pull values (
    1, 'eurostat', '', '', '{}', timestamp '2024-06-15', timestamp '2024-06-15', '', null, 0, '', '', 0, 0, 0, 0, 0, 0,
    '', 'loaded', null
)
"""

REVISED = """
create temp table revised as
select * from facts.trade_history where period >= date '2024-01-01' and hash(reporter || partner || commodity) % 10 = 0;
update facts.trade_history set known_to = timestamp '2024-07-01'
where period >= date '2024-01-01' and hash(reporter || partner || commodity) % 10 = 0;
insert into facts.trade_history
select * replace (timestamp '2024-07-01' as known_from, value_usd * 2 as value_usd) from revised
"""

RULE = """
insert into alerts.rule values (
    'hub-purchases-jump', 'hub-jump', 'A hub buys far more listed goods than expected', 'listed_purchases_change', 'x',
    'x', 'See: tradewatch alerts why {alert_id}', 'score: at least 2.5', timestamp '2024-07-01'
)
"""

JUDGED = """
insert into findings.judged by name
with buyers as (
    select member, row_number() over (order by member) - 1 as n, count(*) over () as all_of_them
    from ref.watch_member where watch = 'russia' and role in ('hub', 'target')
)
select
    'hub-purchases-jump' as rule, 'hub-jump' as family, member || '.' || c.n as subject,
    cast(date '2024-06-01' - to_months(cast(m.n as integer)) as date) as month, 'hit' as verdict, '' as reason,
    timestamp '2024-07-01' as as_of, timestamp '2024-07-01' as found_at, 2e6 as value_usd, 1e6 as expected_usd
from range($cases) as c(n) cross join range(24) as m(n)
inner join buyers as b on b.n = c.n % b.all_of_them
"""

FINDINGS = """
insert into findings.finding
select
    rule, family, subject, month, 2.5 + hash(subject) % 100 / 50.0, 1e6,
    '{"severity": "high", "watch": "russia", "area": "' || split_part(subject, '.', 1) || '", "value_usd": 2e6,'
    || ' "sentence": "Bought much; other explanations.", "expected_usd": 1e6, "row": {"months_published": 26}}',
    as_of, found_at
from findings.judged
"""

EVENTS = """
insert into alerts.event by name
select
    row_number() over () as event_id, family || '.' || subject as alert_id,
    case when month = date '2024-06-01' then 'worse' else 'new' end as reason, month, 3.0 as score, 1e6 as amount_usd,
    'high' as severity, 'Bought much.' as sentence, 'tradewatch' as author, as_of, found_at as happened_at,
    case when month < date '2024-06-01' or hash(subject) % 10 >= 3 then timestamp '2024-06-20' end as told_at,
    'hit' as verdict
from findings.judged
where month in (date '2024-06-01', date '2023-07-01')
order by month, subject
"""

ALERTS = """
insert into alerts.alert by name
select
    family || '.' || subject as alert_id, family, rule, subject, 'open' as state, date '2023-07-01' as first_month,
    month as last_month, score, amount_usd, 'Bought much.' as sentence, as_of as opened_at, as_of as changed_at,
    'high' as severity, 'russia' as watch, split_part(subject, '.', 1) as area
from findings.finding
where month = date '2024-06-01'
"""


def timed(work: Callable[[], object]) -> str:
    """Seconds of the first run, and the median of the five after it."""
    seconds = []
    for _ in range(6):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return f"{seconds[0]:8.2f} {statistics.median(seconds[1:]):8.2f}"


def main(series: int = 50_000, cases: int = 500) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        with warehouse.connect(settings.warehouse) as con:
            world(con, settings, series, cases)
            rows = con.execute("select count(*) from facts.trade_history").fetchone()
            made = tell.composed(con, settings, NOW)
            told = f"{len(made.worse)} worse, {len(made.ongoing)} ongoing, {len(as_json(made)):,} bytes as JSON"
            print(f"{series:,} series, {rows[0] if rows else 0:,} versions of figures; {told}")
            print(f"{'seconds':<12} {'first':>8} {'median':>8}")
            print(f"{'compose':<12} {timed(lambda: tell.composed(con, settings, NOW))}")
            for form in tell.SUFFIX:
                print(f"{form:<12} {timed(lambda form=form: tell.written(made, form))}")  # type: ignore[misc]
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
