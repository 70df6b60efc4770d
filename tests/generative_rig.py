"""What the tests of generative cells share: a cell over a file, prompts in ChatML, outcomes that must be of a kind."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from guardian.inference.generative import GenerationFailure, Prompt, Scored, Segment
from guardian.inference.generative_cell import GenerativeCell

PATIENCE_S = 120.0
"""How long a test waits before it fails; never how long something may take."""
LABELS = ("yes", "no", "unsure")


def cell_of(path: Path, **settings: Any) -> GenerativeCell:
    """A cell over this file, pinned as it is now."""
    data = path.read_bytes()
    return GenerativeCell(path, hashlib.sha256(data).hexdigest(), len(data), **settings)


def chatml(policy: str, text: str) -> Prompt:
    """A policy and a message in ChatML, as a frame of Guardian's has them."""
    opening = (Segment("<|im_start|>system\n", True), Segment(policy), Segment("<|im_end|>\n<|im_start|>user\n", True))
    return Prompt(opening, (Segment(text), Segment("<|im_end|>\n<|im_start|>assistant\n", True)))


def scored(outcome: Scored | GenerationFailure) -> Scored:
    """The outcome, which must be a score."""
    assert isinstance(outcome, Scored), outcome
    return outcome


def refused(outcome: object) -> GenerationFailure:
    """The outcome, which must be a failure."""
    assert isinstance(outcome, GenerationFailure), outcome
    return outcome


def ask(cell: GenerativeCell, text: str, policy: str = "Flag what asks for money.") -> Scored:
    """The score of the three labels for a message."""
    return scored(cell.score(chatml(policy, text), LABELS, timeout_s=PATIENCE_S))


def likeliest(score: Scored) -> str:
    """The label that won."""
    return LABELS[score.logits.index(max(score.logits))]


def said(pieces: Iterable[str | GenerationFailure]) -> str:
    """An answer, which must have come without a failure."""
    words = list(pieces)
    assert all(isinstance(piece, str) for piece in words), words
    return "".join(map(str, words))


def children() -> set[int]:
    """Processes that this one started and that are not buried."""
    own = str(os.getpid())
    found = set()
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[1] == own:
            found.add(int(place.parent.name))
    return found
