"""The frames that cross between Guardian and the process that holds a generative model.

The parent asks in lockstep: a prompt goes in as segments (`Evaluate`), the next token's logits come out whole
(`Evaluated`); which token is taken is the parent's to say (`Proceed`), and so is when it is enough. The process never
says a word that was not asked for, and every number about a label is worked out by the parent.

Invariants: those of `framing.py`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from guardian.inference.frames import Hello, Refusal, read_hello, read_refusal, write_hello, write_refusal
from guardian.inference.framing import Protocol
from guardian.inference.packing import U16, U32, U64, FrameError, Reader, Writer

GENERATIVE_PROTOCOL: Final = 1
"""Version of this protocol; both sides come from one installation, so a difference means a broken one."""
SEGMENTS_LIMIT: Final = 4096
"""Segments in one part of a prompt."""
LABELS_LIMIT: Final = 64
VOCABULARY_LIMIT: Final = 1 << 20
"""Most tokens of a vocabulary; the largest known has about a quarter of it."""
PIECE_LIMIT_BYTES: Final = 4096
"""Longest text of one token."""

Piece = tuple[bytes, bool]
"""UTF-8 of a segment, and whether special token strings in it are meant."""


class LoadGenerative(NamedTuple):
    """Parent to child: load the model from a file descriptor that the child inherited."""

    descriptor: int
    threads: int
    context_tokens: int
    """Longest prompt with its answer."""
    bytes_per_prompt: int
    """Longest text that is tokenised at all."""
    prefix_bytes: int
    """How much the evaluated fixed parts of prompts may take together; the last one is kept in any case."""
    memory_bytes: int
    """Most address space that the process may have."""
    is_vocabulary_only: bool = False
    """Whether only the tokenizer is wanted; nothing is then evaluated."""


class Ready(NamedTuple):
    """Child to parent: the model is loaded."""

    context_tokens: int
    """At most what was asked, and at most what the model was made for."""
    endings: bytes
    """One byte per token of the vocabulary: 1 where it ends an answer, 0 where it is text."""
    is_sealed: bool
    """Whether the child has lost the right to open files."""
    threads: int
    """Threads that it computes with; fewer than asked where more would do harm."""


class Count(NamedTuple):
    """Parent to child: how many tokens is this text, as data?"""

    number: int
    text: bytes

    def __repr__(self) -> str:
        return f"Count(number={self.number})"


class Counted(NamedTuple):
    """Child to parent."""

    number: int
    tokens: int
    structural: int
    """Of these, how many mean something to the model's own frame. Anything but 0 is a fault."""


class Evaluate(NamedTuple):
    """Parent to child: the next token's logits behind this prompt."""

    number: int
    limit_ms: int
    """The child gives up by itself after so long, so that it need not be killed."""
    fixed: tuple[Piece, ...]
    data: tuple[Piece, ...]
    labels: tuple[bytes, ...]
    """Texts whose tokens are wanted; each must be one."""

    def __repr__(self) -> str:
        return f"Evaluate(number={self.number}, fixed={len(self.fixed)}, data={len(self.data)})"


class Proceed(NamedTuple):
    """Parent to child: take this token, and give the logits behind it."""

    number: int
    limit_ms: int
    token: int

    def __repr__(self) -> str:
        return f"Proceed(number={self.number})"


class Evaluated(NamedTuple):
    """Child to parent: one row of logits."""

    number: int
    tokens: int
    """Of the prompt, and what was taken behind it."""
    reused_tokens: int
    """Of these, how many stood evaluated before."""
    labels: tuple[int, ...]
    """Token of each label."""
    piece: bytes
    """Text of the token taken; part of a character, perhaps."""
    logits: bytes
    """One float32 (little endian) per token of the vocabulary."""

    def __repr__(self) -> str:
        return f"Evaluated(number={self.number}, tokens={self.tokens})"


GenerativeFrame = Hello | LoadGenerative | Ready | Count | Counted | Evaluate | Proceed | Evaluated | Refusal


