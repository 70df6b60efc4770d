"""Several processes that look through a journal at once: opening seals takes a core for itself, and there are others.

Each reader is a fork that opens the file anew, goes through its share of the numbers, and sends back the numbers of the
records that are worth reading; nothing else leaves it. A fork carries the keys, so no secret is handed on, and it ends
without running anything of its parent's.

Invariants: it is only done where this process has no second thread (a fork of one with threads may stand still for
ever) and more than one core; a reader that fails answers nothing, and its share is read by the caller; every reader is
gone, and waited for, when the answers are closed.
"""

from __future__ import annotations

import os
import signal
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, final

Look = Callable[[range], Sequence[int]]
"""Of a share of the numbers: those that are worth reading."""
MOST_READERS: Final = 2
"""More than these the other programs of this machine would notice."""
_TASKS: Final = Path("/proc/self/task")
_NUMBER: Final = "q"
_NUMBER_BYTES: Final = 8


def readers_possible() -> int:
    """How many readers can be used here; fewer than 2: none."""
    if not hasattr(os, "fork") or not hasattr(os, "sched_getaffinity"):
        return 0
    try:
        threads = len(list(_TASKS.iterdir()))
    except OSError:
        return 0
    return min(MOST_READERS, len(os.sched_getaffinity(0))) if threads == 1 else 0


@contextmanager
def looked_through(
    shares: Sequence[range], begin: Callable[[], Look], readers: int
) -> Iterator[Iterator[Sequence[int] | None]]:
    """The answer to each share, in order; None where its reader could not tell.

    `begin` runs in each reader, and opens what that needs.
    """
    forked: list[_Reader] = []
    try:
        with suppress(OSError):  # no more processes are to be had
            for number in range(readers):
                forked.append(_Reader(shares[number::readers], begin, forked))
        if len(forked) < readers:
            yield (None for _ in shares)
        else:
            yield (forked[number % readers].answer() for number in range(len(shares)))
    finally:
        for reader in forked:
            reader.end()


@final
class _Reader:
    """One forked process."""

    def __init__(self, shares: Sequence[range], begin: Callable[[], Look], before: Sequence[_Reader]) -> None:
        """`before`: the readers forked earlier, whose pipes this one inherits. Raises OSError."""
        answers, own = os.pipe()
        try:
            self._pid = os.fork()
        except OSError:
            os.close(answers)
            os.close(own)
            raise
        if self._pid == 0:
            _read_and_exit(shares, begin, own, [answers, *(reader.descriptor for reader in before)])
        os.close(own)
        self._pipe: BinaryIO = os.fdopen(answers, "rb")

    @property
    def descriptor(self) -> int:
        """This end of its pipe."""
        return self._pipe.fileno()

    def answer(self) -> Sequence[int] | None:
        """Its next answer; None where there is none."""
        head = self._pipe.read(_NUMBER_BYTES)
        if len(head) < _NUMBER_BYTES:
            return None
        count = int.from_bytes(head)
        data = self._pipe.read(count * _NUMBER_BYTES)
        return array(_NUMBER, data) if len(data) == count * _NUMBER_BYTES else None

    def end(self) -> None:
        """End it, wherever it is: it only reads."""
        self._pipe.close()
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _read_and_exit(shares: Sequence[range], begin: Callable[[], Look], own: int, others: Sequence[int]) -> None:
    """The whole life of a reader. Whatever goes wrong ends it in silence: the caller reads its share then."""
    try:
        for descriptor in others:  # or a pipe would stay open when its reader's caller is gone
            os.close(descriptor)
        look = begin()
        with os.fdopen(own, "wb") as pipe:
            for share in shares:
                found = array(_NUMBER, look(share))
                pipe.write(len(found).to_bytes(_NUMBER_BYTES) + found.tobytes())
                pipe.flush()
    finally:
        os._exit(0)  # also behind a Ctrl-C: nothing of the caller's is flushed, closed or told twice
