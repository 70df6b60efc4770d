"""A key, two versions of a pack, and one model for all tests of packs: the real one, that remembers its answers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path

import pytest
from pack_rig import SECOND, a_key, a_manifest, pack_of, signed, write_folder

from guardian.assembly import MANIFEST_NAME, start_cell
from guardian.events import ignore
from guardian.inference.base import Encoder, Encoding, EncodingFailure
from guardian.inference.manifest import load_manifest
from guardian.packs.base import MANIFEST, sha256_of
from guardian.settings import default_settings

Answer = Future[Encoding | EncodingFailure]


class _Remembering:
    """The encoder that it is given; the same windows are judged once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._answers: dict[tuple[str, ...], Answer] = {}

    @property
    def wall(self) -> str:
        return self._encoder.wall

    def submit(self, texts: Sequence[str]) -> Answer:
        key = tuple(texts)
        if key not in self._answers:
            self._answers[key] = self._encoder.submit(texts)
        return self._answers[key]

    def close(self) -> None:
        """Nothing: the next test goes on with it."""


@pytest.fixture(scope="session")
def one_cell() -> Iterator[Encoder]:
    settings = default_settings({"GUARDIAN_HOME": os.devnull + "-none"})
    with start_cell(settings, load_manifest(settings.model_dir / MANIFEST_NAME), ignore) as encoder:
        yield _Remembering(encoder)


@pytest.fixture
def shared_cell(one_cell: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a gate in this process gets the one cell; what is run as a program starts its own."""
    monkeypatch.setattr("guardian.assembly.start_cell", lambda *_: nullcontext(one_cell))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def first(tmp_path: Path, key: Path) -> Path:
    return write_folder(tmp_path / "first", signed(pack_of(), key))


@pytest.fixture
def second(tmp_path: Path, key: Path, first: Path) -> Path:
    before = sha256_of((first / MANIFEST).read_bytes())
    return write_folder(
        tmp_path / "second", signed(pack_of(a_manifest(version="1.1.0", before=before), {"rush": SECOND}), key)
    )
