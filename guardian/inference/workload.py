"""What waits for the model, what is suspected of having killed it, and what is known to.

A text over which the process dies, hangs or refuses costs its own message and no other. The windows of the batch
in question become suspects and are tried once more, each alone; what kills the process alone, or hangs it
alone, is the poison: its message fails, and its SHA-256 is remembered, so that it is refused from then on.
Trying singly costs one more death per poison; halving a batch of 32 would cost five.

Invariants: a window is in at most two deaths, so nothing loops; every job that was taken is completed by
`settle`, `blame` or `fail_all`. Used by the dispatcher's thread alone.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Final

from guardian.inference.base import EncodingFailure
from guardian.inference.frames import Row
from guardian.inference.register import Tally
from guardian.inference.windows import Columns, Job, Piece

BATCH_WINDOWS: Final = 32
BATCH_BYTES: Final = 8 * 1024
"""About 2,000 tokens, so that a batch takes well under its deadline even on a slow or very busy machine."""
_POISONS_KEPT: Final = 4096


class Workload:
    """The pieces of all jobs under way, and the count of what became of them in `tally`."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._waiting: deque[Piece] = deque()
        self._suspects: deque[Piece] = deque()
        self._poisons: OrderedDict[bytes, EncodingFailure] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._waiting or self._suspects)

    @property
    def pieces(self) -> int:
        """Pieces that were not sent yet."""
        return len(self._waiting) + len(self._suspects)

    def take(self, job: Job, pieces: Sequence[Piece]) -> None:
        """Take the pieces of a new job, or fail it where one of them is a known poison."""
        known = (self._poisons.get(_digest(piece)) for piece in pieces) if self._poisons else ()
        failure = next(filter(None, known), None)
        if failure is None:
            self._waiting.extend(pieces)
            self._tally.windows_divided += len({piece.window for piece in pieces if piece.is_part})
        else:
            self.fail(job, failure)

    def next_batch(self) -> list[Piece]:
        """The pieces of the next batch: one suspect, or as many others as fit. Empty where nothing waits."""
        while self._suspects:
            suspect = self._suspects.popleft()
            if not suspect.job.is_done:
                return [suspect]
        pieces: list[Piece] = []
        size_bytes = 0
        while self._waiting and len(pieces) < BATCH_WINDOWS:
            size_bytes += len(self._waiting[0].text)
            if pieces and size_bytes > BATCH_BYTES:
                break
            piece = self._waiting.popleft()
            if not piece.job.is_done:
                pieces.append(piece)
        return pieces

    def give_back(self, pieces: Sequence[Piece]) -> None:
        """Put pieces that were sent, but not to blame, back where they stood."""
        for piece in reversed(pieces):
            (self._suspects if piece.is_suspect else self._waiting).appendleft(piece)

    def settle(self, piece: Piece, row: Row, columns: Columns) -> None:
        """Take the row of a piece; an empty row says that it is too long, so it is divided."""
        if piece.job.is_done:
            return
        if not row.values:
            self._divide(piece)
            return
        self._tally.tokens += row.tokens
        self._tally.unknown_tokens += row.unknown
        outcome = piece.job.add(piece, row, columns)
        if isinstance(outcome, EncodingFailure):
            self._tally.failures[outcome.code] += 1
        elif outcome is not None:
            self._tally.messages += 1
            self._tally.windows += len(piece.job.rows)

    def blame(self, pieces: Sequence[Piece], failure: EncodingFailure, *, is_hang: bool = False) -> None:
        """The process failed over these pieces, sent together. Suspect them all; or, where it was a single one that
        hung it or was a suspect already, fail its message and remember it."""
        if len(pieces) > 1 or not (is_hang or pieces[0].is_suspect):
            for piece in pieces:
                piece.is_suspect = True
            self._suspects.extend(pieces)
            return
        self._poisons[_digest(pieces[0])] = failure
        if len(self._poisons) > _POISONS_KEPT:
            self._poisons.popitem(last=False)
        self.fail(pieces[0].job, failure)

    def fail_all(self, failure: EncodingFailure) -> None:
        """Fail every job that waits."""
        for piece in (*self._suspects, *self._waiting):
            self.fail(piece.job, failure)
        self._suspects.clear()
        self._waiting.clear()

    def fail(self, job: Job, failure: EncodingFailure) -> None:
        """Fail one job; nothing happens where it is complete."""
        if job.complete(failure):
            self._tally.failures[failure.code] += 1

    def _divide(self, piece: Piece) -> None:
        halves = piece.halves()
        if halves is None:
            say = "a part of the text is too long for the model and cannot be divided"
            self.fail(piece.job, EncodingFailure("too-long", say))
            return
        if not piece.is_part:
            self._tally.windows_divided += 1
        piece.job.missing += 1
        self.give_back(halves)


def _digest(piece: Piece) -> bytes:
    return hashlib.sha256(piece.text).digest()
