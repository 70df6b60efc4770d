"""Events of folders: that something in them may have changed. One layer over watchdog, for whoever waits for files.

An event is a hint and proves nothing: events are dropped when the system's queue overflows, some file systems give
none, and a system may have no more of them to give. So whoever listens also looks by the clock, and more often once
`follow` said that there are no events.

Invariants: what is called with an event, in watchdog's thread, is the one function that was given, which only puts
something on a queue: an exception would end that thread. watchdog follows no link, so none is named here (`steps_of`
tells where one leads); a folder that was made anew is another one. After the system refused once it is asked no more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver, ObservedWatch

_MOST_LINKS: Final = 40
"""As many as Linux follows in one path (path_resolution(7))."""

Interest = TypeVar("Interest", bound=Hashable)
"""What somebody wants to know of a folder; equal where nothing is to change."""
_Identity = tuple[str, int, int]
"""A folder with its device and inode."""


class FolderEvents(Generic[Interest]):
    """watchdog's events of some folders, as long as the system gives any."""

    def __init__(
        self, heard: Callable[[Interest, Sequence[str]], None], kinds: Sequence[type[FileSystemEvent]]
    ) -> None:
        """`heard` is called, in another thread, with the interest in a folder and the paths that an event names; it
        must only put something on a queue. `kinds` are the kinds of events that count."""
        self._heard, self._kinds = heard, list(kinds)
        self._observer: BaseObserver | None = None
        self._watched: dict[_Identity, tuple[Interest, ObservedWatch]] = {}
        self.has_given_up = False
        """Whether the system gives no events."""

    def follow(self, folders: Mapping[str, Interest]) -> str:
        """Watch these folders, whose names are no links, and no others. Returns why that can't be, once; from then on
        nothing is watched. A folder that is not there, or may not be read, is left out."""
        if self.has_given_up:
            return ""
        wanted = dict(_identified(folders))
        try:
            if self._observer is None:
                self._observer = Observer()
                self._observer.start()
            for each in [each for each, (interest, _) in self._watched.items() if wanted.get(each) != interest]:
                with suppress(KeyError):  # watchdog let it go with its folder
                    self._observer.unschedule(self._watched.pop(each)[1])
            for each, interest in wanted.items():
                if each not in self._watched:
                    self._watch(self._observer, each, interest)
        except OSError as error:
            self.has_given_up = True
            self.close()
            return f"the system gives no events ({(error.strerror or type(error).__name__).lower()})"
        return ""

    def close(self) -> None:
        """Give the events back."""
        observer, self._observer = self._observer, None
        self._watched.clear()
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join()

    def _watch(self, observer: BaseObserver, each: _Identity, interest: Interest) -> None:
        handler = _Handler(self._heard, interest)
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            self._watched[each] = interest, observer.schedule(handler, each[0], event_filter=self._kinds)


class _Handler(FileSystemEventHandler, Generic[Interest]):
    """Passes on which paths an event names."""

    def __init__(self, heard: Callable[[Interest, Sequence[str]], None], interest: Interest) -> None:
        self._heard, self._interest = heard, interest

    def dispatch(self, event: FileSystemEvent) -> None:
        """See `watchdog.events.FileSystemEventHandler`."""
        paths = (os.fsdecode(event.src_path), os.fsdecode(event.dest_path))
        self._heard(self._interest, [path for path in paths if path])


def steps_of(path: str) -> Iterator[tuple[str, str]]:
    """Where a path can be turned to something else: its folder, as a real path, with its name there; and where it is a
    symbolic link the same of each place that it leads through."""
    for _ in range(_MOST_LINKS):
        folder, name = os.path.split(path)
        yield os.path.realpath(folder), name
        try:
            path = os.path.join(folder, os.readlink(path))
        except (OSError, ValueError):  # no link
            return


def _identified(folders: Mapping[str, Interest]) -> Iterator[tuple[_Identity, Interest]]:
    """The folders that are there."""
    for folder, interest in folders.items():
        with suppress(OSError, ValueError):
            status = os.stat(folder)
            yield (folder, status.st_dev, status.st_ino), interest
