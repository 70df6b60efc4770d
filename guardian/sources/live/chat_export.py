"""What the kinds of chat exports share: a file, or a folder in which such files come to lie.

A messenger writes an export anew each time, and what was there before is in it again. A message is known by its text
and its time or number, so only what is new is given out, however the file is called or written.

Invariants: a file is given out once it was left alone for a second; links, hidden files and files of other formats are
passed over; a file in which everything was answered is not read again until it changes.
"""

from __future__ import annotations

import os
import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated, BinaryIO, ClassVar, Final

from pydantic import Field

from guardian.errors import InputError
from guardian.safe_text import safe_line
from guardian.sources.chats.base import HEAD_BYTES, ChatFormat
from guardian.sources.chats.telling import Telling
from guardian.sources.live.base import Delivery, IsSeen, PathSource, PathTable, SourceReport, Surroundings
from guardian.sources.live.below import Below, Found, GoneError, PassedOverError, cause_of, has_changed, is_settled

DEEPEST: Final = 4
"""Folders in folders: messengers put each export into one of its own."""
_MOST_NAMES_SHOWN: Final = 6
_COPY: Final = re.compile(r"(?: \(\d{1,3}\)|[-_ ]\d{1,3})$")

_Parts = tuple[str, ...]


class ChatTable(PathTable):
    """Keys of a chat export in sources.toml."""

    me: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=20)] = Field(
        default_factory=list
    )
    """How the export names the owner: what they wrote is context, and is not screened."""


