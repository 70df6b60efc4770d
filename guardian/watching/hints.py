"""Hints that something may have arrived: watchdog's events of directories, and what pushing sources say.

A hint costs a look and proves nothing: events are dropped when the system's queue overflows, and some file systems give
none. So every source is looked at every `RESCAN_S` besides, and where the system gives no events at all, every
`POLLED_RESCAN_S`, which is said.

Invariants: what is called with an event only notes whose it is, in a set that never outgrows the sources; nothing is
reported before it was quiet for `DEBOUNCE_S`, or `LONGEST_UNREST_S` at most.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from guardian.sources.live.base import Say

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

DEBOUNCE_S: Final = 0.2
LONGEST_UNREST_S: Final = 2.0
STOP_S: Final = 0.5
"""How soon a wait ends that is to end."""
RESCAN_S: Final = 60.0
POLLED_RESCAN_S: Final = 5.0
_TELLING: Final[list[type[FileSystemEvent]]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileClosedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirMovedEvent,
]
"""What may bring something; not that a file was opened or read, which is what we do ourselves, or that it went."""
_Watched = tuple[str, int, int]
"""A directory with its device and inode: one that was made anew is another one."""


class Hints:
    """Who may have something new."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._changed = threading.Condition()
        self._hinted: set[str] = set()
        self._observer: BaseObserver | None = None
        self._watches: dict[_Watched, ObservedWatch] = {}
        self._owners: dict[_Watched, frozenset[str]] = {}
        self._has_given_up = False

    @property
    def rescan_s(self) -> float:
        """How long a source may go without a look."""
        return POLLED_RESCAN_S if self._has_given_up else RESCAN_S

    def hint(self, source_id: str) -> None:
        """This source may have something new. From any thread."""
        with self._changed:
            self._hinted.add(source_id)
            self._changed.notify()

    def wait(self, timeout_s: float, stop: threading.Event) -> set[str]:
        """The sources that were hinted at, once they are quiet; none where nothing came within `timeout_s`, or before
        `stop`, which a handler of signals may set: it can wake nobody, so it is looked at."""
        with self._changed:
            ends = time.monotonic() + timeout_s
            while not self._hinted and not stop.is_set() and (left_s := ends - time.monotonic()) > 0:
                self._changed.wait(min(left_s, STOP_S))
            ends = time.monotonic() + LONGEST_UNREST_S
            while self._hinted and (left_s := ends - time.monotonic()) > 0:
                if not self._changed.wait(min(DEBOUNCE_S, left_s)):
                    break
            hinted, self._hinted = self._hinted, set()
            return hinted

    def follow(self, folders: Mapping[str, frozenset[str]]) -> None:
        """Have changes told of these directories and no others, each with the ids of the sources that it hints at."""
        if self._has_given_up:
            return
        wanted = {each: folders[each[0]] for each in map(_identified, folders) if each is not None}
        try:
            if self._observer is None:
                self._observer = Observer()
                self._observer.start()
            for each in [each for each, ids in self._owners.items() if wanted.get(each) != ids]:
                del self._owners[each]
                self._observer.unschedule(self._watches.pop(each))
            for each, ids in wanted.items():
                if each not in self._watches:
                    self._watch(self._observer, each, ids)
        except OSError as error:
            self._has_given_up = True
            self.close()
            cause = (error.strerror or type(error).__name__).lower()
            self._say(f"the system gives no events ({cause}): sources are looked at every {POLLED_RESCAN_S:g} s")

    def close(self) -> None:
        """Give the events back."""
        observer, self._observer = self._observer, None
        self._watches.clear()
        self._owners.clear()
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join()

    def _watch(self, observer: BaseObserver, each: _Watched, ids: frozenset[str]) -> None:
        handler = _Handler(self, ids)
        try:
            self._watches[each] = observer.schedule(handler, each[0], event_filter=_TELLING)
            self._owners[each] = ids
        except (FileNotFoundError, NotADirectoryError):  # it went while we looked; the next rescan says so
            return


class _Handler(FileSystemEventHandler):
    """Notes whose directory an event is about; an exception here would end watchdog's thread."""

    def __init__(self, hints: Hints, ids: frozenset[str]) -> None:
        self._hints, self._ids = hints, ids

    def dispatch(self, event: FileSystemEvent) -> None:
        """See `watchdog.events.FileSystemEventHandler`."""
        for each in self._ids:
            self._hints.hint(each)


def _identified(folder: str) -> _Watched | None:
    try:
        status = os.stat(folder)
    except (OSError, ValueError):
        return None
    return folder, status.st_dev, status.st_ino
