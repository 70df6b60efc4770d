"""A folder of texts: every file below it is a message, read as `guardian scan` reads it.

A file that is written again is another message: what it says now. It is known by its name below the folder and a hash
of its content; so that it need not be read for that, its size, inode and time of change are remembered as well.

Invariants: a file is given out once it was left alone for a second; hidden files and links are passed over.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import Field

from guardian.errors import InputError
from guardian.message import Channel, Message
from guardian.sources.files import channel_of, format_of
from guardian.sources.live.base import Delivery, IsSeen, PathSource, PathTable, SourceReport, Surroundings
from guardian.sources.live.below import Below, Found, GoneError, PassedOverError, is_settled

MOST_FOLDERS: Final = 2_000
"""Folders below the one that was named, of which the system is asked to tell changes; the others are looked at too."""
DEEPEST: Final = 32
"""Folders in folders; what lies deeper is passed over and told."""


class FolderTable(PathTable):
    """Keys of a folder in sources.toml."""

    only: Annotated[list[Annotated[str, Field(min_length=1, max_length=255)]], Field(max_length=100)] = Field(
        default_factory=list
    )
    """Names that are watched, such as `*.txt`; all where it is empty."""


@dataclass(frozen=True, slots=True, order=True)
class _Waiting:
    """A file that is to be given out."""

    written_ns: int
    parts: tuple[str, ...]
    """Its name below the folder, taken apart."""
    stamp: bytes


class FolderSource(PathSource):
    """One folder, with the folders in it."""

    kind = "folder"
    does = "the files of a folder, and of the folders in it"
    prefix = "folder"
    Table: ClassVar[type[FolderTable]] = FolderTable

    def __init__(self, table: FolderTable, surroundings: Surroundings) -> None:
        super().__init__(table, surroundings)
        self._only: Final = tuple(table.only)
        self._folders: list[str] = [self.path]

    def folders(self) -> tuple[str, ...]:
        """See `Source`; those that the last look met."""
        return tuple(self._folders[:MOST_FOLDERS])

    def look(self, is_seen: IsSeen) -> Iterator[Delivery]:
        """See `Source`: in the order in which the files were written, and of their names where that is the same."""
        self.begin_look()
        with Below.at(self.path) as folder:
            found = sorted(self._waiting(folder, is_seen))
            self.waiting = len(found)
            for waiting in found:
                if (delivery := self._delivery(folder, waiting)) is not None:
                    yield delivery

    def test(self) -> SourceReport:
        """See `Source`."""
        try:
            with Below.at(self.path) as folder:
                count = sum(1 for _ in self._files(folder))
        except InputError as error:
            return SourceReport(False, (error.line(),))
        return SourceReport(True, (f"{count:,} files in {len(self._folders):,} folders",))

    def _waiting(self, folder: Below, is_seen: IsSeen) -> Iterator[_Waiting]:
        for parts, found in self._files(folder):
            stamp = _stamp(parts, found)
            if is_seen(stamp):
                continue
            if is_settled(found):
                yield _Waiting(found.written_ns, parts, stamp)
            else:
                self.is_unsettled = True

    def _files(self, folder: Below) -> Iterator[tuple[tuple[str, ...], Found]]:
        """Every file that is to be watched. Raises InputError where the folder itself can't be listed."""
        self._folders = [self.path]
        yield from self._files_in(folder, ())

    def _files_in(self, folder: Below, parts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Found]]:
        for entry in sorted(folder.entries(), key=lambda each: each.name):
            inside = (*parts, entry.name)
            try:
                if entry.is_dir(follow_symlinks=False):
                    yield from self._files_of(folder, inside)
                elif not self._only or any(fnmatch(entry.name, pattern) for pattern in self._only):
                    yield inside, folder.facts(entry.name)
            except GoneError:
                self.is_unsettled = True
            except (PassedOverError, InputError) as error:
                self.pass_over(os.path.join(*inside), error)

    def _files_of(self, folder: Below, inside: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Found]]:
        if len(inside) > DEEPEST:
            raise PassedOverError(f"more than {DEEPEST} folders deep, passed over")
        with folder.folder(inside[-1]) as below:
            self._folders.append(os.path.join(self.path, *inside))
            yield from self._files_in(below, inside)

    def _delivery(self, folder: Below, waiting: _Waiting) -> Delivery | None:
        name = os.path.join(*waiting.parts)
        try:
            with ExitStack() as opened:
                for part in waiting.parts[:-1]:
                    folder = opened.enter_context(folder.folder(part))
                raw, found = folder.read(waiting.parts[-1], self.max_bytes)
            if not is_settled(found):  # written again since it was listed
                raise GoneError
        except GoneError:
            self.is_unsettled = True
            return None
        except PassedOverError as error:
            self.pass_over(name, error)
            return None
        message = Message(
            raw,
            channel=Channel.AI_OUTPUT if channel_of(Path(name)) is Channel.AI_OUTPUT else self.channel,
            id=name,
            source=self.name,
            format=format_of(Path(name)),
            cut=len(raw) > self.max_bytes,
        )
        return Delivery(message, _key(waiting.parts, raw, found.size), name, _stamp(waiting.parts, found))


def _name(parts: tuple[str, ...]) -> bytes:
    return os.fsencode(os.path.join(*parts)) + b"\0"


def _key(parts: tuple[str, ...], raw: bytes, size: int) -> bytes:
    return b"content\0" + _name(parts) + hashlib.sha256(raw).digest() + str(size).encode()


def _stamp(parts: tuple[str, ...], found: Found) -> bytes:
    facts = f"{found.size} {found.inode} {found.written_ns} {found.changed_ns}"
    return b"facts\0" + _name(parts) + facts.encode()
