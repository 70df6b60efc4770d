"""The tiny models of the tests are what they say: llama.cpp computes what NumPy does, and the words agree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from generative_rig import PATIENCE_S, cell_of, scored
from tiny_gguf.body import Architecture, random_body, write_gguf
from tiny_gguf.vocabulary import make_vocabulary

from guardian.gguf.check import read_facts
from guardian.inference.generative import Prompt, Segment

if TYPE_CHECKING:
    from tiny_gguf import TinyModels

TEXT = "Hello there, it's Zanzibar!  Two  spaces\n\na new line, 123, \u00e9 and \U0001f642\t<x>. Pay the invoice today."
WORDS = [" the", " yes", " money", "no", " policy", "a", "\n", "!"]


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_llama_cpp_computes_what_numpy_computes(tmp_path: Path, architecture: Architecture) -> None:
    vocabulary = make_vocabulary()
    body = random_body(len(vocabulary.tokens), 64, 2, architecture, 5, scale=0.25)
    path = write_gguf(tmp_path / "model.gguf", body, vocabulary, name="compared")
    logits = body.logits(vocabulary.encode(TEXT)).astype(np.float64)
    logits -= np.log(np.exp(logits - logits.max()).sum()) + logits.max()
    with cell_of(path) as cell:
        assert cell.count_tokens(TEXT) == len(vocabulary.encode(TEXT))
        score = scored(cell.score(Prompt((), (Segment(TEXT),)), WORDS, timeout_s=PATIENCE_S))
    # The keys and values that llama.cpp keeps are of half precision.
    np.testing.assert_allclose(score.logits, [logits[vocabulary.number(word)] for word in WORDS], atol=0.05)
    np.testing.assert_allclose(score.entropy, -(np.exp(logits) * logits).sum(), atol=0.02)


def test_they_are_small_whole_and_made_once(tiny_models: TinyModels) -> None:
    paths = [
        tiny_models.random("qwen2"),
        tiny_models.keyword("zanzibar"),
        tiny_models.always("yes"),
        tiny_models.saying("What do you think?"),
        tiny_models.broken(),
    ]
    assert all(path.stat().st_size < 3_000_000 for path in paths)
    assert len(set(paths)) == len(paths)
    assert tiny_models.keyword("zanzibar") == paths[1]
    for path in paths:
        facts = read_facts(path)
        assert facts.size_bytes == path.stat().st_size
        assert "<|im_end|>" in facts.special_tokens
        assert "<|im_start|>" in facts.chat_template
