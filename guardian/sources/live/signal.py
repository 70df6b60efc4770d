"""Signal: what signal-cli's daemon passes on, over its Unix socket. See `guardian.sources.chats.signal`.

A message that signal-cli has passed on is gone from the server, and signal-cli keeps none. So each line is on disk
before the next one is read, in a folder of Guardian's state that its owner alone can read, and stands there until its
message was screened.

Invariants: a line is given out only from the disk; what the owner wrote goes from there as soon as it was read; the
folder holds about `MOST_WAITING` lines at most, and nothing is read from the socket while it is full.
"""

from __future__ import annotations

import os
import select
import shutil
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, ClassVar, Final

from pydantic import Field

from guardian.errors import InputError
from guardian.sources.chats.signal import LONGEST_LINE, signal_turns
from guardian.sources.chats.telling import Telling, Told
from guardian.sources.live.base import Delivery, IsSeen, Source, SourceReport, SourceTable, Surroundings

MOST_WAITING: Final = 10_000
PAUSES_S: Final = (1.0, 5.0, 15.0, 60.0)
"""Before each next attempt to connect; the last one again and again."""
_SUBSCRIBE: Final = b'{"jsonrpc":"2.0","id":"guardian","method":"subscribeReceive"}\n'
_SUFFIX: Final = ".line"
_PARTIAL: Final = "line.part"
_KEY_BYTES: Final = 16


class _NotKeptError(Exception):
    """A line could not be put on disk; its text says why."""


class SignalTable(SourceTable):
    """Keys of a signal-cli daemon in sources.toml."""

    socket: Annotated[str, Field(min_length=1, max_length=100)]
    """Its socket, such as `~/.local/run/signal-cli/socket`."""
    subscribe: bool = False
    """Whether the daemon runs with `--receive-mode=manual`, and passes on what was asked for alone."""


