"""The project's own test corpus: texts by voices that no training run read (`models/training/corpus`)."""

from __future__ import annotations

import sys
from functools import cache

from hostile.house import ROOT

sys.path.append(str(ROOT / "models" / "training"))

from corpus import OwnText, read_corpus


@cache
def held_out(*, violating: bool, language: str = "en") -> tuple[OwnText, ...]:
    """The held-out texts of one label and language, in the corpus's order; those that stand in a conversation left
    out, because it is their conversation that decides."""
    return tuple(
        text
        for text in read_corpus(ROOT / "models" / "training" / "corpus")
        if text.is_held_out and bool(text.label) is violating and text.language == language and not text.context
    )
