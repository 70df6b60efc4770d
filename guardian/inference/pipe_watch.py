"""What a keeper's thread sleeps on: the three pipes of its process, and one by which other threads wake it.

Invariant: a pipe is watched only while it can be served, so that no process can keep the thread awake: the input while
something is unsent, stderr unless it rests (`CellProcess.errors_due_s`).
"""

from __future__ import annotations

import contextlib
import os
import selectors
from typing import Any

from guardian.inference.child import CellProcess


class PipeWatch:
    """Used by one thread, but for `wake`. The caller sees to it that nobody wakes what is closed."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake_out, self._wake_in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._selector.register(self._wake_out, selectors.EVENT_READ)

    def wake(self) -> None:
        """From any thread: end the sleep, or the next one."""
        with contextlib.suppress(BlockingIOError):  # a full pipe wakes as well
            os.write(self._wake_in, b"\0")

    def sleep(self, process: CellProcess[Any] | None, now_s: float, until_s: float) -> list[int]:
        """Until a pipe of the process is ready, a time of its own has come, somebody wakes this, or `until_s` (by the
        monotonic clock; inf: for ever). Returns the descriptors of the process that are ready."""
        if process is not None:
            rests = process.errors_due_s > now_s
            self._watch(process.output, selectors.EVENT_READ, is_due=True)
            self._watch(process.errors, selectors.EVENT_READ, is_due=not rests)
            self._watch(process.input, selectors.EVENT_WRITE, is_due=process.has_unsent)
            until_s = min(until_s, process.gone_s, process.errors_due_s if rests else until_s)
        ready = self._selector.select(None if until_s == float("inf") else max(0.0, until_s - now_s))
        if any(key.fd == self._wake_out for key, _ in ready):
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_out, 4096)
        return [key.fd for key, _ in ready if key.fd != self._wake_out]

    def forget(self, process: CellProcess[Any]) -> None:
        """The process's pipes are about to be closed."""
        for pipe in (process.input, process.output, process.errors):
            with contextlib.suppress(KeyError):
                self._selector.unregister(pipe)

    def close(self) -> None:
        """Free what is held."""
        self._selector.close()
        os.close(self._wake_in)
        os.close(self._wake_out)

    def _watch(self, pipe: int, event: int, *, is_due: bool) -> None:
        is_watched = pipe in self._selector.get_map()
        if is_due and not is_watched:
            self._selector.register(pipe, event)
        elif is_watched and not is_due:
            self._selector.unregister(pipe)
