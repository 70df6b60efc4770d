"""A process with the encoder alone: llama.cpp through Guardian's own binding, without cell, walls, gate or frames.

    python -m benchmarks.llama_encoder MODEL.gguf THREADS

Invariant: the sizes of the context are those of `guardian.inference.client`, so that the same work is done.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Sequence

from benchmarks.served import PASS_TOKENS, PASS_WINDOWS, Tokens, give_up, serve
from guardian.errors import CellError
from guardian.inference.encoder_model import EncoderModel
from guardian.inference.frames import Load
from guardian.inference.llama_binding import import_llama

WINDOW_TOKENS = 510
_BYTES_PER_TOKEN = 16


class LlamaEncoder:
    """`EncoderModel` as `served.BareEncoder`."""

    max_tokens = WINDOW_TOKENS

    def __init__(self, path: str, threads: int) -> None:
        load = Load(
            descriptor=os.open(path, os.O_RDONLY),
            threads=threads,
            tokens_per_window=WINDOW_TOKENS,
            tokens_per_batch=max(PASS_TOKENS, WINDOW_TOKENS),
            windows_per_batch=PASS_WINDOWS,
            bytes_per_window=_BYTES_PER_TOKEN * WINDOW_TOKENS,
        )
        self._model = EncoderModel(import_llama(), load)

    def tokenise(self, text: str) -> Tokens:
        """The tokens of a text; a text that is too long is known by its beginning."""
        raw = text.encode()[: _BYTES_PER_TOKEN * WINDOW_TOKENS]
        tokens = self._model.tokenise(raw)
        while tokens is None:
            raw = raw[: len(raw) * 3 // 4]
            tokens = self._model.tokenise(raw)
        return tokens

    def encode(self, windows: list[Tokens]) -> Sequence[Sequence[float]]:
        """One llama.cpp batch."""
        return [array("f", row) for row in self._model.encode(windows)]


def main() -> None:
    """Serve the model named on the command line."""
    try:
        encoder = LlamaEncoder(sys.argv[1], int(sys.argv[2]))
    except (CellError, OSError) as error:
        give_up(str(error))
        return
    serve(encoder)


if __name__ == "__main__":
    main()
