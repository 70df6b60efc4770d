"""Hints that something may have arrived: events of directories, and what pushing sources say.

A hint costs a look and proves nothing (`guardian.folder_events`). So every source is looked at every `RESCAN_S`
besides, and where the system gives no events at all, every `POLLED_RESCAN_S`, which is said.

Invariants: what is called with an event only notes whose it is, in a set that never outgrows the sources; nothing is
reported before it was quiet for `DEBOUNCE_S`, or `LONGEST_UNREST_S` at most.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
)

from guardian.folder_events import FolderEvents, steps_of
from guardian.sources.live.base import Say

DEBOUNCE_S: Final = 0.2
LONGEST_UNREST_S: Final = 2.0
STOP_S: Final = 0.5
"""How soon a wait ends that is to end."""
RESCAN_S: Final = 60.0
POLLED_RESCAN_S: Final = 5.0
_TELLING: Final[tuple[type[FileSystemEvent], ...]] = (
    FileCreatedEvent,
    FileModifiedEvent,
    FileClosedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirMovedEvent,
)
"""What may bring something; not that a file was opened or read, which is what we do ourselves, or that it went."""
_ANY: Final = ""
_Owners = frozenset[tuple[str, str]]
"""The ids of the sources that a directory hints at, each with the name that matters there; `_ANY` for every name."""


class Hints:
    """Who may have something new."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._changed = threading.Condition()
        self._hinted: set[str] = set()
        self._events: FolderEvents[_Owners] = FolderEvents(self._heard, _TELLING)

    @property
    def rescan_s(self) -> float:
        """How long a source may go without a look."""
        return POLLED_RESCAN_S if self._events.has_given_up else RESCAN_S

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
        """Have changes told of these directories and no others, each with the ids of the sources that it hints at. One
        that is a link, or is made anew, hints at them as well when it leads elsewhere."""
        owners: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for folder, ids in folders.items():
            if os.path.dirname(folder) in folders:  # one of thousands, maybe: it is no link, and its parent tells of it
                owners[folder] |= {(each, _ANY) for each in ids}
                continue
            owners[os.path.realpath(folder)] |= {(each, _ANY) for each in ids}
            for place, name in steps_of(folder):
                owners[place] |= {(each, name) for each in ids}
        trouble = self._events.follow({place: frozenset(pairs) for place, pairs in owners.items()})
        if trouble:
            self._say(f"{trouble}: sources are looked at every {POLLED_RESCAN_S:g} s")

    def close(self) -> None:
        """Give the events back."""
        self._events.close()

    def _heard(self, owners: _Owners, paths: Sequence[str]) -> None:
        """In watchdog's thread."""
        names = {_ANY, *map(os.path.basename, paths)}
        for each, name in owners:
            if name in names:
                self.hint(each)
