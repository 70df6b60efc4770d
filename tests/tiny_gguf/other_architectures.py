"""Tiny models of architectures whose memory of a text cannot be cut back: a sliding window, and a recurrent state.

How they work: all weights are random, so what they answer means nothing and depends on every token. `sliding_model` is
a Gemma 3 that sees `WINDOW` tokens back in five of its six layers; `recurrent_model` is a Mamba, which keeps one state
of fixed size.

Sources: llama.cpp `src/models/gemma3.cpp` and `mamba.cpp` (names and shapes of the tensors).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import gguf
import numpy as np

from tiny_gguf.body import EPSILON, HEAD, ROPE_BASE, Array, add_tokenizer
from tiny_gguf.vocabulary import Vocabulary, make_vocabulary

WINDOW: Final = 64
_WIDTH: Final = 2 * HEAD
_INNER, _STATE, _KERNEL, _RANK = 128, 16, 4, 8
_CONTEXT_TOKENS: Final = 8192


def sliding_model(path: Path) -> Path:
    """A Gemma 3 with a window."""
    vocabulary = make_vocabulary()
    writer = _begin(path, "gemma3", vocabulary, layers=6)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(_WIDTH // HEAD)
    writer.add_head_count_kv(_WIDTH // HEAD)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_sliding_window(WINDOW)
    shapes: dict[str, tuple[int, ...]] = {f"attn_{name}.weight": (_WIDTH, _WIDTH) for name in ("q", "k", "v", "output")}
    shapes |= {f"ffn_{name}.weight": (_INNER, _WIDTH) for name in ("gate", "up")}
    shapes["ffn_down.weight"] = (_WIDTH, _INNER)
    norms = {f"{name}_norm.weight": _WIDTH for name in ("attn", "post_attention", "ffn", "post_ffw")}
    norms |= {"attn_q_norm.weight": HEAD, "attn_k_norm.weight": HEAD}
    return _finish(writer, vocabulary, 6, shapes, {name: np.ones(size, np.float32) for name, size in norms.items()})


def recurrent_model(path: Path) -> Path:
    """A Mamba."""
    vocabulary = make_vocabulary()
    writer = _begin(path, "mamba", vocabulary, layers=2)
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_ssm_conv_kernel(_KERNEL)
    writer.add_ssm_inner_size(_INNER)
    writer.add_ssm_state_size(_STATE)
    writer.add_ssm_time_step_rank(_RANK)
    shapes: dict[str, tuple[int, ...]] = {
        "ssm_in.weight": (2 * _INNER, _WIDTH),
        "ssm_conv1d.weight": (_INNER, _KERNEL),
        "ssm_conv1d.bias": (_INNER,),
        "ssm_x.weight": (_RANK + 2 * _STATE, _INNER),
        "ssm_dt.weight": (_INNER, _RANK),
        "ssm_dt.bias": (_INNER,),
        "ssm_d": (_INNER,),
        "ssm_out.weight": (_WIDTH, _INNER),
        "output.weight": (len(vocabulary.tokens), _WIDTH),
    }
    decay = -np.abs(_draw(np.random.default_rng(2), (_INNER, _STATE)))
    fixed = {"attn_norm.weight": np.ones(_WIDTH, np.float32), "ssm_a": decay}
    return _finish(writer, vocabulary, 2, shapes, fixed)


def _begin(path: Path, architecture: str, vocabulary: Vocabulary, layers: int) -> Any:
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(f"tiny {architecture}")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(_CONTEXT_TOKENS)
    writer.add_embedding_length(_WIDTH)
    writer.add_block_count(layers)
    writer.add_layer_norm_rms_eps(EPSILON)
    add_tokenizer(writer, vocabulary)
    writer.add_add_bos_token(False)
    return writer


def _finish(
    writer: Any, vocabulary: Vocabulary, layers: int, shapes: dict[str, tuple[int, ...]], fixed: dict[str, Array]
) -> Path:
    """Write random tensors of these shapes, and the fixed ones, for each layer (`output.weight` once)."""
    random = np.random.default_rng(1)
    writer.add_tensor("token_embd.weight", _draw(random, (len(vocabulary.tokens), _WIDTH)))
    writer.add_tensor("output_norm.weight", np.ones(_WIDTH, np.float32))
    if "output.weight" in shapes:
        writer.add_tensor("output.weight", _draw(random, shapes.pop("output.weight")))
    for layer in range(layers):
        for name, shape in shapes.items():
            writer.add_tensor(f"blk.{layer}.{name}", _draw(random, shape))
        for name, values in fixed.items():
            writer.add_tensor(f"blk.{layer}.{name}", values)
    path = Path(writer.path)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _draw(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return (random.standard_normal(shape) * 0.25).astype(np.float32)
