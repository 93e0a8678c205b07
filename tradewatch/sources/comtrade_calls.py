"""One call to UN Comtrade: in its turn, judged, read, and written into the ledger whatever comes of it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from tradewatch.errors import DataError, SourceError, SourceRefused
from tradewatch.files import unpacked
from tradewatch.records import Call, Pull, Question
from tradewatch.sources import comtrade_availability
from tradewatch.sources.comtrade_plan import cells, described
from tradewatch.sources.comtrade_service import Service, TooLarge, data_path, judged, list_path
from tradewatch.sources.http import Answer, Pace, TryAgain, ask, client

ABOUT = {"availability": "what is released of ", "notes": "notes on ", "list": "files of ", "file": "the file of "}

Read = Callable[[Pull], int]
"""Reads an answer and gives its rows; it may raise TooLarge, DataError (spoilt on the way) or another SourceError."""


class Caller:
    """Makes the calls of one pull; `note` is given each of them, from the thread that made it."""

    def __init__(self, service: Service, note: Callable[[Call], None], now: Callable[[], datetime]) -> None:
        self.service = service
        self._note, self._now = note, now
        self._pace = Pace(service.pace)
        self._client = client(service.seconds)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def count(self, question: Question) -> int:
        """How many rows the service has for a question."""
        path = data_path(question, self.service, count=True)
        return self.call("count", path, comtrade_availability.counted, asked=question, most=cells(question))[1]

    def listed(self, kind: str, name: str, question: Question) -> Pull:
        """A list of datasets: `getDa` or `getMetadata`; TooLarge when it may have been cut."""

        def read(pull: Pull) -> int:
            rows = len(comtrade_availability.listed(pull))
            if rows in comtrade_availability.CAPS:
                raise TooLarge
            return rows

        layout = comtrade_availability.LAYOUT if name == "getDa" else comtrade_availability.NOTES
        path = list_path(name, question, self.service)
        return self.call(kind, path, read, layout=layout, asked=question)[0]

    def call(
        self,
        kind: str,
        path: str,
        read: Read,
        *,
        asked: Question,
        most: int | None = None,
        layout: str = "",
    ) -> tuple[Pull, int]:
        """
        One call: the answer and its rows. Raises TooLarge, TryAgain for what may pass (an answer that was spoilt on
        the way too), or another SourceError.
        """
        self._pace.wait()
        begun, started = self._now(), time.monotonic()
        answer: Answer | None = None
        rows: int | None = None
        problem: Exception | None = None
        try:
            answer = ask(self._client, path, self.service.url, self.service.headers, self.service.longest)
            judged(answer, self.service)
            packed_for_the_way = kind == "file" and answer.gzip  # the file inside is an archive of its own
            body = unpacked(answer.body, path) if packed_for_the_way else answer.body
            name = f"UN Comtrade, {ABOUT.get(kind, '')}{described(asked)}"
            pull = Pull(name=name, body=body, fetched_at=begun, layout=layout, asked=(asked,), address=path)
            rows = read(pull)
        except DataError as spoilt:
            problem = TryAgain(str(spoilt))
            raise problem from spoilt
        except (TooLarge, SourceError) as found:
            problem = found
            self._slow_down(found)
            raise
        else:
            self._pace.answered()
            return pull, rows
        finally:
            self._note(
                Call(
                    source="comtrade",
                    called_at=begun,
                    service=path.split("/")[1],
                    kind=kind,
                    asked=path,
                    http_status=answer.status if answer else None,
                    outcome=_outcome(problem),
                    cells=most,
                    rows_read=rows,
                    bytes=len(answer.body) if answer else 0,
                    seconds=time.monotonic() - started,
                    again_at=_again_at(begun, problem),
                )
            )

    def _slow_down(self, problem: Exception) -> None:
        """Too fast a call holds the next ones back; a quota refused by one node of the gateway does not."""
        if isinstance(problem, TryAgain) and problem.wait is not None and not problem.quota:
            self._pace.refused(min(problem.wait, self.service.patience.longest))


def _outcome(problem: Exception | None) -> str:
    if problem is None:
        return "answered"
    if isinstance(problem, TooLarge):
        return "cut"
    if isinstance(problem, TryAgain):
        return "quota" if problem.quota else "again"
    return "refused" if isinstance(problem, SourceRefused) else "changed"


def _again_at(at: datetime, problem: Exception | None) -> datetime | None:
    if isinstance(problem, TryAgain) and problem.quota and problem.wait is not None:
        return at + timedelta(seconds=problem.wait)
    return None
