"""
Asking UN Comtrade: every question counted, asked, compared with its count, and kept before anything else happens.

Several calls are in flight at once, their starts paced; what comes of them is told one by one to whoever iterates, so
that facts are loaded by one hand. A question counts as answered only when the rows that came are as many as the
service itself counts; one that got no answer is told as lost, with the reason, and never left out.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace

from tradewatch import sources
from tradewatch.errors import SourceError, SourceTruncated
from tradewatch.records import Dataset, Pull, Question, Release
from tradewatch.sources import comtrade_api, comtrade_lines
from tradewatch.sources.comtrade_calls import Caller
from tradewatch.sources.comtrade_plan import cells, datasets_apart, described, fitting, halves
from tradewatch.sources.comtrade_service import KeyRefused, TooLarge, data_path
from tradewatch.sources.http import TryAgain, patiently

MOST_FAILED_IN_A_ROW = 5
"""Questions that failed in every try, none answered between, after which the service is asked whether it is there."""

MOST_TAKEN_APART = 20
"""Questions of one pull that are taken apart to find what of them fails: each costs calls."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answered:
    """A question whose answer is kept; `sure` when its rows were compared with what the service counts."""

    question: Question
    pull_id: int
    pull: Pull
    release: Release
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A question without an answer, and why."""

    question: Question
    error: SourceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A kept answer that is not whole: it must never be loaded."""

    pull_id: int
    question: Question
    count: int  # rows that the service has for it
    rows: int  # rows that came


Told = Answered | Lost | Void


@dataclass(frozen=True, slots=True)
class Part:
    """A question to ask, and the rows that the service counts for it, where that is known."""

    question: Question
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What the service counts for a question, and the parts in which it should fit."""

    count: int
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Halves of a question that could not be counted."""

    questions: list[Question]


Outcome = Counted | Uncounted | list[Part] | Answered | Lost | Void
Task = Callable[[], Outcome]


@dataclass(slots=True)
class Block:
    """One planned question: how many of its tasks are open, what it counts in all, and what is kept of it."""

    open: int = 0
    count: int = 0
    all_counted: bool = True  # else its parts are compared one by one
    kept: list[Answered] = field(default_factory=list)
    ask_again: bool = True  # a part that is not whole


