"""What all protocols between Guardian and its model processes share: how frames are cut out of a stream of bytes.

A frame is a length (4 bytes, little endian), a kind (1 byte) and a body of that length. Which kinds there are, and how
their bodies are written, is a `Protocol`: `frames.py` has the encoder's, `generative_frames.py` the generative model's.

Invariants: what `encode` writes, `decode` reads back equal; every count and size has a cap, checked before anything is
allocated; a body is consumed to its last byte; anything else is a `FrameError`, never another exception, because the
other side may be a process that was taken over. Standard library only: the children import this file before their
walls stand.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Generic, TypeVar

from guardian.inference.packing import FrameError, Reader, Writer

BODY_LIMIT_BYTES: Final = 8 * 1024 * 1024

_HEADER = struct.Struct("<IB")

F = TypeVar("F")


class Protocol(Generic[F]):
    """The frames of one kind of process.

    `write` packs a frame's body and `read` unpacks one of the given kind; `to_child` and `to_parent` say which kinds
    each direction carries.
    """

    def __init__(
        self,
        kinds: Mapping[int, type[F]],
        write: Callable[[Writer, F], None],
        read: Callable[[type[F], Reader], F],
        *,
        to_child: frozenset[type[F]],
        to_parent: frozenset[type[F]],
    ) -> None:
        self.kinds = kinds
        self.to_child = to_child
        self.to_parent = to_parent
        self._numbers = {kind: number for number, kind in kinds.items()}
        self._write = write
        self._read = read

    def encode(self, frame: F) -> bytes:
        """The frame as it goes over the pipe. Raises FrameError for what does not fit its field or the caps."""
        body = Writer()
        self._write(body, frame)
        data = b"".join(body.parts)
        if len(data) > BODY_LIMIT_BYTES:
            raise FrameError(f"a frame of {len(data)} bytes where at most {BODY_LIMIT_BYTES} are allowed")
        return _HEADER.pack(len(data), self._numbers[type(frame)]) + data

    def decode(self, kind: type[F], body: bytes) -> F:
        """The frame of this kind in this body. Raises FrameError for anything that `encode` would not write."""
        reader = Reader(body)
        frame = self._read(kind, reader)
        reader.finish()
        return frame

    def stream(self, accepts: frozenset[type[F]]) -> FrameStream[F]:
        """A cutter for one direction, which may carry the kinds of `accepts`."""
        return FrameStream(self, accepts)


class FrameStream(Generic[F]):
    """Cuts a stream of bytes into frames, for one direction. A kind that is not in `accepts` is a FrameError."""

    def __init__(self, protocol: Protocol[F], accepts: frozenset[type[F]]) -> None:
        self._protocol = protocol
        self._accepts = accepts
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[F]:
        """The frames that are complete once `data` has come. Raises FrameError; the stream is then of no more use."""
        self._held += data
        while len(self._held) >= _HEADER.size:
            size, number = _HEADER.unpack_from(self._held)
            kind = self._protocol.kinds.get(number)
            if kind is None or kind not in self._accepts:
                raise FrameError(f"frame of kind {number} where none is due")
            if size > BODY_LIMIT_BYTES:
                raise FrameError(f"a frame of {size} bytes where at most {BODY_LIMIT_BYTES} are allowed")
            end = _HEADER.size + size
            if len(self._held) < end:
                return
            body = bytes(self._held[_HEADER.size : end])
            del self._held[:end]
            yield self._protocol.decode(kind, body)
