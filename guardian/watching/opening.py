"""Makes the live sources of the owner's `sources.toml`, and makes them anew when the file changes.

Invariants: a file that was good and is broken now changes nothing and is told; ids that were asked for stay asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from guardian.errors import GuardianError
from guardian.settings import Settings
from guardian.sources.config import load_sources
from guardian.sources.live.base import Source, SourceTable, Surroundings
from guardian.sources.live.registry import load_kinds
from guardian.watching.delivering import Teller

IMAP = "imap"
"""The one kind of source for which a process reaches a network."""

_Stamp = tuple[int, int, int]


def make_sources(tables: Sequence[SourceTable], settings: Settings, say: Callable[[str, str], None]) -> list[Source]:
    """The sources that these tables describe. `say` takes a source's id and a line."""
    kinds = load_kinds()
    return [kinds[table.kind](table, _surroundings(table.id, settings, say)) for table in tables]


def _surroundings(source_id: str, settings: Settings, say: Callable[[str, str], None]) -> Surroundings:
    return Surroundings(settings.limits.max_bytes_read, lambda line: say(source_id, line), settings.paths.state)


class FollowedSources:
    """The sources of a file that its owner may change while they are watched."""

    def __init__(self, settings: Settings, ids: Sequence[str], teller: Teller, *, is_local: bool = False) -> None:
        """`is_local`: this process gave up every network, so that no mailbox on a server can be added to it."""
        self._settings, self._ids, self._teller, self._is_local = settings, frozenset(ids), teller, is_local
        self._stamp = self._now()

    def __call__(self) -> Sequence[Source] | None:
        """The sources as they are now; None where the file did not change, or can't be used."""
        now = self._now()
        if now == self._stamp:
            return None
        self._stamp = now
        found = load_sources(self._settings.paths.sources_file)
        if found.problems:
            for problem in found.problems:
                self._teller.trouble("", f"{problem.to_line()}; the sources stay as they were")
            return None
        tables = [table for table in found.tables if not self._ids or table.id in self._ids]
        for table in tables:
            if self._is_local and table.kind == IMAP:
                self._teller.trouble(table.id, "a mailbox was added: end guardian watch and start it again to watch it")
        tables = [table for table in tables if not self._is_local or table.kind != IMAP]
        try:
            return make_sources(tables, self._settings, self._teller.trouble)
        except GuardianError as error:
            self._teller.trouble("", f"{error.line()}; the sources stay as they were")
            return None

    def _now(self) -> _Stamp | None:
        try:
            status = self._settings.paths.sources_file.stat()
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns
