"""Watching for tests: real Maildirs, a real seen set, and a real service on the real model in this process."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from guardian.errors import JournalError
from guardian.journal.counts import unsealed_counts
from guardian.journal.opening import open_journal
from guardian.journal.record import Kind, Record
from guardian.message import Message
from guardian.outcome import Outcome
from guardian.service.answer import Answer
from guardian.service.client import ServiceClient
from guardian.service.place import SOCKET_NAME
from guardian.settings import Settings, load_settings
from guardian.sources.live.base import Delivery, Source, Surroundings
from guardian.sources.live.registry import load_kinds
from guardian.watching.asking import Asker
from guardian.watching.database import open_database
from guardian.watching.delivering import Delivering
from guardian.watching.retries import Retries
from guardian.watching.watcher import Watcher

LONG_AGO_S = 1_700_000_000
ORDINARY = "Hi Jo, the meeting is moved to Tuesday at ten, same room. See you there. Ann"
SCAM = "Buy 4 gift cards for a client and text me the codes, quick. Do not tell anyone."


@dataclass
class Told:
    """What the owner is told."""

    answers: list[tuple[str, str, Outcome]] = field(default_factory=list)
    """Source, position and outcome of each."""
    trouble_lines: list[str] = field(default_factory=list)

    def screened(self, source: Source, delivery: Delivery, answer: Answer) -> None:
        self.answers.append((source.id, delivery.position, answer.outcome))

    def trouble(self, source_id: str, line: str) -> None:
        self.trouble_lines.append(f"{source_id}: {line}")

    @property
    def positions(self) -> list[str]:
        return [position for _, position, _ in self.answers]


@dataclass
class Watching:
    """Everything that one watcher is made of."""

    watcher: Watcher
    delivering: Delivering
    told: Told
    stop: threading.Event

    def catch_up(self) -> list[str]:
        """Positions of what was told meanwhile."""
        before = len(self.told.answers)
        self.watcher.catch_up(lambda _done, _total: None)
        return self.told.positions[before:]


def settings_of(home: Path) -> Settings:
    return load_settings({"GUARDIAN_HOME": str(home)}, {})


@contextmanager
def watching(
    home: Path, connect: Callable[[], ServiceClient], *sources: Source, told: Told | None = None
) -> Iterator[Watching]:
    """A watcher of these sources, as a new process would have it."""
    told = told or Told()
    stop = threading.Event()
    with open_database(settings_of(home).paths) as database:
        asker = Asker(connect, lambda line: told.trouble("", line), stop, patience_s=30.0)
        delivering = Delivering(asker, told, Retries())
        watcher = Watcher(sources, database, delivering, stop)
        try:
            yield Watching(watcher, delivering, told, stop)
        finally:
            watcher.close()
            asker.close()


def a_source(kind: str, path: Path, name: str = "box", said: Callable[[str], None] = lambda _: None) -> Source:
    cls = load_kinds()[kind]
    table = cls.Table.model_validate({"id": name, "kind": kind, "path": str(path)})
    return cls(table, Surroundings(1 << 20, said))


def a_maildir(root: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (root / part).mkdir(parents=True)
    return root


def deliver(box: Path, numbers: Sequence[int], *, scam_every: int = 0, at_s: float = LONG_AGO_S) -> list[str]:
    """Mails as a mail program delivers them: written in tmp/ and renamed. Their names."""
    names = []
    for number in numbers:
        name = f"{LONG_AGO_S + number}.M{number}.host"
        is_scam = scam_every and number % scam_every == 0
        text = f"From: sender{number}@example.com\nSubject: note {number}\n\n{SCAM if is_scam else ORDINARY}\n"
        (box / "tmp" / name).write_text(text)
        os.utime(box / "tmp" / name, (at_s + number, at_s + number))
        (box / "tmp" / name).rename(box / "new" / name)
        names.append(name)
    return names


@dataclass(frozen=True)
class Kept:
    """What a journal kept."""

    recorded: Counter[str]
    """How often each message has a record that says something else than `unscreened`."""
    unscreened: Counter[str]
    counted: int
    """Messages that were counted as clean."""

    @property
    def total(self) -> int:
        return self.recorded.total() + self.counted


def kept_in(settings: Settings) -> Kept:
    """What the journal of these settings holds of messages."""
    recorded: Counter[str] = Counter()
    unscreened: Counter[str] = Counter()
    counted = 0
    try:
        with open_journal(settings) as journal:
            for entry in journal.entries():
                record = entry.record
                if not isinstance(record, Record):
                    continue
                if record.kind is Kind.VERDICT:
                    is_open = record.body["verdict"]["outcome"] == Outcome.UNSCREENED.value
                    (unscreened if is_open else recorded)[str(record.body["message"]["id"])] += 1
                elif record.kind is Kind.COUNTS:
                    counted += _clean(record.body["counts"])
            counted += sum(_clean(day) for day in unsealed_counts(journal.store, journal.id).values())
    except JournalError:
        if settings.paths.journal_file.exists():
            raise
    return Kept(recorded, unscreened, counted)


def _clean(counts: dict[str, dict[str, int]]) -> int:
    return sum(by_outcome.get("clean", 0) for by_outcome in counts.values())


@dataclass(frozen=True)
class Service:
    """A service in this process, and what its journal holds."""

    settings: Settings

    def connect(self) -> ServiceClient:
        """A client of it."""
        return ServiceClient(self.settings.paths.runtime / SOCKET_NAME)

    def kept(self) -> Kept:
        """What the journal kept up to now."""
        return kept_in(self.settings)


class Scripted:
    """A client that asks a real one, but for the questions that a script has fail first."""

    def __init__(self, real: ServiceClient, script: list[Exception]) -> None:
        self._real, self._script = real, script
        self.asked: list[Message] = []

    def screen(self, message: Message) -> Answer:
        self.asked.append(message)
        if self._script:
            raise self._script.pop(0)
        return self._real.screen(message)

    def status(self) -> object:
        return self._real.status()

    def close(self) -> None:
        self._real.close()
