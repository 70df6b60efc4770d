"""The vocabularies of real models, where set-up keeps them: files of llama-cpp-python's sources, without weights.

Provenance: `vendor/llama.cpp/models/` of the sdist llama-cpp-python 0.3.36, unpacked by `scripts/set_up.py`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guardian" / "vocabularies"


def real_vocabularies() -> list[Path]:
    """The newest set of them, by name; empty where set-up has not run."""
    kept = sorted(_CACHE.glob("[0-9]*"))
    return sorted(kept[-1].glob("ggml-vocab-*.gguf")) if kept else []
