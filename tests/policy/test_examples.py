"""Examples are embedded once for each model; a cache that cannot be trusted counts as empty."""

from __future__ import annotations

import hashlib
import os
import random
import stat
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from policy_builders import a_policy

from guardian.events import Event, PolicyProblem, Progress
from guardian.inference.base import Encoding, EncodingFailure, Floats
from guardian.policy import examples
from guardian.policy.base import Status
from guardian.policy.examples import embed_examples, read_cache, texts_to_embed

MODEL = "ab" * 32
SEED = 20261121


class SeededEncoder:
    """An encoder whose embedding of a text is a random vector seeded by the text; it refuses texts with `poison`."""

    wall = "none"

    def __init__(self, *, is_down: bool = False) -> None:
        self.asked: list[str] = []
        self.is_down = is_down

    def submit(self, texts: Sequence[str]) -> Future[Encoding | EncodingFailure]:
        self.asked += texts
        answer: Future[Encoding | EncodingFailure] = Future()
        if self.is_down or any("poison" in text for text in texts):
            answer.set_result(EncodingFailure("model-crashed", "the model stopped"))
        else:
            rows = np.stack([vector_of(text) for text in texts])
            zeros = np.zeros(len(texts), dtype=np.int32)
            answer.set_result(Encoding(np.zeros((len(texts), 1), np.float32), rows, zeros, zeros, 1.0))
        return answer

    def close(self) -> None:
        """Nothing to end."""


def vector_of(text: str) -> Floats:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
    row = np.random.default_rng(seed).normal(size=128)
    scaled: Floats = (row / np.linalg.norm(row)).astype(np.float32)
    return scaled


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "examples.bin"


POLICY = a_policy(flag=["one", "two"], fine=["three"])


def _embed(cache: Path, encoder: SeededEncoder, *, model: str = MODEL, policy: object = POLICY) -> dict[str, Floats]:
    events: list[Event] = []
    return dict(embed_examples([policy], encoder, cache, events.append, model_sha256=model))  # type: ignore[list-item]


def test_only_policies_in_force_are_embedded_and_each_text_once() -> None:
    policies = [
        a_policy(id="a", flag=["x", "y"], status=Status.TEST),
        a_policy(id="b", flag=["y"], fine=["z"]),
        a_policy(id="c", flag=["draft"], status=Status.DRAFT),
        a_policy(id="d", flag=["old"], status=Status.RETIRED),
    ]
    assert texts_to_embed(policies) == ["x", "y", "z"]


def test_a_second_run_asks_the_model_nothing_and_gets_the_same(cache: Path) -> None:
    first = _embed(cache, SeededEncoder())
    again = SeededEncoder()
    second = _embed(cache, again)
    assert again.asked == []
    assert first.keys() == second.keys() == {"one", "two", "three"}
    for text, row in first.items():
        assert np.array_equal(row, second[text])
        assert np.array_equal(row, vector_of(text))


def test_only_new_texts_are_asked_for_and_old_ones_stay(cache: Path) -> None:
    _embed(cache, SeededEncoder())
    encoder = SeededEncoder()
    assert _embed(cache, encoder, policy=a_policy(flag=["two", "four"])).keys() == {"two", "four"}
    assert encoder.asked == ["four"]
    back = SeededEncoder()
    _embed(cache, back)
    assert back.asked == []


def test_another_model_has_a_cache_of_its_own(cache: Path) -> None:
    _embed(cache, SeededEncoder())
    encoder = SeededEncoder()
    _embed(cache, encoder, model="cd" * 32)
    assert encoder.asked == ["one", "two", "three"]


def test_the_cache_is_the_owners_alone_and_holds_no_text(cache: Path) -> None:
    secret = "the owner's words"
    _embed(cache, SeededEncoder(), policy=a_policy(flag=[secret]))
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    assert secret.encode() not in cache.read_bytes()
    assert os.listdir(cache.parent) == [cache.name], "nothing is left beside it"


def test_every_damaged_cache_counts_as_empty(cache: Path) -> None:
    _embed(cache, SeededEncoder())
    good = cache.read_bytes()
    chance = random.Random(SEED)
    damaged = [b"", good[:10], good[:-1], good + b"x", b"x" * len(good), os.urandom(100)]
    for _ in range(200):
        place = chance.randrange(len(good))
        damaged.append(good[:place] + bytes([good[place] ^ 1 << chance.randrange(8)]) + good[place + 1 :])
    for data in damaged:
        cache.write_bytes(data)
        assert read_cache(cache, MODEL) == {}
    cache.write_bytes(good)
    assert len(read_cache(cache, MODEL)) == 3


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_what_is_no_plain_file_counts_as_empty(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "examples.bin"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        _embed(tmp_path / "elsewhere", SeededEncoder())
        path.symlink_to(tmp_path / "elsewhere")
    assert read_cache(path, MODEL) == {}


def test_a_cache_that_cannot_be_written_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    events: list[Event] = []
    rows = embed_examples([POLICY], SeededEncoder(), tmp_path / "file" / "c.bin", events.append, model_sha256=MODEL)
    assert len(rows) == 3
    assert any(isinstance(event, PolicyProblem) and "could not be written" in event.line for event in events)


def test_a_text_that_the_model_refuses_is_left_out_alone(cache: Path) -> None:
    events: list[Event] = []
    policy = a_policy(flag=[*(f"text {number}" for number in range(40)), "poison"], fine=["last"])
    rows = embed_examples([policy], SeededEncoder(), cache, events.append, model_sha256=MODEL)
    assert len(rows) == 41
    assert "poison" not in rows
    assert Progress(42, 42, "examples") in events
    assert [event.line for event in events if isinstance(event, PolicyProblem)] == [
        "examples of your policies that do not count: 1 (the model stopped)"
    ]


def test_a_model_that_is_down_is_not_asked_for_every_text(cache: Path) -> None:
    encoder = SeededEncoder(is_down=True)
    policy = a_policy(flag=[f"text {number}" for number in range(500)])
    assert _embed(cache, encoder, policy=policy) == {}
    assert len(encoder.asked) < 50
    assert not cache.exists(), "nothing was learnt, so nothing is kept"


def test_a_long_example_is_known_by_its_beginning(cache: Path) -> None:
    encoder = SeededEncoder()
    _embed(cache, encoder, policy=a_policy(flag=["é" * 3_000]))
    assert encoder.asked == ["é" * 500]


def test_the_cache_is_bounded_and_keeps_what_is_in_use(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "MOST_CACHED", 4)
    _embed(cache, SeededEncoder(), policy=a_policy(flag=["a", "b", "c", "d"]))
    _embed(cache, SeededEncoder(), policy=a_policy(flag=["e", "f"]))
    assert len(read_cache(cache, MODEL)) == 4
    encoder = SeededEncoder()
    _embed(cache, encoder, policy=a_policy(flag=["e", "f"]))
    assert encoder.asked == []
