"""What the check lets through is held by the cell: damaged models run, are refused or die there, and only there."""

from __future__ import annotations

import copy
import math
import struct
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from broken_files import Make, key
from generative_rig import LABELS, PATIENCE_S, cell_of, chatml, children
from gguf_mutants import mutant
from gguf_rig import Parts, array, counted, f32, numbers, sound_parts, text, u32

from guardian.errors import CellError, ModelError
from guardian.gguf.check import read_facts
from guardian.gguf.errors import ModelFileError
from guardian.inference.generative import GenerationFailure
from guardian.inference.generative_cell import GenerativeCell

MUTANTS = 2000
SAMPLE = 100


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return sound_parts(tmp_path_factory.mktemp("sound"))


def started(cell: GenerativeCell) -> str:
    """What became of its start; empty where it runs. Raises what must not be: any error of another kind."""
    try:
        cell.wait_started(PATIENCE_S)
    except CellError as error:
        return f"died: {error.line()}"
    except ModelError as error:
        return f"refused: {error.line()}"
    return ""


def asked(path: Path) -> str:
    """Load a file in the cell and ask it once: what became of it, in a word and perhaps a line."""
    with cell_of(path, context_tokens=512) as cell:
        if became := started(cell):
            return became
        outcome = cell.score(chatml("Flag it.", "Shall we have lunch?"), LABELS, timeout_s=PATIENCE_S)
    if isinstance(outcome, GenerationFailure):
        return f"{outcome.code}: {outcome.say}"
    assert all(math.isfinite(logit) for logit in outcome.logits)
    return "answered"


def held(sound: Parts, seeds: Sequence[int], folder: Path) -> Counter[str]:
    """What became of how many mutants. The parent lives, keeps no child, and has one line for each."""
    before = children()
    whole, described_bytes = sound.file(), sound.described_bytes
    became: Counter[str] = Counter()
    for seed in seeds:
        path = folder / f"{seed}.gguf"
        path.write_bytes(mutant(whole, described_bytes, seed))
        try:
            read_facts(path)
        except ModelFileError:
            became["unread"] += 1
        else:
            words = asked(path)
            assert words.isprintable(), seed
            became[words.partition(":")[0]] += 1
        path.unlink()
    assert children() == before
    return became


def test_a_hundred_mutants_are_refused_or_contained(sound: Parts, tmp_path: Path) -> None:
    became = held(sound, range(SAMPLE), tmp_path)
    assert became.total() == SAMPLE
    assert became["unread"] > SAMPLE / 3
    assert became["answered"] > 0, "some damage is to weights alone, so some are models still"


@pytest.mark.slow
def test_two_thousand_mutants_are_refused_or_contained(sound: Parts, tmp_path: Path) -> None:
    became = held(sound, range(MUTANTS), tmp_path)
    print(dict(became))
    assert became.total() == MUTANTS


def rename(name: str, other: str) -> Make:
    def make(parts: Parts) -> bytes:
        parts.tensor(name).name = other
        return parts.file()

    return make


def weights(name: str, value: float) -> Make:
    """One tensor full of this number."""

    def make(parts: Parts) -> bytes:
        tensor = parts.tensor(name)
        tensor.data = struct.pack("<f", value) * (len(tensor.data) // 4)
        return parts.file()

    return make


def transposed(parts: Parts) -> bytes:
    parts.tensor("blk.0.ffn_up.weight").shape.reverse()
    return parts.file()


def no_utf8(parts: Parts) -> bytes:
    parts.keys["tokenizer.ggml.tokens"] = array(
        8, parts.tokens, b"".join(counted(struct.pack("<H", n) + b"\xff\xc0") for n in range(parts.tokens))
    )
    return parts.file()


REFUSED = "died: llama.cpp refuses the model file"
ABORTED = "died: the model's process was killed by SIGABRT"
ONLY_THE_ENGINE_SEES: dict[str, tuple[Make, str]] = {
    "a block missing": (rename("blk.1.attn_q.weight", "blk.9.attn_q.weight"), REFUSED),
    "matrix of another shape": (transposed, REFUSED),
    "more layers than there are": (key("llama.block_count", u32(512)), REFUSED),
    "no heads": (key("llama.attention.head_count", u32(0)), "died: "),
    "heads that do not divide": (key("llama.attention.head_count", u32(7)), "died: "),
    "more key heads than heads": (key("llama.attention.head_count_kv", u32(64)), "died: "),
    "heads for too many layers": (key("llama.attention.head_count", numbers("i", [2] * 1000)), REFUSED),
    "feed forward of nothing": (key("llama.feed_forward_length", u32(0)), REFUSED),
    "rotary positions of nothing": (key("llama.rope.dimension_count", u32(0)), REFUSED),
    "experts that are not there": (key("llama.expert_count", u32(100_000)), ABORTED),
    "norm that is no number": (key("llama.attention.layer_norm_rms_epsilon", f32(math.nan)), ABORTED),
    "context of a hundred million": (key("llama.context_length", u32(10**8)), "answered"),
    "unknown way of cutting": (key("tokenizer.ggml.pre", text("nobody-s")), REFUSED),
    "unknown kind of vocabulary": (key("tokenizer.ggml.model", text("nobody-s")), REFUSED),
    "tokens that are no text": (no_utf8, "bad-label"),
    "merges of nothing": (key("tokenizer.ggml.merges", array(8, 3, counted("") * 3)), "bad-label"),
    "all weights of a layer infinite": (weights("blk.0.attn_q.weight", math.inf), "bad-numbers"),
    "all rows no numbers": (weights("output.weight", math.nan), "bad-numbers"),
}


@pytest.mark.parametrize("kind", ONLY_THE_ENGINE_SEES)
def test_what_only_the_engine_sees_is_contained_and_named(kind: str, sound: Parts, tmp_path: Path) -> None:
    make, becomes = ONLY_THE_ENGINE_SEES[kind]
    before = children()
    path = tmp_path / "model.gguf"
    path.write_bytes(make(copy.deepcopy(sound)))
    read_facts(path)
    words = asked(path)
    assert words.startswith(becomes)
    assert words.isprintable()
    assert children() == before
