"""The file of a generative model: never shown to the child unless it is the pinned one, also when it changes in use."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from generative_rig import LABELS, PATIENCE_S, ask, cell_of, chatml, refused

from guardian.errors import ModelError
from guardian.inference.generative_cell import GenerativeCell
from guardian.inference.generative_file import HeldModelFile

if TYPE_CHECKING:
    from tiny_gguf import TinyModels


@pytest.fixture
def model(tiny_models: TinyModels) -> Path:
    return tiny_models.keyword("zanzibar")


def test_a_file_that_is_not_the_pinned_one_is_never_shown_to_the_child(model: Path, tmp_path: Path) -> None:
    """The child is a trap that says so when it is told to load."""
    trap = "import os, sys; data = os.read(0, 1); os.write(2, b'LOADED' if data else b'')"
    changed = tmp_path / "changed.gguf"
    data = bytearray(model.read_bytes())
    data[-1] ^= 1
    changed.write_bytes(data)
    command = [sys.executable, "-I", "-S", "-c", trap]
    pinned = GenerativeCell(changed, "0" * 64, len(data), worker_command=command)
    with pinned as cell:
        with pytest.raises(ModelError, match="not the pinned"):
            cell.wait_started(PATIENCE_S)
        assert refused(cell.score(chatml("Flag it.", "hello"), LABELS, timeout_s=PATIENCE_S)).code == "model-down"
        assert "LOADED" not in cell.register.last_words


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be opened"), (b"GGUF" + bytes(4096), "changed"), (b"", "changed")],
    ids=["missing", "broken", "empty"],
)
def test_a_file_that_is_missing_or_broken_is_one_line(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    cell = GenerativeCell(path, "0" * 64, len(content or b""))
    with cell, pytest.raises(ModelError) as caught:
        cell.wait_started(PATIENCE_S)
    assert "\n" not in caught.value.line()
    assert str(path) in caught.value.line() or path.name in caught.value.line()


def test_a_file_of_another_size_is_not_even_read(model: Path) -> None:
    with GenerativeCell(model, "0" * 64, 17) as cell, pytest.raises(ModelError, match="not the pinned 17"):
        cell.wait_started(PATIENCE_S)


def test_a_file_that_is_written_to_in_use_is_refused_from_then_on(model: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(model, tmp_path / "model.gguf"))
    with cell_of(path) as cell:
        ask(cell, "hello")
        with path.open("r+b") as file:
            file.seek(-1, os.SEEK_END)
            file.write(b"\x7f")
        failure = refused(cell.score(chatml("Flag it.", "hello"), LABELS, timeout_s=PATIENCE_S))
        assert failure.code == "model-down"
        assert "not the pinned" in failure.say


def test_a_file_whose_bytes_stay_the_same_is_checked_anew_and_goes_on(model: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(model, tmp_path / "model.gguf"))
    with cell_of(path) as cell:
        before = ask(cell, "hello")
        process = cell.register.process
        (tmp_path / "link.gguf").hardlink_to(path)
        shutil.copy(path, tmp_path / "again.gguf")
        (tmp_path / "again.gguf").replace(path)
        assert ask(cell, "hello").logits == before.logits
        assert cell.register.process != process
        assert "checked anew" in cell.register.trouble
        assert cell.register.deaths == 0


def test_a_file_that_cannot_be_looked_at_any_more_counts_as_changed(model: Path) -> None:
    """As one on a network disk that is gone."""
    data = model.read_bytes()
    file = HeldModelFile(model, hashlib.sha256(data).hexdigest(), len(data))
    assert file.is_unchanged()
    os.close(file.descriptor)
    assert not file.is_unchanged()