class SignalSource(Source):
    """One daemon, with one account or several."""

    kind = "signal"
    does = "what signal-cli receives, over its socket"
    prefix = "chat"
    Table: ClassVar[type[SignalTable]] = SignalTable
    place_key = "socket"
    pushes = True

    def __init__(self, table: SignalTable, surroundings: Surroundings) -> None:
        super().__init__(table, surroundings)
        self._path: Final = os.path.expanduser(table.socket)
        self._subscribes: Final = table.subscribe
        self._telling: Final = Telling(source=self.name, channel=self.channel, max_bytes=self.max_bytes)
        self._told: dict[str, list[Told]] = {}
        self._unanswered: dict[bytes, str] = {}
        self._connection: socket.socket | None = None
        self._unread = bytearray()
        self._failures = 0
        self._closed: Final = threading.Event()
        self._connecting: Final = threading.Lock()
        """Held by whoever uses the connection."""

    @property
    def place(self) -> str:
        """See `Source`."""
        return self._path

    def look(self, is_seen: IsSeen) -> Iterator[Delivery]:
        """See `Source`: what waits on disk, in the order in which it came."""
        self.begin_look()
        for name in self._names():
            told = self._told_of(name)
            if told is None:
                continue
            left = [each for each in told if not is_seen(each.key[:_KEY_BYTES])]
            if not left:
                self._remove(name)
            for each in left:
                key = each.key[:_KEY_BYTES]  # without the number: the daemon may pass a message on twice
                self._unanswered[key] = name
                yield Delivery(each.message, key, each.message.id)

    def present(self) -> Iterator[tuple[bytes, bytes]]:
        """See `Source`: a daemon that was only now named has passed on nothing."""
        return iter(())

    def answered(self, delivery: Delivery) -> None:
        """See `Source`."""
        name = self._unanswered.pop(delivery.key, None)
        if name is not None and name not in self._unanswered.values():
            self._remove(name)

    def removed(self, left: Sequence[SourceTable]) -> None:
        """See `Source`: lines that nobody will screen any more; the messages are in the owner's Signal."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self._folder)

    def wait(self, timeout_s: float) -> bool:
        """See `Source`: reads from the socket what has come."""
        with self._connecting:
            return self._wait(timeout_s)

    def _wait(self, timeout_s: float) -> bool:
        ends = time.monotonic() + timeout_s
        while not self._closed.is_set() and (left_s := ends - time.monotonic()) > 0:
            try:
                if self._receive(min(left_s, 1.0)):
                    return True
            except _NotKeptError as error:
                self.say(f"what signal-cli passes on cannot be kept: {error}; nothing more is read from it")
                self._closed.wait(min(left_s, PAUSES_S[0]))
            except (OSError, InputError) as error:
                self._disconnect()
                why = error.what if isinstance(error, InputError) else (error.strerror or "no answer").lower()
                self.say(f"no connection to signal-cli at {self._path}: {why}")
                self._closed.wait(min(left_s, PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]))
                self._failures += 1
        return False

    def test(self) -> SourceReport:
        """See `Source`."""
        try:
            self._connected().close()
        except OSError as error:
            why = (error.strerror or "no answer").lower()
            return SourceReport(False, (f"no connection to {self._path}: {why}; is signal-cli daemon running there?",))
        return SourceReport(True, (f"signal-cli answers; {len(self._names()):,} lines wait to be screened",))

    def close(self) -> None:
        """See `Source`."""
        self._closed.set()
        with self._connecting:
            self._disconnect()

    def _receive(self, timeout_s: float) -> bool:
        """Whether a whole line came, and is on disk. Raises OSError, InputError where the connection is of no use, and
        _NotKeptError."""
        if self._keep_lines():  # of what came before, and could not be kept then
            return True
        if self._connection is None:
            self._connection = self._connected()
            self._failures = 0
        if len(self._names()) >= MOST_WAITING:
            self._closed.wait(timeout_s)
            return True
        if not select.select([self._connection], [], [], timeout_s)[0]:
            return False
        data = self._connection.recv(1 << 16)
        if not data:
            raise InputError("it ended the connection")
        self._unread += data
        is_kept = self._keep_lines()
        if len(self._unread) > LONGEST_LINE:
            raise InputError("it sent a line that is too long")
        return is_kept

    def _keep_lines(self) -> bool:
        """Put every whole line that holds a message on disk; whether there was one. Raises _NotKeptError: then the line
        is still unread."""
        is_kept = False
        while (end := self._unread.find(b"\n")) >= 0:
            line = bytes(self._unread[:end])
            if next(signal_turns(line), None) is not None:
                try:
                    self._keep(line)
                except OSError as error:
                    raise _NotKeptError((error.strerror or "no answer").lower()) from None
                is_kept = True
            del self._unread[: end + 1]
        return is_kept

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            connection.settimeout(10.0)
            connection.connect(self._path)
            if self._subscribes:
                connection.sendall(_SUBSCRIBE)
        except OSError:
            connection.close()
            raise
        return connection

    def _disconnect(self) -> None:
        del self._unread[self._unread.rfind(b"\n") + 1 :]  # whole lines that could not be kept wait for their place
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def _folder(self) -> Path:
        if self.state is None:
            raise InputError("there is no place to keep what signal-cli passes on")
        return self.state / "signal" / self.id

    def _names(self) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self._folder) if name.endswith(_SUFFIX))
        except OSError:
            return []

    def _keep(self, line: bytes) -> None:
        """Put a line on disk: whole, or not at all."""
        self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        name = f"{time.time_ns():020d}"
        partial = self._folder / _PARTIAL  # one name, so that a kill leaves no more than one half of a line
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(line)
            file.flush()
            os.fsync(descriptor)
        os.rename(partial, self._folder / (name + _SUFFIX))
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _told_of(self, name: str) -> list[Told] | None:
        """The messages in a line, each with what was said before it when it was read first; None where it can't be
        read now: then it stays where it is."""
        if name not in self._told:
            try:
                line = (self._folder / name).read_bytes()
            except OSError as error:
                self.is_unsettled = True
                self.say(f"a message of signal-cli's cannot be read: {(error.strerror or 'no answer').lower()}")
                return None
            self._told[name] = list(self._telling.tell(signal_turns(line)))
        return self._told[name]

    def _remove(self, name: str) -> None:
        self._told.pop(name, None)
        with suppress(OSError):
            (self._folder / name).unlink()
