"""The frames that cross between Guardian and the process that holds the encoder.

Text goes in as `Request`, numbers come out as `Result`; everything else is said once, at the start. Invariants: those
of `framing.py`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from guardian.inference.framing import Protocol
from guardian.inference.packing import U16, U32, FrameError, Reader, Writer
from guardian.walls.probe import Probe

PROTOCOL: Final = 1
"""Version of this protocol; both sides come from one installation, so a difference means a broken one."""
TEXTS_LIMIT: Final = 256
"""Texts in one request, rows in one result."""
LABELS_LIMIT: Final = 4096
PROBES_LIMIT: Final = 64


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


def write_hello(body: Writer, frame: Hello) -> None:
    """The body of a hello, which every kind of model process says first."""
    body.number(U16, frame.protocol)
    body.words(frame.wall)
    body.count(len(frame.probes), PROBES_LIMIT)
    for road, refused, said in frame.probes:
        body.words(road)
        body.flag(refused)
        body.words(said)


def read_hello(reader: Reader) -> Hello:
    """What `write_hello` wrote."""
    return Hello(reader.number(U16), reader.words(), tuple(_read_probe(reader) for _ in _up_to(reader, PROBES_LIMIT)))


def write_refusal(body: Writer, frame: Refusal) -> None:
    """The body of a refusal, in every protocol."""
    body.number(U32, frame.number)
    for words in (frame.code, frame.say, frame.hint):
        body.words(words)


def read_refusal(reader: Reader) -> Refusal:
    """What `write_refusal` wrote."""
    return Refusal(reader.number(U32), reader.words(), reader.words(), reader.words())


def _write(body: Writer, frame: Frame) -> None:
    match frame:
        case Hello():
            write_hello(body, frame)
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
        case Refusal():
            write_refusal(body, frame)


def _read(kind: type[Frame], reader: Reader) -> Frame:
    if kind is Hello:
        return read_hello(reader)
    if kind is Load:
        return Load(*(reader.number(U32) for _ in Load._fields))
    if kind is Loaded:
        is_sealed, threads = reader.flag(), reader.number(U16)
        return Loaded(tuple(reader.words() for _ in _up_to(reader, LABELS_LIMIT)), is_sealed, threads)
    if kind is Request:
        return Request(reader.number(U32), tuple(reader.blob() for _ in _up_to(reader, TEXTS_LIMIT)))
    if kind is Result:
        return Result(reader.number(U32), tuple(_read_row(reader) for _ in _up_to(reader, TEXTS_LIMIT)))
    return read_refusal(reader)


def _up_to(reader: Reader, limit: int) -> range:
    return range(reader.count(limit))


def _read_probe(reader: Reader) -> Probe:
    return Probe(reader.words(), reader.flag(), reader.words())


def _read_row(reader: Reader) -> Row:
    tokens, unknown, values = reader.number(U32), reader.number(U32), reader.blob()
    if len(values) % 4:
        raise FrameError("a row is not made of 4-byte numbers")
    return Row(tokens, unknown, values)


FRAMES: Final[Protocol[Frame]] = Protocol(
    {1: Hello, 2: Load, 3: Loaded, 4: Request, 5: Result, 6: Refusal},
    _write,
    _read,
    to_child=frozenset({Load, Request}),
    to_parent=frozenset({Hello, Loaded, Result, Refusal}),
)
