"""Windows on their way through the model: jobs, the pieces they are sent in, and how rows become an `Encoding`.

A job is one `submit`. A piece is what is sent: a window, or a part of a window that was too long for the model.
Parts of one window become one row again: for each output the worst (highest) logit, the mean of the
embeddings, the sum of the tokens. So there is one row per submitted window, and nothing is ever cut off.

Invariants: a job's future completes exactly once; pieces of one window cover all of its text; pure but for
the future.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import numpy as np

from guardian.inference.base import Encoding, EncodingFailure, Floats
from guardian.inference.frames import Row

_SPACES: Final = (b" ", b"\n", b"\t", b"\r")
_SMALLEST_NORM: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row of the model the outputs and the embedding stand."""

    width: int
    """Numbers in a row."""
    logits: list[int]
    embedding: list[int]


@dataclass(slots=True, eq=False, repr=False)
class Piece:
    """What is sent to the model at once."""

    job: Job
    window: int
    text: bytes
    """UTF-8."""
    is_part: bool = False
    """Whether its window was divided."""
    is_suspect: bool = False
    """Whether the model's process died over a batch that it was in; it is then tried alone."""

    def halves(self) -> tuple[Piece, Piece] | None:
        """The piece in two, or None where it is a single character."""
        at = cut_near_middle(self.text)
        if at is None:
            return None
        first, second = self.text[:at], self.text[at:]
        return Piece(self.job, self.window, first, is_part=True), Piece(self.job, self.window, second, is_part=True)


@dataclass(slots=True, eq=False, repr=False)
class Job:
    """The windows of one message."""

    future: Future[Encoding | EncodingFailure] = field(default_factory=Future)
    submitted_s: float = field(default_factory=time.monotonic)
    rows: list[list[Row]] = field(default_factory=list)
    """Per window, the rows of its pieces as they come in."""
    missing: int = 0
    """Pieces without a row."""

    @property
    def is_done(self) -> bool:
        """Whether the future is complete."""
        return self.future.done()

    def complete(self, outcome: Encoding | EncodingFailure) -> bool:
        """Complete the job. False where it was complete already."""
        if self.is_done:
            return False
        self.future.set_result(outcome)
        return True

    def add(self, piece: Piece, row: Row, columns: Columns) -> Encoding | EncodingFailure | None:
        """Take the row of one piece. With the last one, complete the job and return its outcome."""
        self.rows[piece.window].append(row)
        self.missing -= 1
        if self.missing:
            return None
        outcome = self.encoding(columns)
        self.complete(outcome)
        return outcome

    def encoding(self, columns: Columns) -> Encoding | EncodingFailure:
        """The job's rows as numbers; a failure where the model gave something that is no number."""
        flat = [row for rows in self.rows for row in rows]
        numbers: Floats = np.frombuffer(b"".join(row.values for row in flat), "<f4").reshape(-1, columns.width)
        if not np.isfinite(numbers).all():
            return EncodingFailure("model-refused", "the model gave numbers that are not finite")
        logits, embeddings = numbers[:, columns.logits], _unit(numbers[:, columns.embedding])
        tokens = np.array([(row.tokens, row.unknown) for row in flat], np.int32).reshape(-1, 2)
        if len(flat) != len(self.rows):
            starts = np.cumsum([0, *map(len, self.rows[:-1])])
            logits = np.maximum.reduceat(logits, starts)
            embeddings = _unit(np.add.reduceat(embeddings, starts))
            tokens = np.add.reduceat(tokens, starts)
        elapsed_ms = (time.monotonic() - self.submitted_s) * 1000
        return Encoding(logits, embeddings, tokens[:, 0], tokens[:, 1], elapsed_ms)


def new_job(texts: Sequence[str], bytes_per_window: int) -> tuple[Job, list[Piece]]:
    """A job for the windows of one message, and its pieces, none longer than `bytes_per_window`."""
    job = Job()
    job.future.set_running_or_notify_cancel()  # it can no longer be cancelled, so completing it never raises
    job.rows = [[] for _ in texts]
    pieces: list[Piece] = []
    for window, text in enumerate(texts):
        stack = [Piece(job, window, to_utf8(text))]
        while stack:
            piece = stack.pop()
            halves = piece.halves() if len(piece.text) > bytes_per_window else None
            if halves is None:
                pieces.append(piece)
            else:
                stack += reversed(halves)
    job.missing = len(pieces)
    return job, pieces


def to_utf8(text: str) -> bytes:
    """A text as UTF-8. Lone surrogates (bytes that were not UTF-8) become U+FFFD, which the tokenizer skips, so that
    a stray byte inside a word does not hide the word."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def cut_near_middle(text: bytes) -> int | None:
    """Where to divide a UTF-8 text: behind a white space of its second quarter, else at the character nearest before
    the middle. None where there is but one character."""
    middle = len(text) // 2
    behind_space = 1 + max(text.rfind(space, len(text) // 4, middle) for space in _SPACES)
    if behind_space > 0:
        return behind_space
    for at in chain(range(middle, 0, -1), range(middle + 1, len(text))):
        if text[at] & 0xC0 != 0x80:  # not a continuation byte
            return at
    return None


def _unit(rows: Floats) -> Floats:
    """Rows with length one."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    units: Floats = (rows / np.maximum(norms, _SMALLEST_NORM)).astype(np.float32)
    return units
