"""What an encoder is to the rest of the house: windows of text go in, numbers come out.

Invariants: an encoder never raises for a text; what it could not judge is an `EncodingFailure` with its
reason. Measurements (`tokens`, `elapsed_ms`) are taken by the parent or by llama.cpp's tokenizer, never
reported by a model about itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

CONTEXT_SHARE = 0.75
"""How much a window's logits in its conversation count against those of the window alone."""


@dataclass(frozen=True, slots=True, repr=False)
class Encoding:
    """The numbers for the windows of one request, one row a window, in the order of the request."""

    logits: Floats
    """(windows, tactic outputs): raw logits in the order of `Manifest.outputs`."""
    embeddings: Floats
    """(windows, embedding size): unit length."""
    tokens: Ints
    """(windows,): tokens of each window, specials included."""
    unknown: Ints
    """(windows,): tokens that the vocabulary does not know."""
    elapsed_ms: float
    """From submission to answer."""

    def take(self, windows: Sequence[int]) -> Encoding:
        """The rows of some of the windows, in the order given."""
        rows = np.asarray(windows, dtype=np.intp)
        return Encoding(
            self.logits[rows], self.embeddings[rows], self.tokens[rows], self.unknown[rows], self.elapsed_ms
        )

    def in_context(self, windows: int) -> Encoding:
        """The rows of `windows` windows, where twice as many were asked for: as they stand, then in their conversation.

        The logits are those in the conversation, which decides what a sentence means; the embedding stays that of the
        window alone, for the owner's examples have no conversation.
        """
        if len(self.logits) == windows:
            return self
        alone = self.take(range(windows))
        return replace(alone, logits=CONTEXT_SHARE * self.logits[windows:] + (1 - CONTEXT_SHARE) * alone.logits)


@dataclass(frozen=True, slots=True)
class EncodingFailure:
    """Why a request was not judged."""

    code: str
    """`model-crashed`, `model-timeout`, `model-down`, `too-long`, `model-refused`."""
    say: str
    """One plain sentence."""


class Encoder(Protocol):
    """The parent's side of the model."""

    @property
    def wall(self) -> str:
        """Level of the cell, as the cell's own self-test measured it: netns, seccomp, none, or down."""
        ...

    def submit(self, texts: Sequence[str]) -> Future[Encoding | EncodingFailure]:
        """Judge the windows of one message. Never blocks for long, never raises for a text."""
        ...

    def close(self) -> None:
        """End the child and free what it holds."""
        ...
