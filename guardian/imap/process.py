"""The fetcher's process as the watcher holds it.

Invariants: those of `PipedChild`; every question has a deadline; a process that ended, or broke the rules, is started
again at the next question, but not more often than every `RESTART_S`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from guardian.errors import InputError
from guardian.imap.wire import uids_of
from guardian.safe_text import safe_line
from guardian.service.frames import Frame
from guardian.service.piped_child import PipedChild, child_command

ANSWER_S: Final = 150.0
"""For a question: a connection and an answer of the server."""
RESTART_S: Final = 2.0
_LONGEST_SAY: Final = 200


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in the folder."""

    validity: int
    uids: list[int]


class NotGivenError(Exception):
    """The server has a mail and does not give it."""


class Fetching:
    """A fetcher that is there when it is asked. `ask` from one thread, `wait` from another.

    `account` gives the first frame's content when a process is started; it may raise InputError.
    """

    def __init__(self, account: Callable[[], Mapping[str, Any]], max_bytes: int, say: Callable[[str], None]) -> None:
        self._account, self._max_bytes, self._say = account, max_bytes, say
        self._child: PipedChild | None = None
        self._changed = threading.Event()
        self._started_at = float("-inf")
        self._is_closed = False

    @property
    def process_id(self) -> int | None:
        """Of the fetcher that runs now."""
        return None if self._child is None else self._child.process_id

    def listing(self, *, is_retry: bool = False) -> Listing:
        """What is in the folder now; `is_retry`: connect now if a pause is on. Raises InputError."""
        answer = self._ask({"list": True, "retry": is_retry})
        uids = uids_of(answer.header.get("uids"))
        validity = answer.header.get("validity")
        if uids is None or type(validity) is not int:
            self._end()
            raise InputError("the mail fetcher gave an answer that is none")
        return Listing(validity, uids)

    def fetch(self, uid: int) -> bytes | None:
        """A mail, at most one byte more than asked for; None where it is gone. Raises NotGivenError, InputError."""
        answer = self._ask({"fetch": uid, "most": self._max_bytes + 1})
        if answer.header.get("is_given") is True:
            return answer.body
        if answer.header.get("is_there") is True:
            raise NotGivenError
        return None

    def wait(self, timeout_s: float) -> bool:
        """Whether something may be new, waited for."""
        is_changed = self._changed.wait(timeout_s)
        self._changed.clear()
        return is_changed and not self._is_closed

    def close(self) -> None:
        """End the process, and a `wait`."""
        self._is_closed = True
        self._end()
        self._changed.set()

    def _ask(self, question: Mapping[str, Any]) -> Frame:
        child = self._running()
        try:
            answer = child.answer(child.ask(question), time.monotonic() + ANSWER_S)
        except OSError:
            answer = None
        if answer is None:
            self._end()
            raise InputError("the mail fetcher does not answer")
        problem = answer.header.get("problem")
        if problem is not None:
            raise InputError(safe_line(str(problem), _LONGEST_SAY))
        return answer

    def _running(self) -> PipedChild:
        if self._child is not None and self._child.is_running:
            return self._child
        self._end()
        if time.monotonic() - self._started_at < RESTART_S:
            raise InputError("the mail fetcher ended; it is started again in a moment")
        account = self._account()
        self._started_at = time.monotonic()
        try:
            child = PipedChild(child_command("guardian.imap.fetcher", "imap_tools"), self._max_bytes + 1)
            self._child = child
            child.listen("guardian-imap", self._hear, lambda: self._note_end(child))
            child.send({"account": dict(account)})
        except ModuleNotFoundError:
            raise InputError("imap-tools is not installed", hint="pip install 'guardian[mail]'") from None
        except OSError as error:
            raise InputError(f"the mail fetcher cannot be started: {error.strerror}") from None
        return child

    def _hear(self, frame: Frame) -> None:
        if frame.header.get("event") == "changed":
            self._changed.set()
        elif frame.header.get("event") == "trouble":
            self._say(safe_line(str(frame.header.get("say")), _LONGEST_SAY))

    def _note_end(self, child: PipedChild) -> None:
        """Where nobody ended the child: have somebody ask, so that it is started again."""
        if self._child is child and not self._is_closed:
            time.sleep(RESTART_S)
            self._changed.set()

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()
