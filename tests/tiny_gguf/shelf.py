"""The tiny models of one test session, each made when first asked for.

Invariant: a model is made once, under a name that says what it is; nobody writes into it afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tiny_gguf.body import Architecture
from tiny_gguf.makers import always_model, broken_model, keyword_model, random_model, saying_model
from tiny_gguf.other_architectures import recurrent_model, sliding_model


class TinyModels:
    """Makes them in `folder`. The same call gives the same file; what each does stands in `makers`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Path] = {}

    def random(self, architecture: Architecture = "llama", seed: int = 0, **more: Any) -> Path:
        """Useless on purpose."""
        return self._make(random_model, architecture, seed, **more)

    def keyword(self, keyword: str, architecture: Architecture = "llama", **more: Any) -> Path:
        """Answers `yes` where the word stands anywhere before."""
        return self._make(keyword_model, keyword, architecture, **more)

    def always(self, *labels: str, **more: Any) -> Path:
        """Answers so, whatever was asked."""
        return self._make(always_model, *labels, **more)

    def saying(self, script: str | Sequence[str | bytes], **more: Any) -> Path:
        """Says this, whatever was asked."""
        return self._make(saying_model, script, **more)

    def broken(self, value: float = float("nan"), **more: Any) -> Path:
        """Has these for logits."""
        return self._make(broken_model, value, **more)

    def sliding(self) -> Path:
        """Useless, and sees a window of the text in most of its layers."""
        return self._make(sliding_model)

    def recurrent(self) -> Path:
        """Useless, and keeps one state of fixed size."""
        return self._make(recurrent_model)

    def _make(self, maker: Any, *words: Any, **more: Any) -> Path:
        what = repr((maker.__name__, words, sorted(more.items())))
        if what not in self._made:
            digest = hashlib.sha256(what.encode()).hexdigest()[:12]
            self._made[what] = maker(self._folder / f"{maker.__name__}-{digest}.gguf", *words, **more)
        return self._made[what]
