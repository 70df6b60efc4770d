"""Tells others of each verdict, such as desktop notifications, without ever making an answer wait.

Invariants: telling costs the screening thread one append; listeners are called in a thread of their own, one verdict
after the other; one that fails is passed over, and the next verdict comes to it all the same; what waits is bounded in
number and bytes, the oldest goes first, and how many went is counted. Drafts are not told: nothing of them is to last.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from guardian.gate import Screened

Listener = Callable[[Screened], None]
MOST_WAITING: Final = 256
MOST_WAITING_BYTES: Final = 16 << 20


class Announcer:
    """One thread, begun with the first verdict where there are listeners at all."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = tuple(listeners)
        self._change = threading.Condition()
        self._waiting: deque[Screened] = deque()
        self._waiting_bytes = 0
        self._is_stopping = False
        self._thread: threading.Thread | None = None
        self.dropped = 0
        """Verdicts that no listener heard of, because they were too slow."""
        self.failures = 0
        """Calls of listeners that failed."""

    def tell(self, screened: Screened) -> None:
        """Let the listeners hear of it, soon."""
        if not self._listeners or screened.message.draft:
            return
        with self._change:
            self._waiting.append(screened)
            self._waiting_bytes += len(screened.message.raw)
            while len(self._waiting) > MOST_WAITING or (
                self._waiting_bytes > MOST_WAITING_BYTES and len(self._waiting) > 1
            ):
                self._taken()
                self.dropped += 1
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="guardian-announcer", daemon=True)
                with suppress(RuntimeError):  # no thread to be had now; the next verdict tries again
                    thread.start()
                    self._thread = thread
            self._change.notify()

    def stop(self, wait_s: float) -> None:
        """Tell what waits, but for no longer than `wait_s`."""
        with self._change:
            self._is_stopping = True
            self._change.notify()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _taken(self) -> Screened:
        screened = self._waiting.popleft()
        self._waiting_bytes -= len(screened.message.raw)
        return screened

    def _run(self) -> None:
        while True:
            with self._change:
                while not self._waiting and not self._is_stopping:
                    self._change.wait()
                if not self._waiting:
                    return
                screened = self._taken()
            for listener in self._listeners:
                try:
                    listener(screened)
                except Exception:  # a defect of a listener must not keep the next verdict from the others
                    self.failures += 1
            del screened
