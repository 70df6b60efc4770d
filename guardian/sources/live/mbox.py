"""mbox: the one file in which many mail programs keep a folder (RFC 4155).

A message is known by a hash of its bytes, without the lines of its header in which mail programs keep whether it was
read, and by its number among those with the same hash. Where the file has grown
behind what was read of it, only what is new is read; where it is another one, or was written anew, all of it is read
and compared.

Invariants: memory is that of one message, and of a hash for each; the last message is given out once the file was left
alone for a second, since it may still be growing; the file is never locked, moved or written.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import BinaryIO, ClassVar, Final

from guardian.errors import InputError
from guardian.message import Message
from guardian.sources.live.base import Delivery, IsSeen, PathSource, PathTable, SourceReport, Surroundings
from guardian.sources.live.below import Below, Found, GoneError, PassedOverError, has_changed, is_settled
from guardian.sources.mbox import BEGINS, read_mbox

_TAIL_BYTES: Final = 4096
"""Before the end of what was read: where they are others now, the file was written anew."""
_HASH_BYTES: Final = 16
_MARKS: Final = re.compile(
    rb"^(?:status|x-status|x-keywords|x-uid|x-imap(?:base)?|x-mozilla-(?:status2?|keys)|content-length|lines)"
    rb":[^\n]*\n(?:[ \t][^\n]*\n)*",
    re.IGNORECASE | re.MULTILINE,
)
"""Lines that mutt, Dovecot, UW-IMAP and Thunderbird keep a mail's flags and length in (dovecot.org: mbox format)."""
_LONGEST_UNREST_S: Final = 10.0
"""A file that is written all the time is read after this, up to its last message."""


class MboxTable(PathTable):
    """Keys of an mbox in sources.toml."""


@dataclass(slots=True)
class _Read:
    """What was read of the file, so that only what comes behind it need be."""

    found: Found | None = None
    tail: bytes = b""
    """Hash of the last bytes of it."""
    messages: int = 0
    times: Counter[bytes] = field(default_factory=Counter)
    """How often each message was met, by its hash."""


class MboxSource(PathSource):
    """One mbox."""

    kind = "mbox"
    does = "the mails of an mbox file"
    prefix = "mail"
    Table: ClassVar[type[MboxTable]] = MboxTable

    def __init__(self, table: MboxTable, surroundings: Surroundings) -> None:
        super().__init__(table, surroundings)
        self._folder, self._file = os.path.split(os.path.abspath(self.path))
        self._read = _Read()
        self._unanswered: set[bytes] = set()
        self._restless_since: float | None = None

    def folders(self) -> tuple[str, ...]:
        """See `Source`."""
        return (self._folder,)

    def look(self, is_seen: IsSeen) -> Iterator[Delivery]:
        """See `Source`: in the order of the file."""
        self.begin_look()
        with self._opened() as (stream, found):
            if (found == self._read.found and not self._unanswered) or self._is_restless(found):
                return
            self._go_to_start(stream, found)
            for message in self._messages(stream, found):
                key = self._key(message)
                if not is_seen(key):
                    self._unanswered.add(key)
                    number = f"message {self._read.messages}"
                    named = replace(message, id=number, source=self.name, channel=self.channel)
                    yield Delivery(named, key, number)

    def look_anew(self) -> None:
        """See `Source`."""
        self._read = _Read()

    def answered(self, delivery: Delivery) -> None:
        """See `Source`."""
        self._unanswered.discard(delivery.key)

    def test(self) -> SourceReport:
        """See `Source`."""
        try:
            with self._opened() as (stream, found):
                if found.size and not stream.peek(len(BEGINS)).startswith(BEGINS):  # type: ignore[attr-defined]
                    return SourceReport(False, ("it does not begin as an mbox does, with a line From",))
                count = sum(1 for _ in self._all(stream))
        except GoneError:
            return SourceReport(False, (f"no such file: {self.path}",))
        except InputError as error:
            return SourceReport(False, (error.line(),))
        return SourceReport(True, (f"{count:,} mails, {found.size:,} bytes",))

    @contextmanager
    def _opened(self) -> Iterator[tuple[BinaryIO, Found]]:
        """The file. Raises InputError where there is none that can be read."""
        with Below.at(self._folder) as folder:
            try:
                with folder.open(self._file) as opened:
                    yield opened
            except GoneError:
                raise InputError(f"no such file: {self.path}") from None
            except PassedOverError as error:
                raise InputError(f"{self.path}: {error}") from None

    def _is_restless(self, found: Found) -> bool:
        """Whether the file is being written and worth waiting for: not for ever, where somebody writes all the time."""
        if is_settled(found):
            self._restless_since = None
            return False
        self.is_unsettled = True
        if self._restless_since is None:
            self._restless_since = time.monotonic()
        return time.monotonic() - self._restless_since < _LONGEST_UNREST_S

    def _go_to_start(self, stream: BinaryIO, found: Found) -> None:
        """Go behind what was read already, where that still stands there; else to the beginning."""
        read, self._read = self._read, _Read()  # as long as nothing is read to its end, nothing of it is known
        before = read.found
        if before is None or before.inode != found.inode or not 0 < before.size < found.size or self._unanswered:
            return
        if _tail(stream, before.size) == read.tail:
            begins = stream.read(len(BEGINS) + 1).lstrip(b"\n").startswith(BEGINS)  # else the last message has grown
            stream.seek(before.size if begins else 0)
            if begins:
                self._read = _Read(None, b"", read.messages, read.times)
            return
        stream.seek(0)

    def _messages(self, stream: BinaryIO, found: Found) -> Iterator[Message]:
        """The messages from here on; the last one where it is whole, and then the file is known up to its end."""
        last: Message | None = None
        for message in self._all(stream):
            if last is not None:
                yield last
            last = message
        if has_changed(stream, found) or not is_settled(found):
            self.is_unsettled = True
            self._read = _Read()  # what was counted does not end where the file does
            return
        if last is not None:
            yield last
        self._read.found, self._read.tail = found, _tail(stream, found.size)

    def _all(self, stream: BinaryIO) -> Iterator[Message]:
        return read_mbox(stream, channel=self.channel, source=self.path, max_bytes=self.max_bytes)

    def _key(self, message: Message) -> bytes:
        """Which message it is; counts it."""
        digest = hashlib.sha256(_unmarked(message.raw)).digest()[:_HASH_BYTES]
        self._read.messages += 1
        self._read.times[digest] += 1
        return digest + str(self._read.times[digest]).encode()


def _unmarked(raw: bytes) -> bytes:
    """A mail without what a mail program writes into its header when it was read, marked or moved."""
    header, empty, body = raw.partition(b"\n\n") if b"\r\n\r\n" not in raw else raw.partition(b"\r\n\r\n")
    return _MARKS.sub(b"", header + b"\n") + empty + body


def _tail(stream: BinaryIO, end: int) -> bytes:
    """Hash of the bytes just before `end`."""
    stream.seek(max(end - _TAIL_BYTES, 0))
    return hashlib.sha256(stream.read(min(end, _TAIL_BYTES))).digest()