class Asker:
    """
    Asks the questions of one pull. `keep` lands the bytes of an answer for ever and gives the number of the pull, from
    the thread that asked; `sizes` are the rows of whole datasets, by which large questions are parted.
    """

    def __init__(self, caller: Caller, keep: Callable[[Pull, Release], int], sizes: Mapping[Dataset, int]) -> None:
        self.caller, self.service = caller, caller.service
        self.stopped: SourceError | None = None
        self.most_rows = 0  # that one answer brought: a cap below it is not in force
        self._keep, self._sizes = keep, sizes
        self._failed_in_a_row, self._taken_apart = 0, 0
        self._probe: Question | None = None  # what is asked to see whether the service is there
        self._tasks: deque[tuple[Block, Task]] = deque()

    def run(self, questions: Iterable[Question]) -> Iterator[Told]:
        """
        Ask the questions; all of each is told, Answered (and sure) or Lost, in any order.

        After the quota is gone, the key refused or the service down, what is left is Lost with that reason, which
        `stopped` keeps.
        """
        for one in questions:
            self._probe = replace(one, reporters=one.reporters[:1], periods=one.periods[:1])
            self._tasks.append((Block(open=1), self._guarded(one, self._counting(one))))
        yield from self._worked()

    def compare(self, kept: Iterable[Answered]) -> Iterator[Told]:
        """Compare answers that an earlier run kept with what the service counts now: Answered, Void or Lost."""
        for one in kept:
            self._probe = replace(one.question, reporters=one.question.reporters[:1], periods=one.question.periods[:1])
            self._compare(Block(kept=[one], ask_again=False, all_counted=False))
        yield from self._worked()

    def _worked(self) -> Iterator[Told]:
        running: dict[Future[Outcome], Block] = {}
        with ThreadPoolExecutor(self.service.together) as pool:
            try:
                while self._tasks or running:
                    while self._tasks and len(running) < self.service.together:
                        block, task = self._tasks.popleft()
                        running[pool.submit(task)] = block
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield from self._handled(running.pop(future), future.result())
            finally:
                if self._tasks or running:
                    self.stopped = self.stopped or SourceError("the pull was stopped.")

    def _handled(self, block: Block, outcome: Outcome) -> Iterator[Told]:
        """Take what one task brought: more tasks of its block, or something to tell."""
        block.open -= 1
        if isinstance(outcome, Counted):
            block.count += outcome.count
            self._ask(block, outcome.parts)
        elif isinstance(outcome, Uncounted):
            self._count(block, outcome.questions)
        elif isinstance(outcome, list):
            self._ask(block, outcome)
        elif isinstance(outcome, Answered):
            block.kept.append(outcome)
        else:
            block.all_counted = False
            yield outcome
            if isinstance(outcome, Void) and block.ask_again:
                self._ask(block, [Part(outcome.question, outcome.count)])
        if not block.open:
            yield from self._finished(block)

    def _finished(self, block: Block) -> Iterator[Told]:
        """Every part is in: they are whole when their rows are what the block counts, else each is compared."""
        agreed = block.all_counted and block.count == sum(one.release.rows_read for one in block.kept)
        yield from (replace(one, sure=True) for one in block.kept if one.sure or agreed)
        block.kept = [one for one in block.kept if not (one.sure or agreed)]
        self._compare(block)

    def _count(self, block: Block, questions: Sequence[Question]) -> None:
        block.open += len(questions)
        self._tasks.extendleft((block, self._guarded(one, self._counting(one))) for one in reversed(questions))

    def _ask(self, block: Block, parts: Sequence[Part]) -> None:
        block.open += len(parts)
        tasks = [(block, self._guarded(part.question, self._asking(part))) for part in parts]
        self._tasks.extendleft(reversed(tasks))

    def _compare(self, block: Block) -> None:
        kept, block.kept = block.kept, []
        block.open += len(kept)
        self._tasks.extendleft((block, self._guarded(one.question, self._comparing(one))) for one in kept)

    def _counting(self, question: Question) -> Task:
        def task() -> Outcome:
            try:
                count = patiently(self.service.patience, lambda: self.caller.count(question))
            except TryAgain as problem:
                return Uncounted(self._isolated(question, problem))
            return Counted(count, self._parts(question, count))

        return task

    def _parts(self, question: Question, count: int) -> list[Part]:
        found = fitting(question, count, self.service.cap(self.most_rows), self._sizes)
        return [Part(one, count if len(found) == 1 else None) for one in found]

    def _asking(self, part: Part) -> Task:
        def task() -> Outcome:
            try:
                return patiently(self.service.patience, lambda: self._figures(part))
            except TooLarge:
                return self._smaller(part.question)
            except TryAgain as problem:
                return [Part(one) for one in self._isolated(part.question, problem)]

        return task

    def _isolated(self, question: Question, problem: TryAgain) -> list[Question]:
        """
        The halves of a question that failed in every try, so that no more is lost than the datasets that cannot be
        had; the problem itself when it is one dataset, or when it is not the question's but the service's.
        """
        self._failed_in_a_row += 1
        self._taken_apart += 1
        if problem.quota or self.stopped or self._is_down() or self._taken_apart > MOST_TAKEN_APART:
            raise problem
        try:
            return datasets_apart(question, self._sizes)
        except TooLarge:
            raise problem from None

    def _is_down(self) -> bool:
        """Whether the service, after a row of failures, does not even say what it released."""
        if self._failed_in_a_row < MOST_FAILED_IN_A_ROW or (probe := self._probe) is None:
            return False
        try:
            patiently(self.service.patience, lambda: self.caller.listed("availability", "getDa", probe))
        except SourceError as problem:
            self.stopped = self.stopped or problem
            return True
        self._failed_in_a_row = 0
        return False

    def _figures(self, part: Part) -> Answered:
        """One call for figures, as many as counted where that is known, its bytes kept; TooLarge when they were cut."""
        question = part.question
        parsed: list[Release] = []

        def read(pull: Pull) -> int:
            parsed[:] = [sources.parse(pull)]
            if self.service.was_cut(parsed[0].rows_read):
                raise TooLarge
            return parsed[0].rows_read

        path, most = data_path(question, self.service), cells(question)
        layout = comtrade_lines.LAYOUT if question.lines else comtrade_api.LAYOUT
        pull, rows = self.caller.call("figures", path, read, most=most, layout=layout, asked=question)
        self.most_rows = max(self.most_rows, rows)
        if part.count is not None and rows != part.count and rows != self.caller.count(question):
            raise TryAgain(f"{self.service.name} counts other rows than the {rows:,} it sent.")
        pull_id = self._keep(pull, parsed[0])
        return Answered(question=question, pull_id=pull_id, pull=pull, release=parsed[0], sure=part.count is not None)

    def _smaller(self, question: Question) -> list[Part]:
        """The parts of a question whose answer was cut: by its count, or halves where that says that it would fit."""
        cut = SourceTruncated(
            f"{self.service.name} cuts the answer for {described(question)}, which cannot be parted further; "
            "nothing of it was loaded."
        )
        fallback = [Part(one) for one in self._halved(question, cut)]
        parts = self._parts(question, patiently(self.service.patience, lambda: self.caller.count(question)))
        return parts if len(parts) > 1 else fallback

    def _halved(self, question: Question, problem: SourceError) -> list[Question]:
        """The question in two; the problem itself when it is one cell."""
        try:
            return halves(question, self._sizes)
        except TooLarge:
            raise problem from None

    def _comparing(self, one: Answered) -> Task:
        def task() -> Outcome:
            count = patiently(self.service.patience, lambda: self.caller.count(one.question))
            rows = one.release.rows_read
            if count == rows:
                return replace(one, sure=True)
            return Void(pull_id=one.pull_id, question=one.question, count=count, rows=rows)

        return task

    def _guarded(self, question: Question, task: Task) -> Task:
        """The task, told as lost when the source fails; not even begun once the asker has stopped."""

        def guarded() -> Outcome:
            if self.stopped:
                return Lost(question=question, error=self.stopped)
            try:
                outcome = task()
            except SourceError as problem:
                self._stop_for(problem)
                return Lost(question=question, error=problem)
            if isinstance(outcome, Counted | Answered):
                self._failed_in_a_row = 0
            return outcome

        return guarded

    def _stop_for(self, problem: SourceError) -> None:
        """Stop when no other question can fare better: the key is refused, or the quota is gone."""
        if isinstance(problem, KeyRefused) or (isinstance(problem, TryAgain) and problem.quota):
            self.stopped = self.stopped or problem
