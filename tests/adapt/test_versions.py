"""Versions on disk: sealed, private, bound to a model and a number, and never used damaged."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from guardian.adapt.head import Anchors, PersonalHead
from guardian.adapt.versions import (
    IN_FORCE,
    content_of,
    digest_of,
    load_version,
    read_in_force,
    save_version,
    versions_on_disk,
    write_in_force,
)
from guardian.errors import AdaptError, OutputError
from guardian.journal.secret import Secret

FINGERPRINT, ANOTHER = "ab" * 32, "cd" * 32
KEY, OTHER_KEY = Secret(bytes(32)), Secret(bytes(31) + b"\1")


def a_head(version: int = 1, rows: int = 3) -> PersonalHead:
    numbers = np.random.default_rng(5)
    anchors = Anchors(
        numbers.normal(size=(rows, 4)).astype(np.float32),
        numbers.normal(size=(rows, 2)).astype(np.float32),
        np.arange(rows, dtype=np.int32),
    )
    return PersonalHead(version, anchors, numbers.normal(size=rows).astype(np.float32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_version(tmp_path / "heads", a_head(), FINGERPRINT, KEY)
    return tmp_path / "heads"


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_a_version_comes_back_as_it_was(tmp_path: Path, rows: int) -> None:
    head = a_head(7, rows)
    save_version(tmp_path, head, FINGERPRINT, KEY)
    again = load_version(tmp_path, 7, FINGERPRINT, KEY)
    assert again.version == 7
    assert content_of(again, FINGERPRINT) == content_of(head, FINGERPRINT)


def test_files_are_their_owners_alone_and_hold_no_number_in_the_clear(folder: Path) -> None:
    write_in_force(folder, 1)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    sealed = (folder / "head-0001.sealed").read_bytes()
    for array in (a_head().anchors.embeddings, a_head().anchors.scores, a_head().weights):
        assert array.astype("<f4").tobytes()[:8] not in sealed


def test_the_number_is_no_part_of_what_labels_taught() -> None:
    assert digest_of(a_head(1), FINGERPRINT) == digest_of(a_head(2), FINGERPRINT)
    assert digest_of(a_head(1), FINGERPRINT) != digest_of(a_head(1), ANOTHER)


def test_a_version_is_never_written_over(folder: Path) -> None:
    with pytest.raises(OutputError, match="there is such a version already"):
        save_version(folder, a_head(), FINGERPRINT, KEY)


def test_a_version_for_another_model_is_not_used(folder: Path) -> None:
    with pytest.raises(AdaptError, match="made for another model"):
        load_version(folder, 1, ANOTHER, KEY)


def test_a_version_of_another_journal_is_not_used(folder: Path) -> None:
    with pytest.raises(AdaptError, match="damaged, or another journal's"):
        load_version(folder, 1, FINGERPRINT, OTHER_KEY)


def test_one_file_cannot_stand_for_another(folder: Path) -> None:
    (folder / "head-0001.sealed").rename(folder / "head-0002.sealed")
    with pytest.raises(AdaptError, match="damaged"):
        load_version(folder, 2, FINGERPRINT, KEY)


@pytest.mark.parametrize("place", [0, 11, 12, 40, 90, -1])
def test_a_flipped_bit_is_seen(folder: Path, place: int) -> None:
    path = folder / "head-0001.sealed"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(AdaptError, match="damaged"):
        load_version(folder, 1, FINGERPRINT, KEY)


def _gone(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _open_to_all(path: Path) -> None:
    path.chmod(0o666)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("harm", [_gone, _empty, _a_link, _open_to_all, _a_folder, _a_pipe])
def test_what_is_not_a_private_file_of_the_owners_is_refused_in_one_line(
    folder: Path, harm: Callable[[Path], None]
) -> None:
    harm(folder / "head-0001.sealed")
    with pytest.raises(AdaptError) as caught:
        load_version(folder, 1, FINGERPRINT, KEY)
    assert "\n" not in caught.value.line()


def test_the_versions_are_those_that_have_a_file(folder: Path) -> None:
    save_version(folder, a_head(12), FINGERPRINT, KEY)
    (folder / "head-0003.sealed.partial").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    assert versions_on_disk(folder) == [1, 12]
    assert versions_on_disk(folder / "nowhere") == []


def test_none_is_in_force_until_one_is_put_there(folder: Path) -> None:
    assert read_in_force(folder) == 0
    for version in (1, 12, 0):
        write_in_force(folder, version)
        assert read_in_force(folder) == version


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"3",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"v": 1}',
        b'{"v": 2, "version": 1}',
        b'{"v": 1, "version": true}',
        b'{"v": 1, "version": -1}',
        b'{"v": 1, "version": 1e9}',
        b'{"v": 1, "version": 99999999999}',
        b'{"v": 1, "version": 1, "more": 0}',
        json.dumps({"v": 1, "version": "1"}).encode(),
        b" " * 2_000,
    ],
)
def test_a_damaged_pointer_puts_nothing_in_force_and_says_so(folder: Path, content: bytes) -> None:
    (folder / IN_FORCE).write_bytes(content)
    (folder / IN_FORCE).chmod(0o600)
    with pytest.raises(AdaptError, match="damaged"):
        read_in_force(folder)
