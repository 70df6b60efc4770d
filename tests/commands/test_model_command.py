"""Promises of `guardian model list|verify|card`, on a folder of models that can be damaged."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from guardian.inference.manifest import load_manifest
from guardian.paths import find_paths

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]

MODEL = b"GGUF" + bytes(range(256)) * 40  # never loaded here: only its size and hash matter
BANK = b"PK" + bytes(range(256))
MANIFEST = f"""\
[model]
name = "tiny-1"
file = "tiny-1.gguf"
sha256 = "{hashlib.sha256(MODEL).hexdigest()}"
size_bytes = {len(MODEL)}
embedding = 4
positions = 64
max_window_tokens = 60
weights = "F32"
licence = "Apache-2.0"
bank_file = "bank.npz"
bank_sha256 = "{hashlib.sha256(BANK).hexdigest()}"

[[output]]
label = "pressure"
kind = "group"
covers = ["urgency", "threat"]
scale = 1.0
bias = 0.0
threshold = 0.8
trained_on = 1234
recall = 0.91
recall_low = 0.88
recall_high = 0.93
false_alarm_rate = 0.0125
notice_only = true
"""


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "tiny-1.gguf").write_bytes(MODEL)
    (folder / "bank.npz").write_bytes(BANK)
    (folder / "manifest.toml").write_text(MANIFEST)
    (folder / "MODEL_CARD.md").write_text("# tiny-1\n\nIt was measured on \x1b[31mnothing\x1b[0m.\n")
    monkeypatch.setenv("GUARDIAN_MODEL_DIR", str(folder))
    return folder


def test_list_says_what_the_manifest_says(models: Path, run_guardian: Run) -> None:
    done = run_guardian("model", "list")
    assert (done.returncode, done.stderr) == (0, b"")
    lines = [" ".join(line.split()) for line in done.stdout.decode().splitlines()]
    assert "model tiny-1" in lines
    assert f"file {models / 'tiny-1.gguf'}" in lines
    assert f"sha-256 {hashlib.sha256(MODEL).hexdigest()}" in lines
    assert "pinned yes, the file is the one in the manifest" in lines
    assert "pressure (notices only) group 1,234 91% (88% to 93%) 1.25% urgency, threat" in lines


def test_list_as_json_says_it_to_the_last_digit(models: Path, run_guardian: Run) -> None:
    listed = json.loads(run_guardian("model", "list", "--json").stdout)
    assert (listed["v"], listed["is_pinned"], listed["problem"]) == (1, True, "")
    assert listed["size_bytes"] == len(MODEL)
    (output,) = listed["outputs"]
    assert output["covers"] == ["urgency", "threat"]
    assert (output["trained_on"], output["recall"], output["false_alarm_rate"]) == (1234, 0.91, 0.0125)


def test_verify_names_each_file_with_its_hash(models: Path, run_guardian: Run) -> None:
    done = run_guardian("model", "verify")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == [
        f"ok  {hashlib.sha256(MODEL).hexdigest()}  tiny-1.gguf",
        f"ok  {hashlib.sha256(BANK).hexdigest()}  bank.npz",
    ]
    assert json.loads(run_guardian("model", "verify", "--json").stdout)["ok"] is True


def flip(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


# How the folder is damaged -> what the one line says.
DAMAGE: list[tuple[str, Callable[[Path], object], str]] = [
    ("first byte", lambda folder: flip(folder / "tiny-1.gguf", 0), "not the pinned"),
    ("last byte", lambda folder: flip(folder / "tiny-1.gguf", -1), "not the pinned"),
    ("cut", lambda folder: (folder / "tiny-1.gguf").write_bytes(MODEL[:-1]), "not the pinned"),
    ("longer", lambda folder: (folder / "tiny-1.gguf").write_bytes(MODEL + b"\0"), "not the pinned"),
    ("empty", lambda folder: (folder / "tiny-1.gguf").write_bytes(b""), "not the pinned"),
    ("missing", lambda folder: (folder / "tiny-1.gguf").unlink(), "cannot open the model"),
    ("other file", lambda folder: shutil.copy(folder / "bank.npz", folder / "tiny-1.gguf"), "not the pinned"),
    ("bank", lambda folder: flip(folder / "bank.npz", 7), "the reference bank"),
    ("no bank", lambda folder: (folder / "bank.npz").unlink(), "cannot read the reference bank"),
    ("no manifest", lambda folder: (folder / "manifest.toml").unlink(), "cannot read"),
    ("broken manifest", lambda folder: (folder / "manifest.toml").write_text("[model"), "is not valid TOML"),
    ("no folder", lambda folder: shutil.rmtree(folder), "cannot read"),
]


@pytest.mark.parametrize(("damage", "says"), [row[1:] for row in DAMAGE], ids=[row[0] for row in DAMAGE])
def test_verify_refuses_whatever_is_not_the_pinned_file(
    damage: Callable[[Path], object], says: str, models: Path, run_guardian: Run
) -> None:
    damage(models)
    done = run_guardian("model", "verify")
    assert (done.returncode, done.stdout) == (2, b"")
    assert says in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


def test_verify_does_not_wait_for_a_pipe_in_the_models_place(models: Path, run_guardian: Run) -> None:
    (models / "tiny-1.gguf").unlink()
    os.mkfifo(models / "tiny-1.gguf")
    done = run_guardian("model", "verify")
    assert done.returncode == 2
    assert b"is not a regular file" in done.stderr


def test_list_says_that_a_file_is_not_the_pinned_one(models: Path, run_guardian: Run) -> None:
    flip(models / "tiny-1.gguf", 9)
    assert "pinned   no: " in run_guardian("model", "list").stdout.decode()
    listed = json.loads(run_guardian("model", "list", "--json").stdout)
    assert listed["is_pinned"] is False
    assert "not the pinned" in listed["problem"]


def test_card_prints_the_card_safely(models: Path, run_guardian: Run) -> None:
    done = run_guardian("model", "card")
    assert done.returncode == 0
    assert done.stdout.decode() == "# tiny-1\n\nIt was measured on \\x1b[31mnothing\\x1b[0m.\n"
    (models / "MODEL_CARD.md").unlink()
    done = run_guardian("model", "card")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


def test_the_shipped_model_is_the_pinned_one_and_has_a_card(run_guardian: Run) -> None:
    assert run_guardian("model", "verify").returncode == 0
    name = load_manifest(find_paths(os.environ).shipped_models / "manifest.toml").name
    assert name in run_guardian("model", "card").stdout.decode()
