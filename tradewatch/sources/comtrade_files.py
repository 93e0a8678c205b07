"""
UN Comtrade's bulk files (premium): instead of many answers, one file for each dataset, of which the asked part is read.

The same questions and the same tellings as `comtrade_pull`: whoever loads facts need not know by which road they came.
A file is whole when its archive is (gzip checks it); the service counts nothing here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from tradewatch import sources
from tradewatch.errors import SourceError, SourceUnavailable
from tradewatch.files import unpacked
from tradewatch.records import Dataset, Pull, Question, Release
from tradewatch.sources import comtrade_bulk
from tradewatch.sources.comtrade_bulk import BulkFile, files_of_list
from tradewatch.sources.comtrade_calls import Caller
from tradewatch.sources.comtrade_pull import Answered, Lost
from tradewatch.sources.comtrade_service import MOST_PERIODS, KeyRefused, TooLarge
from tradewatch.sources.http import TryAgain, patiently


class FileAsker:
    """Fetches the files of one pull; `keep` lands the bytes of a file and gives the number of the pull."""

    def __init__(self, caller: Caller, keep: Callable[[Pull, Release], int]) -> None:
        self.caller, self.service = caller, caller.service
        self.stopped: SourceError | None = None
        self._keep = keep

    def run(self, questions: Iterable[Question]) -> Iterator[Answered | Lost]:
        """Everything of the questions is told, dataset by dataset, Answered or Lost."""
        by_dataset: dict[Dataset, list[Question]] = defaultdict(list)
        for question in questions:
            for dataset in question.released:
                by_dataset[dataset].append(_of(question, dataset))
        files: dict[Dataset, BulkFile | SourceError] = {}
        for listing in _listings(by_dataset):
            files |= self._files(listing)
        with ThreadPoolExecutor(self.service.together) as pool:
            tasks = [(files.get(dataset), asked) for dataset, asked in sorted(by_dataset.items())]
            for told in pool.map(lambda task: self._told(*task), tasks):
                yield from told

    def _files(self, listing: Question) -> dict[Dataset, BulkFile | SourceError]:
        """The newest original file of each dataset; the reason for all of them when the list does not come."""
        found: dict[Dataset, BulkFile | SourceError] = {}
        try:
            name = "getTariffline" if listing.lines else "get"
            pull = patiently(self.service.patience, lambda: self.caller.listed("list", name, listing))
        except (SourceError, TooLarge) as problem:
            error = problem if isinstance(problem, SourceError) else SourceUnavailable("the list of files was cut.")
            self.stopped = error if isinstance(error, KeyRefused) else self.stopped
            return dict.fromkeys(listing.released, error)
        listed = files_of_list(unpacked(pull.body, pull.name), pull.name)
        for file in sorted(listed, key=lambda one: (one.original is not False, one.published)):
            found[file.reporter, file.period] = file
        return found

    def _told(self, file: BulkFile | SourceError | None, asked: Sequence[Question]) -> list[Answered | Lost]:
        """One dataset: its file fetched once, and read for each question."""
        error = self.stopped or (file if isinstance(file, SourceError) else None)
        if error is None and not isinstance(file, BulkFile):
            error = SourceUnavailable(f"{self.service.name} lists no bulk file for it.")
        if error is None and isinstance(file, BulkFile):
            try:
                return self._answers(file, asked)
            except SourceError as problem:
                error = problem
                if isinstance(problem, KeyRefused) or (isinstance(problem, TryAgain) and problem.quota):
                    self.stopped = problem
        return [Lost(question=one, error=error) for one in asked if error]

    def _answers(self, file: BulkFile, asked: Sequence[Question]) -> list[Answered | Lost]:
        releases: list[Release] = []

        def read(pull: Pull) -> int:
            releases[:] = [sources.parse(replace(pull, asked=(one,))) for one in asked]
            return releases[0].rows_read

        layout, question = comtrade_bulk.LAYOUT, asked[0]
        pull, _ = patiently(
            self.service.patience,
            lambda: self.caller.call("file", file.path, read, layout=layout, asked=question),
        )
        told: list[Answered | Lost] = []
        for one, release in zip(asked, releases, strict=True):
            of_one = replace(pull, asked=(one,))
            number = self._keep(of_one, release)
            told.append(Answered(question=one, pull_id=number, pull=of_one, release=release, sure=True))
        return told


def _of(question: Question, dataset: Dataset) -> Question:
    """The part of a question that one dataset answers."""
    at = {dataset: question.released[dataset]}
    return replace(question, reporters=(dataset[0],), periods=(dataset[1],), released=at)


def _listings(by_dataset: dict[Dataset, list[Question]]) -> Iterator[Question]:
    """What to ask the lists for: all reporters, twelve periods a call."""
    periods = sorted({period for _, period in by_dataset})
    for start in range(0, len(periods), MOST_PERIODS):
        some = tuple(periods[start : start + MOST_PERIODS])
        released = {dataset: asked[0].released[dataset] for dataset, asked in by_dataset.items() if dataset[1] in some}
        codes = tuple(sorted({code for code, _ in released}, key=int))
        first = next(iter(by_dataset.values()))[0]
        yield replace(first, reporters=codes, periods=some, released=released)
