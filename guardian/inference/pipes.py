"""The two pipes of a model's process to its parent, moved out of the way of whatever prints.

Invariants: what anything in the process prints goes to stderr, which is the parent's bounded buffer, never between the
frames; standard input is empty. Standard library only: it is used before the walls stand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

from guardian.inference.framing import Protocol

_READ_BYTES: Final = 1 << 16

F = TypeVar("F")


class Pipes(Generic[F]):
    """Standard input and output, taken over for the frames of `protocol`. Made once in a process."""

    def __init__(self, protocol: Protocol[F]) -> None:
        self._protocol = protocol
        self._input = os.dup(0)
        self._output = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)

    def frames(self) -> Iterator[F]:
        """What the parent sends, until it closes its end."""
        stream = self._protocol.stream(self._protocol.to_child)
        while data := os.read(self._input, _READ_BYTES):
            yield from stream.feed(data)

    def send(self, frame: F) -> None:
        """Write one frame, all of it."""
        data = memoryview(self._protocol.encode(frame))
        while data:
            data = data[os.write(self._output, data) :]
