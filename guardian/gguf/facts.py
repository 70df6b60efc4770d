"""What a GGUF file says of itself, after the check: plain values, none of them trusted to be true.

Invariants: every text is short and safe on a terminal, but for `chat_template` and `special_tokens`, which are compared
and never shown nor run; every number is in the range that the check allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

_GUARD_WORDS: Final = ("guard", "shield", "safety")
"""In the names of models made to say safe or unsafe: Llama Guard, Granite Guardian, ShieldGemma, Qwen3Guard,
gpt-oss-safeguard."""
_CACHE_NUMBER_BYTES: Final = 2
"""One number of a key or value in the engine's cache, which is half precision."""


@dataclass(frozen=True, slots=True, repr=False)
class GgufFacts:
    """One file of a language model, as far as it was read: everything but its weights."""

    path: Path
    size_bytes: int
    """Of the whole file."""
    version: int
    """Of the format: 2 or 3."""
    architecture: str
    """As llama.cpp names it: `llama`, `qwen3`."""
    name: str
    """The name in the file, on one line; may be empty, and may be anything."""
    context_tokens: int
    """Longest text that it was trained on."""
    embedding: int
    """Numbers of one token's state."""
    layers: int
    vocabulary: int
    """Tokens that it knows."""
    tokenizer: str
    """Kind: `gpt2`, `llama`."""
    pre_tokenizer: str
    """How text is cut before that: `qwen2`, `llama-bpe`; may be empty."""
    chat_template: str
    """To recognise a family by; a program in a stranger's hand, so never run."""
    special_tokens: tuple[str, ...]
    """Control tokens and tokens of the model's own, as they are written, in the vocabulary's order."""
    file_type: str
    """Kind of weights that most tensors have: `Q4_K`, `F16`."""
    tensors: int
    tensor_bytes: int
    """Of all weights."""
    cache_numbers_per_token: int
    """Numbers that the engine keeps for each token of a prompt, over all layers."""
    sha256: str = ""
    """Of the file; filled in where it is pinned."""

    @property
    def is_guard_like(self) -> bool:
        """Whether it calls itself a guard: a model made to say safe or unsafe."""
        names = f"{self.name} {self.path.stem}".lower()
        return any(word in names for word in _GUARD_WORDS)

    def cache_bytes(self, context_tokens: int) -> int:
        """Memory of a prompt of this length, weights not included. An estimate: some architectures keep less, and room
        to compute in comes on top."""
        return self.cache_numbers_per_token * _CACHE_NUMBER_BYTES * context_tokens
