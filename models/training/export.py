"""Writes the network as one GGUF file that llama.cpp loads as a `bert` encoder with RANK pooling.

Invariant: nothing is left to a default of the loader: tokenizer, token types, norms, pooling and labels are all
written. Names of keys and tensors: gguf package, `gguf.constants` (architecture BERT).
"""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np
import torch
from network import EMBEDDING, GuardianNet, base_folder

NAME = "guardian-mini-2"
WEIGHT_TYPES = {
    "F32": gguf.GGMLQuantizationType.F32,
    "F16": gguf.GGMLQuantizationType.F16,
    "BF16": gguf.GGMLQuantizationType.BF16,
    "Q8_0": gguf.GGMLQuantizationType.Q8_0,
}
FILE_TYPES = {
    "F32": gguf.LlamaFileType.ALL_F32,
    "F16": gguf.LlamaFileType.MOSTLY_F16,
    "BF16": gguf.LlamaFileType.MOSTLY_BF16,
    "Q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
}


def _vocabulary() -> tuple[list[str], list[int]]:
    """Pieces as llama.cpp's WPM tokenizer wants them, and their types.

    Word starts carry U+2581, continuations lose their `##`; specials are CONTROL (3), the unknown piece UNKNOWN (2).
    """
    vocab = json.loads((base_folder() / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    pieces, types = [], []
    for piece in sorted(vocab, key=lambda word: vocab[word]):
        if piece.startswith("[") and piece.endswith("]"):
            pieces.append(piece)
            types.append(int(gguf.TokenType.CONTROL))
        else:
            pieces.append(piece[2:] if piece.startswith("##") else "\u2581" + piece)
            types.append(int(gguf.TokenType.NORMAL))
    return pieces, types


def _tensors(net: GuardianNet) -> dict[str, torch.Tensor]:
    state = {key: value.detach().float() for key, value in net.state_dict().items()}
    embedding = "encoder.embeddings."
    tensors = {
        "token_embd.weight": state[embedding + "word_embeddings.weight"],
        "position_embd.weight": state[embedding + "position_embeddings.weight"],
        "token_types.weight": state[embedding + "token_type_embeddings.weight"],
        "token_embd_norm.weight": state[embedding + "LayerNorm.weight"],
        "token_embd_norm.bias": state[embedding + "LayerNorm.bias"],
        "cls.weight": state["dense.weight"],
        "cls.bias": state["dense.bias"],
        "cls.output.weight": state["output.weight"],
        "cls.output.bias": state["output.bias"],
    }
    parts = {
        "attn_q": "attention.self.query",
        "attn_k": "attention.self.key",
        "attn_v": "attention.self.value",
        "attn_output": "attention.output.dense",
        "attn_output_norm": "attention.output.LayerNorm",
        "ffn_up": "intermediate.dense",
        "ffn_down": "output.dense",
        "layer_output_norm": "output.LayerNorm",
    }
    for layer in range(net.encoder.config.num_hidden_layers):
        for ours, theirs in parts.items():
            for kind in ("weight", "bias"):
                tensors[f"blk.{layer}.{ours}.{kind}"] = state[f"encoder.encoder.layer.{layer}.{theirs}.{kind}"]
    return tensors


def _stored_type(name: str, tensor: torch.Tensor, weights: str) -> gguf.GGMLQuantizationType:
    """Matrices are stored in the type asked for; vectors, positions and heads stay F32."""
    is_matrix = tensor.ndim == 2 and not name.startswith(("position_embd", "token_types", "cls."))
    return WEIGHT_TYPES[weights] if is_matrix else gguf.GGMLQuantizationType.F32


def export(net: GuardianNet, path: Path, weights: str = "BF16") -> None:
    """Write `net` to `path` with its matrices in `weights` (F32, F16, BF16 or Q8_0)."""
    config = net.encoder.config
    writer = gguf.GGUFWriter(str(path), "bert")
    writer.add_name(NAME)
    writer.add_file_type(FILE_TYPES[weights])
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    writer.add_layer_norm_eps(config.layer_norm_eps)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.RANK)
    writer.add_classifier_output_labels([*net.labels, *(f"e{index}" for index in range(EMBEDDING))])
    pieces, types = _vocabulary()
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(pieces)
    writer.add_token_types(types)
    writer.add_token_type_count(config.type_vocab_size)
    for add, piece in (
        (writer.add_unk_token_id, "[UNK]"),
        (writer.add_sep_token_id, "[SEP]"),
        (writer.add_pad_token_id, "[PAD]"),
        (writer.add_mask_token_id, "[MASK]"),
        (writer.add_bos_token_id, "[CLS]"),
        (writer.add_eos_token_id, "[SEP]"),
    ):
        add(pieces.index(piece))
    for name, tensor in _tensors(net).items():
        kind = _stored_type(name, tensor, weights)
        data = gguf.quantize(np.ascontiguousarray(tensor.numpy()), kind)
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