class ChatExportSource(PathSource):
    """One file or folder of exports of one messenger."""

    prefix = "chat"
    Table: ClassVar[type[PathTable]] = ChatTable
    keeps_all = True  # an export may be deleted once it was screened, and the next one holds the same messages again

    def __init__(self, table: PathTable, surroundings: Surroundings) -> None:
        super().__init__(table, surroundings)
        self._me: Final = tuple(table.me) if isinstance(table, ChatTable) else ()
        self._folders: list[str] = []
        self._done: dict[_Parts, Found] = {}

    @property
    @abstractmethod
    def format(self) -> ChatFormat:
        """The format of the files."""

    def folders(self) -> tuple[str, ...]:
        """See `Source`; those that the last look met."""
        return tuple(self._folders) or (self._root()[0],)

    def look(self, is_seen: IsSeen) -> Iterator[Delivery]:
        """See `Source`: file by file in the order in which they were written, each in its own order."""
        self.begin_look()
        root, names = self._root()
        with Below.at(root) as folder:
            files = sorted(self._files(folder, names), key=lambda each: (each[1].written_ns, each[0]))
            for parts, found in files:
                if self._done.get(parts) == found:
                    continue
                if is_settled(found):
                    yield from self._deliveries(folder, parts, is_seen)
                else:
                    self.is_unsettled = True

    def test(self) -> SourceReport:
        """See `Source`."""
        root, names = self._root()
        counts: Counter[str] = Counter()
        senders: Counter[str] = Counter()
        try:
            with Below.at(root) as folder:
                for parts, _ in list(self._files(folder, names)):
                    counts["files"] += self._count(folder, parts, counts, senders)
        except InputError as error:
            return SourceReport(False, (error.line(),))
        if not counts["files"]:
            return SourceReport(False, (f"no {self.format.title} there",))
        lines = [
            f"{counts['files']:,} exports, {counts['messages']:,} messages from others, {counts['own']:,} of yours",
        ]
        if not counts["own"] and self.Table is ChatTable:
            names_shown = ", ".join(safe_line(name, 40) for name, _ in senders.most_common(_MOST_NAMES_SHOWN))
            lines.append(f'none is known to be yours: set me = ["..."] to your name there ({names_shown})')
        return SourceReport(True, tuple(lines))

    def _root(self) -> tuple[str, str]:
        """The folder to open, and the one name in it that matters; empty for all."""
        if os.path.isdir(self.path):
            return self.path, ""
        folder, name = os.path.split(os.path.abspath(self.path))
        return folder, name

    def _files(self, folder: Below, only: str) -> Iterator[tuple[_Parts, Found]]:
        root = self._root()[0]
        self._folders = [root]
        if not only:
            yield from self._files_in(folder, ())
            return
        try:
            yield (only,), folder.facts(only)
        except GoneError:
            raise InputError(f"no such file: {self.path}") from None
        except PassedOverError as error:
            raise InputError(f"{self.path}: {error}") from None

    def _files_in(self, folder: Below, parts: _Parts) -> Iterator[tuple[_Parts, Found]]:
        for entry in sorted(folder.entries(), key=lambda each: each.name):
            inside = (*parts, entry.name)
            try:
                if entry.is_dir(follow_symlinks=False):
                    yield from self._files_of(folder, inside)
                elif os.path.splitext(entry.name)[1].lower() in self.format.suffixes:
                    yield inside, folder.facts(entry.name)
            except GoneError:
                self.is_unsettled = True
            except (PassedOverError, InputError) as error:
                self.pass_over(os.path.join(*inside), error)

    def _files_of(self, folder: Below, inside: _Parts) -> Iterator[tuple[_Parts, Found]]:
        if len(inside) > DEEPEST:
            raise PassedOverError(f"more than {DEEPEST} folders deep, passed over")
        with folder.folder(inside[-1]) as below:
            self._folders.append(os.path.join(self._root()[0], *inside))
            yield from self._files_in(below, inside)

    def _deliveries(self, folder: Below, parts: _Parts, is_seen: IsSeen) -> Iterator[Delivery]:
        name = os.path.join(*parts)
        is_all_seen = True
        try:
            with ExitStack() as opened:
                stream, found = self._open(folder, parts, opened)
                if not self._is_export(stream):
                    self._leave_out(parts, found)
                    return
                for delivery in self._told(stream, parts, found):
                    if not is_seen(delivery.key):
                        is_all_seen = False
                        yield delivery
                if has_changed(stream, found):
                    raise GoneError
        except GoneError:
            self.is_unsettled = True
        except PassedOverError as error:
            self.pass_over(name, error)
        except OSError as error:
            self.pass_over(name, PassedOverError(f"cannot be read: {cause_of(error)}"))
        else:
            if is_all_seen:
                self._done[parts] = found

    def _open(self, folder: Below, parts: _Parts, opened: ExitStack) -> tuple[BinaryIO, Found]:
        for part in parts[:-1]:
            folder = opened.enter_context(folder.folder(part))
        return opened.enter_context(folder.open(parts[-1]))

    def _is_export(self, stream: BinaryIO) -> bool:
        head = stream.read(HEAD_BYTES)
        stream.seek(0)
        return self.format.recognises(head)

    def _leave_out(self, parts: _Parts, found: Found) -> None:
        """A file of another format, which is none of ours, unless it is the very one that the owner named. Raises
        InputError."""
        if self._root()[1]:
            raise InputError(f"{self.path} is no {self.format.title}")
        self._done[parts] = found

    def _told(self, stream: BinaryIO, parts: _Parts, found: Found) -> Iterator[Delivery]:
        telling = Telling(source=self.name, channel=self.channel, max_bytes=self.max_bytes)
        chat = b"" if self.format.names_chats else os.fsencode(_chat_name(parts))
        for told in telling.tell(self.format.turns(stream, me=self._me)):
            # what can't be read is told of each file anew: what stands behind it may be other messages than last time
            file = f"{found.size}.{found.written_ns}".encode() if told.message.fault else b""
            yield Delivery(told.message, told.key + chat + file, f"{parts[-1]}, message {told.number}")

    def _count(self, folder: Below, parts: _Parts, counts: Counter[str], senders: Counter[str]) -> bool:
        try:
            with ExitStack() as opened:
                stream, _ = self._open(folder, parts, opened)
                if not self._is_export(stream):
                    return False
                for turn in self.format.turns(stream, me=self._me):
                    counts["own" if turn.is_owner else "messages"] += 1
                    if len(senders) < 1000 or turn.sender in senders:
                        senders[turn.sender] += bool(turn.sender)
                return True
        except (GoneError, PassedOverError, OSError):
            return False


def _chat_name(parts: _Parts) -> str:
    """Which chat a file is an export of, whatever number a browser or phone put behind its name."""
    stem = os.path.splitext(parts[-1])[0]
    if stem == "_chat" and len(parts) > 1:  # an iPhone's export is called so, in a folder with the chat's name
        stem = parts[-2]
    return _COPY.sub("", stem)
