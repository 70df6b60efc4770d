"""The frames that cross between Guardian and the process that holds the model.

A frame is a length (4 bytes, little endian), a kind (1 byte) and a body of that length. Text goes in as
`Request`, numbers come out as `Result`; everything else is said once, at the start.

Invariants: what `encode` writes, `decode` reads back equal; every count and size has a cap, checked before
anything is allocated; a body is consumed to its last byte; anything else is a `FrameError`, never another
exception, because the other side may be a process that was taken over. Standard library only: the child
imports this file before its walls stand.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from guardian.inference.packing import U16, U32, FrameError, Reader, Writer
from guardian.walls.probe import Probe

PROTOCOL: Final = 1
"""Version of this protocol; both sides come from one installation, so a difference means a broken one."""
BODY_LIMIT_BYTES: Final = 8 * 1024 * 1024
TEXTS_LIMIT: Final = 256
"""Texts in one request, rows in one result."""
LABELS_LIMIT: Final = 4096
PROBES_LIMIT: Final = 64

_HEADER = struct.Struct("<IB")


class Hello(NamedTuple):
    """Child to parent, first: which walls stand, as the self-test measured them."""

    protocol: int
    wall: str
    probes: tuple[Probe, ...]


class Load(NamedTuple):
    """Parent to child: load the model from a file descriptor that the child inherited."""

    descriptor: int
    threads: int
    tokens_per_window: int
    """Longest window, specials included."""
    tokens_per_batch: int
    """Most tokens that go through the model in one pass; at least `tokens_per_window`."""
    windows_per_batch: int
    bytes_per_window: int
    """Longest text that is tokenised at all."""


class Loaded(NamedTuple):
    """Child to parent: the model is ready."""

    labels: tuple[str, ...]
    """Name of each output, in the order of a row's numbers."""
    is_sealed: bool
    """Whether the child has lost the right to open files."""
    threads: int
    """Threads that it computes with; fewer than asked where more would do harm."""


class Request(NamedTuple):
    """Parent to child: judge these windows."""

    number: int
    texts: tuple[bytes, ...]
    """UTF-8."""

    def __repr__(self) -> str:
        return f"Request(number={self.number}, texts={len(self.texts)})"


class Row(NamedTuple):
    """The numbers of one window."""

    tokens: int
    unknown: int
    values: bytes
    """One float32 (little endian) per output; empty where the window is too long for the model."""


class Result(NamedTuple):
    """Child to parent: one row per text of the request, in its order."""

    number: int
    rows: tuple[Row, ...]


class Refusal(NamedTuple):
    """Child to parent: it could not do what it was asked, and is still there."""

    number: int
    """Of the request; 0 where the load was refused."""
    code: str
    say: str
    """One plain line; never text of a message."""
    hint: str


Frame = Hello | Load | Loaded | Request | Result | Refusal
_KINDS: Final[dict[int, type[Frame]]] = {1: Hello, 2: Load, 3: Loaded, 4: Request, 5: Result, 6: Refusal}
_NUMBERS: Final = {kind: number for number, kind in _KINDS.items()}
TO_CHILD: Final[frozenset[type[Frame]]] = frozenset({Load, Request})
TO_PARENT: Final[frozenset[type[Frame]]] = frozenset({Hello, Loaded, Result, Refusal})


def encode(frame: Frame) -> bytes:
    """The bytes of one frame. Raises FrameError where it breaks a cap."""
    body = Writer()
    match frame:
        case Hello(protocol, wall, probes):
            body.number(U16, protocol)
            body.words(wall)
            body.count(len(probes), PROBES_LIMIT)
            for road, refused, said in probes:
                body.words(road)
                body.flag(refused)
                body.words(said)
        case Load():
            for value in frame:
                body.number(U32, value)
        case Loaded(labels, is_sealed, threads):
            body.flag(is_sealed)
            body.number(U16, threads)
            body.count(len(labels), LABELS_LIMIT)
            for label in labels:
                body.words(label)
        case Request(number, texts):
            body.number(U32, number)
            body.count(len(texts), TEXTS_LIMIT)
            for text in texts:
                body.blob(text)
        case Result(number, rows):
            body.number(U32, number)
            body.count(len(rows), TEXTS_LIMIT)
            for tokens, unknown, values in rows:
                body.number(U32, tokens)
                body.number(U32, unknown)
                body.blob(values)
        case Refusal(number, code, say, hint):
            body.number(U32, number)
            for words in (code, say, hint):
                body.words(words)
    data = b"".join(body.parts)
    if len(data) > BODY_LIMIT_BYTES:
        raise FrameError(f"a frame of {len(data)} bytes where at most {BODY_LIMIT_BYTES} are allowed")
    return _HEADER.pack(len(data), _NUMBERS[type(frame)]) + data


def decode(kind: type[Frame], body: bytes) -> Frame:
    """The frame of this kind in this body. Raises FrameError for anything that `encode` would not write."""
    reader = Reader(body)
    frame = _read(kind, reader)
    reader.finish()
    return frame


def _read(kind: type[Frame], reader: Reader) -> Frame:
    if kind is Hello:
        return Hello(
            reader.number(U16), reader.words(), tuple(_read_probe(reader) for _ in _up_to(reader, PROBES_LIMIT))
        )
    if kind is Load:
        return Load(*(reader.number(U32) for _ in Load._fields))
    if kind is Loaded:
        is_sealed, threads = reader.flag(), reader.number(U16)
        return Loaded(tuple(reader.words() for _ in _up_to(reader, LABELS_LIMIT)), is_sealed, threads)
    if kind is Request:
        return Request(reader.number(U32), tuple(reader.blob() for _ in _up_to(reader, TEXTS_LIMIT)))
    if kind is Result:
        return Result(reader.number(U32), tuple(_read_row(reader) for _ in _up_to(reader, TEXTS_LIMIT)))
    return Refusal(reader.number(U32), reader.words(), reader.words(), reader.words())


def _up_to(reader: Reader, limit: int) -> range:
    return range(reader.count(limit))


def _read_probe(reader: Reader) -> Probe:
    return Probe(reader.words(), reader.flag(), reader.words())


def _read_row(reader: Reader) -> Row:
    tokens, unknown, values = reader.number(U32), reader.number(U32), reader.blob()
    if len(values) % 4:
        raise FrameError("a row is not made of 4-byte numbers")
    return Row(tokens, unknown, values)


class FrameStream:
    """Cuts a stream of bytes into frames, for one direction.

    `accepts` names the kinds that this direction may carry; another kind is a FrameError.
    """

    def __init__(self, accepts: frozenset[type[Frame]]) -> None:
        self._accepts = accepts
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete once `data` has come. Raises FrameError; the stream is then of no more use."""
        self._held += data
        while len(self._held) >= _HEADER.size:
            size, number = _HEADER.unpack_from(self._held)
            kind = _KINDS.get(number)
            if kind is None or kind not in self._accepts:
                raise FrameError(f"frame of kind {number} where none is due")
            if size > BODY_LIMIT_BYTES:
                raise FrameError(f"a frame of {size} bytes where at most {BODY_LIMIT_BYTES} are allowed")
            end = _HEADER.size + size
            if len(self._held) < end:
                return
            body = bytes(self._held[_HEADER.size : end])
            del self._held[:end]
            yield decode(kind, body)
