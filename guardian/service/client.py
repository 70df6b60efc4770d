"""The thin client of the warm service.

Invariants: a message is sent only to a process of the same user; there is an `Answer` or an error, and no error is ever
to be taken for clean; a question that was sent is never sent again from here, because it may have been recorded.
Standard library and Guardian's leaves only: importing this costs a command no model, no journal and no keys.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from guardian.message import Message
from guardian.safe_text import safe_line
from guardian.service.answer import Answer, answer_of
from guardian.service.errors import RefusalCode, ServiceRefusedError, ServiceUnavailableError
from guardian.service.frames import (
    ANSWER_BODY_LIMIT_BYTES,
    Frame,
    FrameError,
    FrameReader,
    FrameTooBigError,
    encode,
)
from guardian.service.peer import is_own
from guardian.service.place import Household, socket_address
from guardian.service.questions import question, status_question

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ServiceClient", "ServiceRefusedError", "ServiceUnavailableError"]

_READ_BYTES: Final = 1 << 18
_TRY_AGAIN_S: Final = 0.01


class ServiceClient:
    """One connection to the service. Close it, or use it as a context manager.

    Safe for threads: they ask one after the other. Between questions the service may let an idle connection go; the
    next question then makes a new one. `revive` is called, before that, where no service is left; it starts one or
    raises ServiceUnavailableError. `timeout_s` is how long one question may take in all; a start counts, and is not cut
    short. A service of another house than `house`, where one is named, refuses.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        timeout_s: float = 60.0,
        revive: Callable[[], None] | None = None,
        house: Household = (),
    ) -> None:
        """Connects. Raises ServiceUnavailableError where nobody, or somebody else, answers at `path`."""
        self._path, self._timeout_s, self._revive, self._house = path, timeout_s, revive, house
        self._lock = threading.Lock()
        self._connection: socket.socket | None = _connected(path, timeout_s)

    def screen(self, message: Message, *, all_policies: bool = False) -> Answer:
        """The verdict on a message. Raises ServiceUnavailableError, ServiceRefusedError."""
        frame = self._ask(question(message, all_policies=all_policies, house=self._house))
        try:
            return answer_of(frame)
        except FrameError as error:
            self.close()
            raise ServiceUnavailableError(f"the service gave no answer: {error}") from None

    def status(self) -> Mapping[str, Any]:
        """How the service fares: pid, version, uptime_s, questions, wall, policy_set, clients, and more.

        Raises ServiceUnavailableError, ServiceRefusedError.
        """
        header = self._ask(status_question()).header
        status = header.get("status")
        if not isinstance(status, dict):
            raise ServiceUnavailableError("the service gave no answer: a status of another kind")
        return status

    def close(self) -> None:
        """End the connection. Idempotent; a question after this makes a new one."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, asked: Frame) -> Frame:
        try:
            data = encode(asked)
        except FrameTooBigError as error:
            raise ServiceRefusedError(RefusalCode.TOO_BIG, f"too large for the service: {error}") from None
        with self._lock:
            deadline = time.monotonic() + self._timeout_s
            connection = self._ready(deadline)
            try:
                answer = _exchange(connection, data, deadline)
            except BaseException as error:  # whatever comes on this connection now belongs to no question
                self._drop()
                if isinstance(error, FrameError | OSError):
                    raise _unavailable(error) from None
                raise
            refusal = answer.header.get("refused")
            if refusal is not None:
                self._drop()
                raise _refusal(answer.header)
            return answer

    def _ready(self, deadline: float) -> socket.socket:
        """A connection that the other side has not ended."""
        if self._connection is not None and _has_ended(self._connection):
            self._drop()
        if self._connection is None:
            try:
                self._connection = _connected(self._path, deadline - time.monotonic())
            except ServiceUnavailableError:
                if self._revive is None:
                    raise
                self._revive()
                self._connection = _connected(self._path, deadline - time.monotonic())
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _has_ended(connection: socket.socket) -> bool:
    """Whether the other side has ended it. A refusal that came before any question is still to be read."""
    if not select.select([connection], [], [], 0)[0]:
        return False
    try:
        return not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


def _connected(path: Path | str, timeout_s: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with socket_address(path) as address:
            _connect(connection, address, time.monotonic() + timeout_s)
        if not is_own(connection):
            raise ServiceUnavailableError(f"somebody else answers at {safe_line(str(path))}")
        return connection
    except OSError as error:
        connection.close()
        said = (error.strerror or str(error) or type(error).__name__).lower()
        raise ServiceUnavailableError(f"no service answers at {safe_line(str(path))}: {said}") from None
    except BaseException:
        connection.close()
        raise


def _connect(connection: socket.socket, address: str, deadline: float) -> None:
    """Connect, and where more clients than the system lets wait come at one moment, try again. Raises OSError."""
    while True:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            connection.connect(address)
            return
        except BlockingIOError:  # the queue of the listening socket is full
            if time.monotonic() + _TRY_AGAIN_S >= deadline:
                raise
            time.sleep(_TRY_AGAIN_S)


def _exchange(connection: socket.socket, data: bytes, deadline: float) -> Frame:
    """Send a question and wait for its answer. A refusal may come, and the connection end, before all was sent."""
    broken: OSError | None = None
    try:
        connection.settimeout(_left(deadline))
        connection.sendall(data)
    except (BrokenPipeError, ConnectionResetError) as error:
        broken = error
    reader = FrameReader(ANSWER_BODY_LIMIT_BYTES)
    while (answer := reader.take()) is None:
        connection.settimeout(_left(deadline))
        got = connection.recv(min(_READ_BYTES, reader.missing_bytes))
        if not got:
            raise broken or ConnectionResetError("the connection ended")
        reader.feed(got)
    return answer


def _left(deadline: float) -> float:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("timed out")
    return left_s


def _unavailable(error: FrameError | OSError) -> ServiceUnavailableError:
    if isinstance(error, TimeoutError):
        return ServiceUnavailableError("the service gave no answer in time")
    if isinstance(error, FrameError):
        return ServiceUnavailableError(f"the service gave no answer: {error}")
    said = (error.strerror or str(error) or type(error).__name__).lower()
    return ServiceUnavailableError(f"the service gave no answer: {said}")


def _refusal(header: Mapping[str, Any]) -> ServiceRefusedError:
    say, hint = header.get("say"), header.get("hint")
    try:
        code = RefusalCode(str(header["refused"]))
    except ValueError:  # a service of another version may have other reasons
        code = RefusalCode.OTHER_VERSION
    what = safe_line(say, 300) if isinstance(say, str) and say else code.value
    return ServiceRefusedError(code, what, hint=safe_line(hint, 300) if isinstance(hint, str) else "")
