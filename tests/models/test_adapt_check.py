"""The rows that a personal head is held against come from texts that nothing was trained on."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import Any

import pytest

from guardian.inference.manifest import load_manifest

TRAINING = Path(__file__).resolve().parents[2] / "models" / "training"


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`models/training/adapt_check.py`, which is in no package."""
    monkeypatch.syspath_prepend(str(TRAINING))
    return importlib.import_module("adapt_check")


@pytest.fixture
def texts(maker: Any) -> list[Any]:
    """The texts that are taken."""
    found: list[Any] = maker.chosen(maker.read_corpus(TRAINING / "corpus"))
    return found


def test_they_are_held_out_texts_in_the_language_that_the_model_reads(maker: Any, texts: list[Any]) -> None:
    voices = importlib.import_module("corpus").HELD_OUT_VOICES
    assert {text.voice for text in texts} <= voices
    assert {text.language for text in texts} == {"en"}
    assert 1_000 <= sum(text.label for text in texts) <= maker.MANIPULATIVE
    assert 1_000 <= sum(not text.label for text in texts) <= maker.ORDINARY


def test_which_are_taken_hangs_on_their_ids_alone(maker: Any, texts: list[Any]) -> None:
    assert maker.chosen(maker.read_corpus(TRAINING / "corpus")[::-1]) == texts


def test_a_text_is_judged_as_the_product_gets_it(maker: Any, texts: list[Any]) -> None:
    text = next(text for text in texts if text.context)
    message = maker.message_of(text)
    assert (message.raw.decode(), message.context, message.channel.value) == (text.text, text.context, text.channel)


def test_the_hash_is_pinned_once_however_often_the_rows_are_made(maker: Any, tmp_path: Path) -> None:
    manifest, rows = tmp_path / "manifest.toml", tmp_path / maker.NAME
    manifest.write_bytes((TRAINING.parent / "manifest.toml").read_bytes())
    for content in (b"first", b"second"):
        rows.write_bytes(content)
        maker.pin(manifest, rows)
        read = load_manifest(manifest)
        assert (read.check_file, read.check_sha256) == (maker.NAME, hashlib.sha256(content).hexdigest())
    assert manifest.read_text("utf-8").count("check_file") == 1