def _write(body: Writer, frame: GenerativeFrame) -> None:
    match frame:
        case Hello():
            write_hello(body, frame)
        case Refusal():
            write_refusal(body, frame)
        case LoadGenerative(descriptor, threads, context, text_bytes, prefix_bytes, memory_bytes, is_vocabulary):
            for value in (descriptor, threads, context, text_bytes):
                body.number(U32, value)
            body.number(U64, prefix_bytes)
            body.number(U64, memory_bytes)
            body.flag(is_vocabulary)
        case Ready(context, endings, is_sealed, threads):
            body.number(U32, context)
            _write_blob(body, endings, VOCABULARY_LIMIT)
            body.flag(is_sealed)
            body.number(U16, threads)
        case Count(number, text):
            body.number(U32, number)
            body.blob(text)
        case Counted() | Proceed():
            for value in frame:
                body.number(U32, value)
        case Evaluate(number, limit_ms, fixed, data, labels):
            body.number(U32, number)
            body.number(U32, limit_ms)
            _write_pieces(body, fixed)
            _write_pieces(body, data)
            body.count(len(labels), LABELS_LIMIT)
            for label in labels:
                _write_blob(body, label, PIECE_LIMIT_BYTES)
        case Evaluated():
            _write_evaluated(body, frame)


def _write_evaluated(body: Writer, frame: Evaluated) -> None:
    for value in frame[:3]:
        body.number(U32, value)
    body.count(len(frame.labels), LABELS_LIMIT)
    for label in frame.labels:
        body.number(U32, label)
    _write_blob(body, frame.piece, PIECE_LIMIT_BYTES)
    _write_blob(body, frame.logits, 4 * VOCABULARY_LIMIT)


def _read(kind: type[GenerativeFrame], reader: Reader) -> GenerativeFrame:
    if kind is Hello:
        return read_hello(reader)
    if kind is Refusal:
        return read_refusal(reader)
    if kind is LoadGenerative:
        descriptor, threads, context, text_bytes = (reader.number(U32) for _ in range(4))
        sizes = reader.number(U64), reader.number(U64)
        return LoadGenerative(descriptor, threads, context, text_bytes, *sizes, reader.flag())
    if kind is Ready:
        return Ready(reader.number(U32), _read_blob(reader, VOCABULARY_LIMIT), reader.flag(), reader.number(U16))
    if kind is Count:
        return Count(reader.number(U32), reader.blob())
    if kind is Counted:
        return Counted(*(reader.number(U32) for _ in Counted._fields))
    if kind is Proceed:
        return Proceed(*(reader.number(U32) for _ in Proceed._fields))
    if kind is Evaluate:
        number, limit_ms = reader.number(U32), reader.number(U32)
        return Evaluate(number, limit_ms, _read_pieces(reader), _read_pieces(reader), _read_labels(reader))
    return _read_evaluated(reader)


def _read_evaluated(reader: Reader) -> Evaluated:
    number, tokens, reused = (reader.number(U32) for _ in range(3))
    labels = tuple(reader.number(U32) for _ in range(reader.count(LABELS_LIMIT)))
    piece, logits = _read_blob(reader, PIECE_LIMIT_BYTES), _read_blob(reader, 4 * VOCABULARY_LIMIT)
    if len(logits) % 4:
        raise FrameError("a row is not made of 4-byte numbers")
    return Evaluated(number, tokens, reused, labels, piece, logits)


def _write_pieces(body: Writer, pieces: tuple[Piece, ...]) -> None:
    body.count(len(pieces), SEGMENTS_LIMIT)
    for text, is_control in pieces:
        body.flag(is_control)
        body.blob(text)


def _read_pieces(reader: Reader) -> tuple[Piece, ...]:
    flagged = ((reader.flag(), reader.blob()) for _ in range(reader.count(SEGMENTS_LIMIT)))
    return tuple((text, is_control) for is_control, text in flagged)


def _read_labels(reader: Reader) -> tuple[bytes, ...]:
    return tuple(_read_blob(reader, PIECE_LIMIT_BYTES) for _ in range(reader.count(LABELS_LIMIT)))


def _write_blob(body: Writer, value: bytes, limit: int) -> None:
    if len(value) > limit:
        raise FrameError(f"{len(value)} bytes where at most {limit} are allowed")
    body.blob(value)


def _read_blob(reader: Reader, limit: int) -> bytes:
    value = reader.blob()
    if len(value) > limit:
        raise FrameError(f"{len(value)} bytes where at most {limit} are allowed")
    return value


GENERATIVE_FRAMES: Final[Protocol[GenerativeFrame]] = Protocol(
    {
        1: Hello,
        2: LoadGenerative,
        3: Ready,
        4: Count,
        5: Counted,
        6: Evaluate,
        7: Proceed,
        8: Evaluated,
        9: Refusal,
    },
    _write,
    _read,
    to_child=frozenset({LoadGenerative, Count, Evaluate, Proceed}),
    to_parent=frozenset({Hello, Ready, Counted, Evaluated, Refusal}),
)
