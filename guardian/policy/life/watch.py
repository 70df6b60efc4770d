"""Tells when the policy files in a folder have become others.

Events (`guardian.folder_events`) are hints only: what counts is the stamp of the files, taken again when a hint comes
and every few seconds besides, so a dropped event, an overflow or a file system without events costs time and nothing
else.

Invariants: nothing is told before the files have been left alone for `DEBOUNCE_S`; where the system watches no more
folders, the stamps are taken more often, and that is said.

A symbolic link is followed: every folder that it leads through is watched, for the names that matter there.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
)

from guardian.folder_events import FolderEvents, steps_of
from guardian.policy.life.stamp import Stamp, is_policy_name, stamp_of

DEBOUNCE_S: Final = 0.2
LONGEST_UNREST_S: Final = 5.0
"""Files that somebody changes again and again are taken after this, as they are."""
RESCAN_S: Final = 5.0
POLLED_RESCAN_S: Final = 0.5
"""Where no events are to be had."""
REVISIT_S: Final = 60.0
"""How often whoever listens is called without a change: what waits for a time comes in force by time alone."""
_LONGEST_STOP_S: Final = 2.0
_MOST_FOLDERS: Final = 200
_TELLING: Final[tuple[type[FileSystemEvent], ...]] = (
    FileCreatedEvent,
    FileModifiedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
)
"""Not those that say that a file was opened or read, which is what we do ourselves."""

Changed = Callable[[Callable[[], bool]], bool]
"""`changed(is_unchanged)`: read the files; False where, once they were read, `is_unchanged` said no, so that what was
read was not used and is to be read again. Raises nothing."""


@dataclass(frozen=True, slots=True)
class Names:
    """What matters in a watched folder."""

    names: frozenset[str]
    """These names."""
    has_policies: bool = False
    """Whether it is the folder of the policies, where every name that ends as a policy's matters, and it itself."""

    def matter(self, path: str) -> bool:
        """Whether an event that names this path may be about a policy."""
        name = os.path.basename(path)
        return name in self.names or (self.has_policies and is_policy_name(name))


def folders_of(folder: Path) -> dict[str, Names]:
    """The folders to watch, by their real paths, each with the names that matter there; the folder itself first."""
    own = os.path.realpath(folder)
    found: dict[str, set[str]] = {own: {os.path.basename(own)}}
    starts = [str(folder)]
    with suppress(OSError), os.scandir(folder) as entries:
        starts += [entry.path for entry in entries if entry.is_symlink() and is_policy_name(entry.name)]
    for start in starts:
        for place, name in steps_of(start):
            found.setdefault(place, set()).add(name)
    return {place: Names(frozenset(names), place == own) for place, names in list(found.items())[:_MOST_FOLDERS]}


class FolderWatch:
    """Calls `changed`, in a thread of its own, when the policy files are others than those of the stamp `seen`."""

    def __init__(
        self,
        folder: Path,
        changed: Changed,
        say: Callable[[str], None],
        seen: Stamp,
        beside: Sequence[Path] = (),
    ) -> None:
        """`say` takes one line where the watch itself is in trouble. `beside` are further files whose change counts,
        though no events are asked for there."""
        self._folder, self._beside = folder, tuple(beside)
        self._changed, self._say = changed, say
        self._rescan_s = RESCAN_S
        self._hints: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._events: FolderEvents[Names] = FolderEvents(self._heard, _TELLING)
        self._seen = seen
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="guardian-policies", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after what is being read; but the model may be slow, and nobody waits longer than a moment for it."""
        self._is_stopping.set()
        self._hints.put(False)
        if self._thread.is_alive():
            self._thread.join(_LONGEST_STOP_S)

    @property
    def has_ended(self) -> bool:
        """Whether nothing is being read any more."""
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        told_at = time.monotonic()
        try:
            while not self._is_stopping.is_set():
                self._listen()
                now = self._stamp()
                is_time = time.monotonic() - told_at >= REVISIT_S
                if now == self._seen and not is_time:
                    self._wait(self._rescan_s)
                    continue
                settled, is_quiet = self._settled(now)
                if self._is_stopping.is_set():
                    return
                if self._tell(settled, is_quiet=is_quiet):
                    self._seen, told_at = settled, time.monotonic()
        finally:
            self._events.close()

    def _listen(self) -> None:
        """Watch the folders that matter now. Without events the stamps are taken more often."""
        trouble = self._events.follow(folders_of(self._folder))
        if trouble:
            self._rescan_s = min(self._rescan_s, POLLED_RESCAN_S)
            self._say(f"changes of your policies are looked for every {self._rescan_s:g} s: {trouble}")

    def _settled(self, stamp: Stamp) -> tuple[Stamp, bool]:
        """The files' stamp once they have been left alone; False where they were not."""
        ends = time.monotonic() + LONGEST_UNREST_S
        since = time.monotonic()
        while (left_s := since + DEBOUNCE_S - time.monotonic()) > 0 and not self._is_stopping.is_set():
            if time.monotonic() > ends:
                return stamp, False
            self._wait(left_s)
            now = self._stamp()
            if now != stamp:
                stamp, since = now, time.monotonic()
        return stamp, True

    def _tell(self, stamp: Stamp, *, is_quiet: bool) -> bool:
        files = stamp[: len(stamp) - len(self._beside)]  # what lies beside them is changed by whoever reads them
        return self._changed(lambda: not is_quiet or stamp_of(self._folder) == files)

    def _stamp(self) -> Stamp:
        return stamp_of(self._folder, self._beside)

    def _heard(self, names: Names, paths: Sequence[str]) -> None:
        """In watchdog's thread."""
        if any(map(names.matter, paths)):
            self._hints.put(True)

    def _wait(self, timeout_s: float) -> None:
        """Until a hint comes, and no longer; further hints that wait already are the same hint."""
        with suppress(queue.Empty):
            self._hints.get(timeout=timeout_s)
            while True:
                self._hints.get_nowait()
