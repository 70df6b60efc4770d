"""Slow work, off the painting thread: a few threads that do what screens ask for, and only post messages.

Invariants: a work never touches a widget; of works with one key, for one widget, only the latest counts: an earlier
one is told that it is cancelled, and what it still posts is dropped; whatever fails becomes a `WorkFailed`.

The threads are daemons and no workers of Textual's, because an executor's threads are waited for at exit: the app must
be able to leave while a long journal is being verified.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from textual.message import Message as AppMessage
from textual.message_pump import MessagePump

from guardian.errors import GuardianError
from guardian.safe_text import safe_line
from tui.crash import crash_line
from tui.messages import WorkFailed

THREADS: Final = 3
"""So that an answer is never behind both a search and a verification."""

Work = Callable[["Job"], AppMessage | None]
"""Done in a thread; what it returns is posted to the widget that asked."""


class Job:
    """One piece of work that a widget asked for."""

    def __init__(self, key: str, work: Work, to: MessagePump) -> None:
        self.key = key
        self._work, self._to = work, to
        self._is_cancelled = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody waits for it any more: the work had better end."""
        return self._is_cancelled.is_set()

    def cancel(self) -> None:
        """Drop whatever it still posts."""
        self._is_cancelled.set()

    def post(self, message: AppMessage) -> None:
        """Tell the widget something on the way, such as progress. For the work."""
        if not self.is_cancelled:
            self._to.post_message(message)

    def do(self) -> None:
        """Do the work, in the thread that calls this."""
        if self.is_cancelled:
            return
        try:
            message = self._work(self)
        except GuardianError as error:
            message = WorkFailed(self.key, safe_line(error.line()))
        except Exception as error:
            message = WorkFailed(self.key, crash_line(error))
        if message is not None:
            self.post(message)

    def is_for(self, key: str, to: MessagePump) -> bool:
        """Whether it is this widget's work of that key."""
        return self.key == key and self._to is to


class Desk:
    """The threads. They start with the first work."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._doing: list[Job] = []
        self._threads: list[threading.Thread] = []
        self._is_closed = False

    def do(self, key: str, work: Work, to: MessagePump) -> Job:
        """Have `work` done soon; an earlier one of that key for that widget is cancelled."""
        job = Job(key, work, to)
        with self._change:
            self._cancel(key, to)
            self._waiting.append(job)
            if len(self._threads) < THREADS and len(self._doing) == len(self._threads):
                thread = threading.Thread(target=self._run, name=f"guardian-desk-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._change.notify()
        return job

    def cancel(self, key: str, to: MessagePump) -> None:
        """Nobody waits for that work any more."""
        with self._change:
            self._cancel(key, to)

    def close(self) -> None:
        """Cancel everything. The threads end after what they are doing."""
        with self._change:
            self._is_closed = True
            for job in (*self._waiting, *self._doing):
                job.cancel()
            self._waiting.clear()
            self._change.notify_all()

    def _cancel(self, key: str, to: MessagePump) -> None:
        for job in (*self._waiting, *self._doing):
            if job.is_for(key, to):
                job.cancel()

    def _run(self) -> None:
        while True:
            with self._change:
                while not self._waiting and not self._is_closed:
                    self._change.wait()
                if self._is_closed:
                    return
                job = self._waiting.popleft()
                self._doing.append(job)
            job.do()
            with self._change:
                self._doing.remove(job)
