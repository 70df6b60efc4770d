"""The owner's small files: whole or as they were, theirs alone, and refused where others may have written them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from guardian.owner_files import NotOwnersError, read_own_file, replace_file

KINDS = pytest.mark.parametrize("is_cache", [False, True], ids=["file", "cache"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept.json"


@KINDS
def test_a_file_is_put_in_the_old_ones_place_for_its_owner_alone(path: Path, is_cache: bool) -> None:
    path.write_bytes(b"old")
    path.chmod(0o644)
    replace_file(path, [b"new", b"er"], is_cache=is_cache)
    assert path.read_bytes() == b"newer"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == [path.name]


def parts_that_end_in_a_full_disk() -> Iterator[bytes]:
    yield b"new"
    raise OSError(errno.ENOSPC, "No space left on device")


@KINDS
def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(path: Path, is_cache: bool) -> None:
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="No space"):
        replace_file(path, parts_that_end_in_a_full_disk(), is_cache=is_cache)
    assert path.read_bytes() == b"old"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("leave", [Path.touch, lambda path: path.symlink_to("elsewhere")], ids=["file", "link"])
def test_what_a_killed_process_left_is_no_obstacle_and_is_not_written_through(
    path: Path, leave: Callable[[Path], object]
) -> None:
    leave(path.with_name(f".{path.name}.{os.getpid()}"))
    replace_file(path, [b"new"])
    assert read_own_file(path, 100) == b"new"
    assert os.listdir(path.parent) == [path.name]


def test_a_link_is_replaced_and_not_followed(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"other")
    path.symlink_to(other)
    replace_file(path, [b"new"])
    assert other.read_bytes() == b"other"
    assert not path.is_symlink()


def test_where_there_is_no_file_nothing_is_read(path: Path) -> None:
    assert read_own_file(path, 100) is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "damaged"),
        (lambda path: os.mkfifo(path), "damaged"),
        (lambda path: path.write_bytes(bytes(101)), "damaged"),
        (lambda path: path.symlink_to(path.parent), "cannot be read"),
        (lambda path: (path.touch(), path.chmod(0o620)), "others can write"),
        (lambda path: (path.touch(), path.chmod(0o602)), "others can write"),
    ],
    ids=["folder", "pipe", "too large", "link", "group", "anybody"],
)
def test_what_is_not_the_owners_own_small_file_is_refused_by_name(
    path: Path, make: Callable[[Path], object], words: str
) -> None:
    make(path)
    with pytest.raises(NotOwnersError, match=words) as caught:
        read_own_file(path, 100)
    assert str(path) in caught.value.line()
