"""The service behind the gateway: which path answers what; answers are kept until something is released."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from comtrade_stand_in import answers, bulk, notes
from comtrade_stand_in.answers import Answer
from comtrade_stand_in.cells import answer
from comtrade_stand_in.gate import HOST, Gate, Limits
from comtrade_stand_in.questions import MOST_PERIODS, Question, RefusedError
from comtrade_stand_in.recorded import Asked, asked
from comtrade_stand_in.releases import Book
from comtrade_stand_in.rows import final_rows
from comtrade_stand_in.tarifflines import tariffline_rows

DATA = {
    ("public", "preview"): "final", ("public", "previewtariffline"): "tariffline",
    ("data", "get"): "final", ("data", "gettariffline"): "tariffline",
}  # fmt: skip
NOTES = ("getda", "getdatariffline", "getmetadata")
KEPT_BYTES = 400 << 20
REFERENCE = {"Cache-Control": "public, max-age=604800", "ETag": "0x8DC16B5CBC68EC5"}


@dataclass(slots=True)
class Call:
    """A request that arrived: its path in pieces, its parameters in lower case, its key, and when."""

    path: str
    given: Mapping[str, str]
    key: str | None
    now: datetime

    @property
    def pieces(self) -> tuple[str, ...]:
        return tuple(self.path.strip("/").split("/"))


@dataclass(slots=True)
class Service:
    """World, releases and limits behind one address; `host` is what the bulk lists put before their files."""

    book: Book
    limits: Limits = field(default_factory=Limits)
    host: str = HOST
    recorded: Mapping[Asked, Answer] = field(default_factory=dict)
    gate: Gate = field(init=False)
    _kept: OrderedDict[tuple[int, int, Question], Answer] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.gate = Gate(self.limits)

    def reset(self) -> None:
        """As at the start: the first releases, nothing of any quota used; answers on the first releases stay kept."""
        with self._lock:
            self.book, self.gate = Book(self.book.world), Gate(self.limits)
            self._kept = OrderedDict((kept, page) for kept, page in self._kept.items() if kept[0] == self.book.serial)

    def answer(self, call: Call) -> Answer:
        """The answer to a call, without faults."""
        if call.pieces[:4] == ("files", "v1", "app", "reference"):
            return self._reference(call)
        service, name = (call.pieces[0].lower(), call.pieces[2].lower()) if len(call.pieces) > 2 else ("", "")
        if call.pieces[1:2] != ("v1",) or service not in ("public", "data", "bulk"):
            return answers.no_such_path()
        if refusal := self.gate.refusal(service, call.key, call.now):
            return refusal
        try:
            return self.recorded.get(asked(call.path, call.given)) or self._served(service, name, call)
        except RefusedError as refused:
            return answers.invalid(refused.names)

    def _served(self, service: str, name: str, call: Call) -> Answer:
        if (service, name) == ("data", "getliveupdate"):
            return answers.listed(notes.live_update(self.book, call.now))
        if len(call.pieces) == 5 and service == "bulk" and name.startswith("file"):
            return self._file(name, call)
        if len(call.pieces) != 6:
            return answers.no_such_path()
        path = (call.pieces[3], call.pieces[4], call.pieces[5])
        if kind := DATA.get((service, name)):
            return self._data(Question.of(kind, path, call.given), call)
        return self._listed(service, name, path, call)

    def _listed(self, service: str, name: str, path: tuple[str, str, str], call: Call) -> Answer:
        found = notes.matching(self.book, path, call.given)
        if service == "bulk" and name in bulk.SERVICES:
            return answers.listed(bulk.files(self.book, found, name, self.host))
        if service == "bulk" or name not in NOTES:
            return answers.no_such_path()
        if name == "getmetadata":
            return answers.listed(notes.metadata(self.book, found))
        return answers.listed(notes.available(self.book, found, name == "getdatariffline", call.now))

    def _file(self, name: str, call: Call) -> Answer:
        service = {file.lower(): listed for listed, file in bulk.SERVICES.items()}.get(name, "")
        found = bulk.download(self.book, service, call.pieces[3], call.pieces[4]) if service else None
        return found or answers.no_such_path()

    def _reference(self, call: Call) -> Answer:
        if kept := self.recorded.get(asked(call.path, call.given)):
            return kept
        body = notes.reference(self.book.world, call.pieces[-1])
        if body is None:
            return answers.no_such_path()
        return Answer(200, answers.packed([body]), "application/json", REFERENCE)

    def _data(self, question: Question, call: Call) -> Answer:
        """A page of rows, cut at the cap without a word; small `maxRecords` is ignored by preview."""
        if question.periods and len(question.periods) > MOST_PERIODS and self.limits.many_periods == "refuse":
            raise RefusedError("period")
        keyed = call.pieces[0].lower() == "data"
        cap = self.limits.cap(call.key if keyed else None)
        most = min(cap, question.most or cap) if keyed else cap
        kept = (self.book.serial, most, question)
        with self._lock:
            found = self._kept.get(kept)
        return found or self._keep(kept, self._page(question, most))

    def _page(self, question: Question, most: int) -> Answer:
        if question.kind == "tariffline":
            rows = list(tariffline_rows(self.book, question))
            return answers.page([] if question.count_only else rows[:most], _count(question, len(rows), most))
        cells = answer(self.book, question)
        shown = [] if question.count_only else cells[:most]
        rows = list(final_rows(self.book.world, shown, question.classification, question.described))
        return answers.page(rows, _count(question, len(cells), most))

    def _keep(self, key: tuple[int, int, Question], page: Answer) -> Answer:
        """Keep an answer, and forget the oldest where they grow too many."""
        with self._lock:
            self._kept[key] = page
            while sum(len(kept.packed) for kept in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return page


def _count(question: Question, held: int, most: int) -> int:
    """What `count` says: of a count the true number, of a page the rows returned."""
    return held if question.count_only else min(held, most)
