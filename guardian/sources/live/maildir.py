"""Maildir: `new/`, where mails arrive, and `cur/`, where a mail program puts them once it has seen them.

A mail is known by the unique part of its name, in front of the flags (https://cr.yp.to/proto/maildir.html), so it is
one delivery wherever it stands and however it is marked.

Invariants: nothing is moved, renamed or marked; a mail that moves from `new/` to `cur/` between two steps is met there
by the next look.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar, Final

from guardian.errors import InputError
from guardian.message import Format, Message
from guardian.sources.live.base import Delivery, IsSeen, PathSource, PathTable, SourceReport, Surroundings
from guardian.sources.live.below import Below, GoneError, PassedOverError

_FLAGS: Final = ":"
"""What divides a mail's unique name from its flags."""


class MaildirTable(PathTable):
    """Keys of a Maildir in sources.toml."""

    cur: bool = True
    """Whether `cur/` is looked at too: a mail that was opened before the watcher saw it in `new/` stands there."""


class MaildirSource(PathSource):
    """One Maildir."""

    kind = "maildir"
    does = "the mails of a Maildir"
    prefix = "mail"
    Table: ClassVar[type[MaildirTable]] = MaildirTable

    def __init__(self, table: MaildirTable, surroundings: Surroundings) -> None:
        super().__init__(table, surroundings)
        self._parts: Final = ("new", "cur") if table.cur else ("new",)

    def folders(self) -> tuple[str, ...]:
        """See `Source`."""
        return tuple(os.path.join(self.path, part) for part in self._parts)

    def look(self, is_seen: IsSeen) -> Iterator[Delivery]:
        """See `Source`: in the order in which the mails were written, and of their names where that is the same."""
        self.begin_look()
        with ExitStack() as opened:
            parts = self._opened(opened)
            found = self._waiting(parts, is_seen)
            self.waiting = len(found)
            for _, name, part in found:
                if (delivery := self._delivery(parts[part], name)) is not None:
                    yield delivery

    def present(self) -> Iterator[tuple[bytes, bytes]]:
        """See `Source`; no mail is opened."""
        with ExitStack() as opened:
            for folder in self._opened(opened):
                yield from ((_key(entry.name), b"") for entry in folder.entries())

    def test(self) -> SourceReport:
        """See `Source`."""
        try:
            with ExitStack() as opened:
                counts = [len(folder.entries()) for folder in self._opened(opened)]
        except InputError as error:
            return SourceReport(False, (error.line(),))
        return SourceReport(
            True, tuple(f"{part}/ holds {count:,} mails" for part, count in zip(self._parts, counts, strict=True))
        )

    def _opened(self, opened: ExitStack) -> list[Below]:
        """`new/` and `cur/`, held open. Raises InputError where this is no Maildir."""
        top = opened.enter_context(Below.at(self.path))
        try:
            return [opened.enter_context(top.folder(part)) for part in self._parts]
        except (PassedOverError, GoneError):
            raise InputError(f"{self.path} is no Maildir", hint="it must hold the folders new, cur and tmp") from None

    def _waiting(self, parts: list[Below], is_seen: IsSeen) -> list[tuple[int, str, int]]:
        """Time of writing, name and part of every mail that is not seen, in order."""
        waiting = []
        for number, folder in enumerate(parts):
            for entry in folder.entries():
                if is_seen(_key(entry.name)):
                    continue
                try:
                    waiting.append((folder.facts(entry.name).written_ns, entry.name, number))
                except GoneError:
                    self.is_unsettled = True
                except PassedOverError as error:
                    self.pass_over(entry.name, error)
        return sorted(waiting)

    def _delivery(self, folder: Below, name: str) -> Delivery | None:
        try:
            raw, _ = folder.read(name, self.max_bytes)
        except GoneError:
            self.is_unsettled = True
            return None
        except PassedOverError as error:
            self.pass_over(name, error)
            return None
        unique = name.partition(_FLAGS)[0]
        message = Message(
            raw,
            channel=self.channel,
            id=unique,
            source=self.name,
            format=Format.MAIL,
            cut=len(raw) > self.max_bytes,
        )
        return Delivery(message, _key(name), unique)


def _key(name: str) -> bytes:
    return os.fsencode(name.partition(_FLAGS)[0])
