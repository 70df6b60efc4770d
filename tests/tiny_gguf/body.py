"""The weights of a tiny transformer, what it computes (in NumPy), and its GGUF.

How it works: the architectures `llama` (rotary pairs side by side) and `qwen2` (pairs half a head apart, and biases),
all in float32. `last_hidden` is the same forward pass as llama.cpp's, so that output rows can be trained here and
answer there; a test compares the two.

Sources: llama.cpp `src/models/llama.cpp` and `qwen2.cpp`, `ggml_rope` modes NORM and NEOX; Su et al. 2021 (rotary
positions); Shazeer 2020 (SwiGLU).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import gguf
import numpy as np
from numpy.typing import NDArray

from tiny_gguf.vocabulary import Vocabulary

Array = NDArray[np.float32]
Architecture = Literal["llama", "qwen2"]
HEAD: Final = 32
"""Numbers of one attention head."""
EPSILON: Final = 1e-5
ROPE_BASE: Final = 1e6
CHATML_TEMPLATE: Final = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n'}}"
    "{{ message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


@dataclass(slots=True)
class Layer:
    """One block; matrices are (out, in)."""

    q: Array
    k: Array
    v: Array
    o: Array
    gate: Array
    up: Array
    down: Array
    biases: tuple[Array, Array, Array]
    """Of q, k and v; used by `qwen2` alone."""


@dataclass(slots=True)
class Body:
    """A whole model. `embedding` and `output` are (tokens, width)."""

    architecture: Architecture
    embedding: Array
    layers: list[Layer]
    output: Array

    @property
    def width(self) -> int:
        """Numbers of one token's state."""
        return int(self.embedding.shape[1])

    def last_hidden(self, tokens: Sequence[int] | NDArray[np.int64]) -> Array:
        """State of the last token behind the last norm: what the output rows are multiplied with."""
        state = self.embedding[np.asarray(tokens)]
        for layer in self.layers:
            state = state + _attend(self.architecture, layer, _norm(state))
            inner = _norm(state)
            gate = inner @ layer.gate.T
            state = state + (gate / (1 + np.exp(-gate)) * (inner @ layer.up.T)) @ layer.down.T
        hidden: Array = _norm(state[-1:])[0].astype(np.float32)
        return hidden

    def logits(self, tokens: Sequence[int] | NDArray[np.int64]) -> Array:
        """Of the next token."""
        return self.output @ self.last_hidden(tokens)


def random_body(
    tokens: int, width: int, layers: int, architecture: Architecture, seed: int, scale: float = 0.02
) -> Body:
    """Normal weights of this standard deviation throughout; the embedding's are ten times that."""
    random = np.random.default_rng(seed)

    def draw(*shape: int, by: float = scale) -> Array:
        return (random.standard_normal(shape) * by).astype(np.float32)

    inner = 3 * width // 2
    return Body(
        architecture,
        draw(tokens, width, by=10 * scale),
        [
            Layer(
                draw(width, width),
                draw(width, width),
                draw(width, width),
                draw(width, width),
                draw(inner, width),
                draw(inner, width),
                draw(width, inner),
                (draw(width), draw(width), draw(width)),
            )
            for _ in range(layers)
        ],
        draw(tokens, width),
    )


def write_gguf(
    path: Path,
    body: Body,
    vocabulary: Vocabulary,
    *,
    name: str,
    context_tokens: int = 8192,
    chat_template: str = CHATML_TEMPLATE,
    end: str = "<|im_end|>",
    first: str = "",
) -> Path:
    """Write the model. `end` is the token that ends a turn; `first`, where it is named, is put before every text."""
    writer = gguf.GGUFWriter(path, body.architecture)
    writer.add_name(name)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(context_tokens)
    writer.add_embedding_length(body.width)
    writer.add_block_count(len(body.layers))
    writer.add_feed_forward_length(len(body.layers[0].gate))
    writer.add_head_count(body.width // HEAD)
    writer.add_head_count_kv(body.width // HEAD)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_rope_dimension_count(HEAD)
    add_tokenizer(writer, vocabulary, end)
    writer.add_add_bos_token(bool(first))
    if first:
        writer.add_bos_token_id(vocabulary.numbers[first])
    if chat_template:
        writer.add_chat_template(chat_template)
    for tensor, values in _tensors(body).items():
        writer.add_tensor(tensor, np.ascontiguousarray(values, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def add_tokenizer(writer: gguf.GGUFWriter, vocabulary: Vocabulary, end: str = "<|im_end|>") -> None:
    """The vocabulary's part of a file."""
    writer.add_vocab_size(len(vocabulary.tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_merges(vocabulary.merges)
    writer.add_eos_token_id(vocabulary.numbers[end])


def _tensors(body: Body) -> dict[str, Array]:
    ones = np.ones(body.width, np.float32)
    named = {"token_embd.weight": body.embedding, "output_norm.weight": ones, "output.weight": body.output}
    for number, layer in enumerate(body.layers):
        block = f"blk.{number}."
        named |= {
            block + "attn_norm.weight": ones,
            block + "attn_q.weight": layer.q,
            block + "attn_k.weight": layer.k,
            block + "attn_v.weight": layer.v,
            block + "attn_output.weight": layer.o,
            block + "ffn_norm.weight": ones,
            block + "ffn_gate.weight": layer.gate,
            block + "ffn_up.weight": layer.up,
            block + "ffn_down.weight": layer.down,
        }
        if body.architecture == "qwen2":
            named |= {f"{block}attn_{of}.bias": bias for of, bias in zip("qkv", layer.biases, strict=True)}
    return named


def _norm(state: Array) -> Array:
    normed: Array = state / np.sqrt((state**2).mean(axis=-1, keepdims=True) + EPSILON)
    return normed


def _attend(architecture: Architecture, layer: Layer, state: Array) -> Array:
    count, width = state.shape
    q, k, v = (
        (state @ matrix.T + (bias if architecture == "qwen2" else 0)).reshape(count, width // HEAD, HEAD)
        for matrix, bias in zip((layer.q, layer.k, layer.v), layer.biases, strict=True)
    )
    q, k = _rotate(architecture, q), _rotate(architecture, k)
    scores = np.einsum("qhd,khd->hqk", q, k) / np.sqrt(HEAD)
    scores = np.where(np.tri(count, dtype=bool), scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    seen: Array = np.einsum("hqk,khd->qhd", weights, v).reshape(count, width)
    return seen @ layer.o.T


def _rotate(architecture: Architecture, heads: Array) -> Array:
    """Turn each pair of numbers by an angle that grows with the position."""
    half = HEAD // 2
    angles = np.outer(np.arange(len(heads)), ROPE_BASE ** (-np.arange(half) / half))[:, None, :]
    first, second = (
        (heads[..., 0::2], heads[..., 1::2]) if architecture == "llama" else (heads[..., :half], heads[..., half:])
    )
    turned = np.empty_like(heads)
    one, two = first * np.cos(angles) - second * np.sin(angles), first * np.sin(angles) + second * np.cos(angles)
    if architecture == "llama":
        turned[..., 0::2], turned[..., 1::2] = one, two
    else:
        turned[..., :half], turned[..., half:] = one, two
    return turned
