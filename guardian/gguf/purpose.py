"""Whether a sound GGUF file is a language model that can be asked; encoders and parts of models are refused in words.

Source: llama.cpp `src/llama-arch.cpp` (names of architectures, and the keys `general.type`, `*.pooling_type`,
`*.attention.causal`), `gguf-py/gguf/constants.py` (`GGUFType`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from guardian.gguf.errors import BrokenGgufError, UnfitGgufError
from guardian.gguf.metadata import Metadata

_ARCHITECTURE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")

_ENCODER: Final = "it is an encoder ({architecture}): it places texts and can't answer a question"
_SPEECH: Final = "it is a model of speech ({architecture}), not of text"
_DRAFT: Final = "it is a draft model ({architecture}), which only guesses ahead for another one"
_DIFFUSION: Final = "it writes all words at once ({architecture}): there is no next word to read off how likely it is"
_PARTS: Final[Mapping[str, str]] = {
    "adapter": "it is an adapter (LoRA), which changes another model and is none itself",
    "mmproj": "it is the eye or ear of another model (mmproj), which reads no text",
    "imatrix": "it is a table for making models smaller (imatrix), not a model",
    "vocab": "it is a vocabulary without a model",
}
"""By `general.type`; `model`, which is usual, is not among them."""
_KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3"),
            *("eurobert", "gemma-embedding", "llama-embed", "t5encoder"),
        ),
        _ENCODER,
    ),
    "t5": "it reads with one half and writes with the other ({architecture}), which Guardian does not run",
    "clip": _PARTS["mmproj"],
    "controlvector": "it is a control vector, which bends another model and is none itself",
    **dict.fromkeys(("wavtokenizer-dec", "qwen3tts", "pockettts"), _SPEECH),
    **dict.fromkeys(("eagle3", "dflash", "gemma4-assistant"), _DRAFT),
    **dict.fromkeys(("dream", "llada", "llada-moe", "rnd1"), _DIFFUSION),
}
"""By architecture."""


def read_architecture(metadata: Metadata, tensors: int) -> str:
    """The architecture of a model that can be asked. Raises UnfitGgufError where it is something else,
    BrokenGgufError where it does not say.

    `tensors` is how many the file has.
    """
    _refuse_part(metadata)
    architecture = metadata.text("general.architecture")
    if not _ARCHITECTURE.fullmatch(architecture):
        raise BrokenGgufError("it does not say what its architecture is (general.architecture)")
    if architecture in _KINDS:
        raise UnfitGgufError(_KINDS[architecture].format(architecture=architecture))
    _, pooling = metadata.values.get(f"{architecture}.pooling_type", (None, 0))
    _, is_causal = metadata.values.get(f"{architecture}.attention.causal", (None, 1))
    if pooling or not is_causal or metadata.has(f"{architecture}.classifier.output_labels"):
        raise UnfitGgufError("it is made to place or to rank texts (embeddings), not to answer a question")
    if not tensors:
        raise UnfitGgufError(_PARTS["vocab"])
    return architecture


def _refuse_part(metadata: Metadata) -> None:
    kind = metadata.text("general.type")
    if kind in _PARTS:
        raise UnfitGgufError(_PARTS[kind])
    if metadata.has("adapter.type"):
        raise UnfitGgufError(_PARTS["adapter"])
    _, parts = metadata.values.get("split.count", (None, 0))
    if isinstance(parts, int) and parts > 1:
        raise UnfitGgufError(
            f"it is one of {parts:,} parts of a model; join them first, with llama-gguf-split --merge of llama.cpp"
        )
