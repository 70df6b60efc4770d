"""The model's file: 30 kinds of damage, each refused by size or hash before anything is loaded."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cell_rig import MODELS_DIR, shipped

from guardian.errors import ModelError
from guardian.inference.client import CellEncoder
from guardian.inference.manifest import Manifest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for copies of the model; emptied at the end, as one is 47 MB."""
    folder = tmp_path_factory.mktemp("models")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def model(folder: Path) -> Iterator[Path]:
    """A sound copy of the shipped model, to be damaged."""
    path = folder / shipped().file
    shutil.copyfile(MODELS_DIR / path.name, path)
    yield path
    remove(path)


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def flip(place: float, bit: int = 0) -> Callable[[Path], None]:
    """Flip one bit at a place between 0 (start) and 1 (end)."""

    def damage(path: Path) -> None:
        at = int(place * (path.stat().st_size - 1))
        with path.open("r+b") as stream:
            stream.seek(at)
            byte = stream.read(1)[0]
            stream.seek(at)
            stream.write(bytes([byte ^ (1 << bit)]))

    return damage


def cut(size: Callable[[int], int]) -> Callable[[Path], None]:
    return lambda path: os.truncate(path, size(path.stat().st_size))


def overwrite(start: int, data: bytes) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with path.open("r+b") as stream:
            stream.seek(start)
            stream.write(data)

    return damage


def replace_by(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.unlink()
        make(path)

    return damage


def swap_blocks(path: Path) -> None:
    """The same bytes in another order: size and sum of the bytes are unchanged."""
    with path.open("r+b") as stream:
        stream.seek(8_000_000)
        first, second = stream.read(4096), stream.read(4096)
        stream.seek(8_000_000)
        stream.write(second + first)


def lie_sparse(path: Path) -> None:
    """A file of the right size that was never written."""
    with path.open("wb") as stream:
        stream.truncate(shipped().size_bytes)


DAMAGE: dict[str, Callable[[Path], None]] = {
    "missing": Path.unlink,
    "empty": cut(lambda size: 0),
    "first byte only": cut(lambda size: 1),
    "header only": cut(lambda size: 24),
    "cut in half": cut(lambda size: size // 2),
    "last byte missing": cut(lambda size: size - 1),
    "last block missing": cut(lambda size: size - 4096),
    "one byte longer": cut(lambda size: size + 1),
    "twice as long": cut(lambda size: size * 2),
    "right size, all zeros": lie_sparse,
    "magic flipped": flip(0.0),
    "version flipped": overwrite(4, b"\x02"),
    "tensor count huge": overwrite(8, b"\xff" * 8),
    "key count huge": overwrite(16, b"\xff" * 8),
    "key length huge": overwrite(24, b"\xff" * 8),
    "low bit in the vocabulary": flip(0.005),
    "low bit of a weight, first quarter": flip(0.25),
    "low bit of a weight, middle": flip(0.5),
    "sign of a weight": flip(0.75, bit=7),
    "last bit": flip(1.0, bit=7),
    "a block of weights set to zero": overwrite(20_000_000, bytes(4096)),
    "a block of weights set to nan": overwrite(20_000_000, b"\xff\x7f" * 2048),
    "two blocks swapped": swap_blocks,
    "another file's content": replace_by(lambda path: path.write_bytes(b"GGUF" + bytes(1000))),
    "text in its place": replace_by(lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\n")),
    "a directory": replace_by(Path.mkdir),
    "a fifo": replace_by(os.mkfifo),
    "a link to another file": replace_by(lambda path: path.symlink_to(__file__)),
    "a dangling link": replace_by(lambda path: path.symlink_to("nowhere")),
    "a link to itself": replace_by(lambda path: path.symlink_to(path.name)),
    "a device": replace_by(lambda path: path.symlink_to("/dev/zero")),
    "unreadable": lambda path: path.chmod(0),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_refused_in_one_line_that_names_the_file(kind: str, model: Path) -> None:
    if kind == "unreadable" and os.geteuid() == 0:
        pytest.skip("root reads everything")
    DAMAGE[kind](model)
    with pytest.raises(ModelError) as caught:
        shipped().verify(model.parent)
    line = caught.value.line()
    assert str(model) in line
    assert "\n" not in line
    assert caught.value.hint


def test_a_damaged_model_is_refused_before_any_of_it_is_loaded(model: Path, tmp_path: Path) -> None:
    """The constructor raises, and the child was never told to load: it saw the end of its pipe and no byte before."""
    flip(0.5)(model)
    seen = tmp_path / "seen"
    command = f"import os; data = os.read(0, 9); open({str(seen)!r}, 'wb').write(b'told' + data)"
    with pytest.raises(ModelError, match="sha-256"):
        CellEncoder(shipped(), model.parent, worker_command=[sys.executable, "-I", "-S", "-c", command])
    assert not seen.exists() or seen.read_bytes() == b"told"


def test_a_sound_copy_is_accepted_also_through_a_link(model: Path) -> None:
    """Package managers link files into place; what counts is the content."""
    real = model.rename(model.with_name("elsewhere.gguf"))
    model.symlink_to(real)
    with shipped().verify(model.parent) as opened:
        assert opened.sha256 == shipped().sha256
    real.unlink()


def test_what_was_hashed_cannot_be_changed_any_more(model: Path) -> None:
    """Neither by writing to the file on disk, nor through the descriptor, nor by opening the copy anew."""
    with shipped().verify(model.parent) as opened:
        assert opened.is_sealed
        before = os.pread(opened.descriptor, 64, 20_000_000)
        overwrite(20_000_000, bytes(4096))(model)
        assert os.pread(opened.descriptor, 64, 20_000_000) == before
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(opened.descriptor, b"x")
        again = os.open(f"/proc/self/fd/{opened.descriptor}", os.O_RDWR)
        with pytest.raises(PermissionError):
            os.pwrite(again, b"x", 0)
        with pytest.raises(PermissionError):
            os.ftruncate(again, 0)
        os.close(again)


def test_without_memory_files_the_open_file_itself_is_verified(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create")
    with shipped().verify(model.parent) as opened:
        assert not opened.is_sealed
        model.unlink()
        assert os.pread(opened.descriptor, 4, 0) == b"GGUF"
    with pytest.raises(ModelError):
        shipped().verify(model.parent)


def test_no_descriptor_is_left_open(model: Path) -> None:
    manifest: Manifest = shipped()

    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = count()
    manifest.verify(model.parent).close()
    flip(0.5)(model)
    with pytest.raises(ModelError):
        manifest.verify(model.parent)
    model.unlink()
    with pytest.raises(ModelError):
        manifest.verify(model.parent)
    assert count() == before
