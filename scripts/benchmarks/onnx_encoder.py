"""A process with the same weights in ONNX Runtime, fp32, for comparison.

    python -m benchmarks.onnx_encoder MODEL.gguf THREADS

Invariant: weights and vocabulary come out of the GGUF itself, so whatever differs is the runtime and rounding.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.served import Tokens, give_up, serve

if TYPE_CHECKING:
    from benchmarks.onnx_graph import GgufModel

_WORD_START = "\u2581"


class OnnxEncoder:
    """ONNX Runtime and the tokenizers package as `served.BareEncoder`."""

    max_tokens = 510

    def __init__(self, path: Path, threads: int) -> None:
        import numpy as np
        import onnxruntime

        from benchmarks.onnx_graph import GgufModel, build_graph

        model = GgufModel(path)
        self._numpy = np
        self._tokenizer = word_piece(model)
        self._first, self._last = model.pieces.index("[CLS]"), model.pieces.index("[SEP]")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(build_graph(model), options, ["CPUExecutionProvider"])

    def tokenise(self, text: str) -> Tokens:
        """The tokens of a text between [CLS] and [SEP]."""
        return [self._first, *self._tokenizer.encode(text, add_special_tokens=False).ids, self._last]

    def encode(self, windows: list[Tokens]) -> Sequence[Sequence[float]]:
        """One pass a window: padding them to one length would cost more than it saves."""
        rows = []
        for window in windows:
            ids = self._numpy.array([window], self._numpy.int64)
            rows.append(self._session.run(["row"], {"ids": ids})[0][0])
        return rows


def word_piece(model: GgufModel) -> Any:
    """The tokenizer, from the vocabulary as llama.cpp keeps it: word starts marked, continuations bare."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    vocabulary = {_piece(piece): number for number, piece in enumerate(model.pieces)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def _piece(stored: str) -> str:
    if stored.startswith("[") and stored.endswith("]") and len(stored) > 2:
        return stored
    return stored.removeprefix(_WORD_START) if stored.startswith(_WORD_START) else "##" + stored


def main() -> None:
    """Serve the model named on the command line."""
    try:
        encoder = OnnxEncoder(Path(sys.argv[1]), int(sys.argv[2]))
    except ModuleNotFoundError as error:
        give_up(f"{error.name} is not installed: `make bench` installs it")
        return
    serve(encoder)


if __name__ == "__main__":
    main()
