"""Promises of adding a file to the list: checked, hashed, named, given a frame of ours; and of hashing it again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from guardian.added_models.adding import Added, add_file, model_files
from guardian.added_models.pinning import verify
from guardian.added_models.shelf import find, load_shelf
from guardian.errors import InputError, ModelError
from guardian.gguf.errors import ModelFileError
from guardian.settings import Settings, default_settings

if TYPE_CHECKING:
    from tiny_gguf import TinyModels


@pytest.fixture
def settings(guardian_home: Path) -> Settings:
    return default_settings(os.environ)


@pytest.fixture
def tiny(tiny_models: TinyModels) -> Path:
    return tiny_models.random()


def add(settings: Settings, path: Path, name: str = "", frame: str = "") -> Added:
    return add_file(settings, path, name=name, frame=frame, advance=lambda done: None)


def copied(source: Path, target: Path) -> Path:
    target.write_bytes(source.read_bytes())
    return target


def test_a_file_is_pinned_where_it_lies_and_stays_as_it_is(settings: Settings, tiny: Path) -> None:
    before = tiny.stat()
    seen_bytes: list[int] = []
    added = add_file(settings, tiny, name="", frame="", advance=seen_bytes.append)
    model = added.model
    assert model == find(settings, model.name)
    assert model.path == tiny.resolve()
    assert model.sha256 == added.facts.sha256 == hashlib.sha256(tiny.read_bytes()).hexdigest()
    assert (model.size_bytes, sum(seen_bytes)) == (before.st_size, before.st_size)
    assert (model.architecture, model.context_tokens, model.frame) == ("llama", 8192, "chatml")
    assert (added.before, added.is_frame_named) == (None, False)
    after = tiny.stat()
    assert (before.st_mtime_ns, before.st_mode, before.st_ino) == (after.st_mtime_ns, after.st_mode, after.st_ino)
    assert [path.name for path in settings.paths.added_models_file.parent.iterdir()] == ["added.toml"]


# What a file is called -> what its owner may type.
NAMES = [
    ("Qwen3-4B-Instruct-2507-Q4_K_M.gguf", "qwen3-4b-instruct-2507-q4_k_m"),
    ("Llama Guard 3 (8B).GGUF", "llama-guard-3-8b"),
    ("--help.gguf", "help"),
    ("日本語.gguf", "model"),
    ("none.gguf", "model"),
    ("x" * 200 + ".gguf", "x" * 60),
    ("no-ending", "no-ending"),
    ("sha256-" + "ab" * 32, "tiny-random"),
    ("0123456789abcdef0123456789abcdef", "tiny-random"),
]


@pytest.mark.parametrize(("file", "name"), NAMES)
def test_a_model_is_named_after_its_file(file: str, name: str, settings: Settings, tiny: Path, tmp_path: Path) -> None:
    assert add(settings, copied(tiny, tmp_path / file)).model.name == name


def test_a_link_is_followed_and_the_file_behind_it_is_pinned(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    link = tmp_path / "My Model.gguf"
    link.symlink_to(tiny)
    model = add(settings, link).model
    assert (model.name, model.path) == ("my-model", tiny.resolve())


def test_the_owner_names_it(settings: Settings, tiny: Path) -> None:
    assert add(settings, tiny, name="mine").model.name == "mine"
    for name in ("none", "a b", "\x1b[31m"):
        with pytest.raises(ModelError, match="a model can't be called"):
            add(settings, tiny, name=name)
    assert list(load_shelf(settings)) == ["mine"]


def test_two_files_of_one_name_are_not_mixed_up(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        copied(tiny, tmp_path / folder / "a.gguf")
    add(settings, tmp_path / "one" / "a.gguf")
    with pytest.raises(ModelFileError) as caught:
        add(settings, tmp_path / "two" / "a.gguf")
    assert "is called a already (choose another name with --name)" in caught.value.line()
    assert add(settings, tmp_path / "two" / "a.gguf", name="b").before is None


def test_the_name_of_a_file_that_was_moved_goes_with_it(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    first = add(settings, copied(tiny, tmp_path / "a.gguf"), "mine").model
    moved = first.path.rename(tmp_path / "b.gguf")
    added = add(settings, moved, "mine")
    assert added.before == first
    assert added.model.sha256 == first.sha256
    assert [model.path for model in load_shelf(settings).values()] == [moved]


def test_two_that_add_files_of_one_name_at_once_do_not_push_each_other_out(
    settings: Settings, tiny: Path, tmp_path: Path
) -> None:
    """The other one is done while the first is still hashing."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        copied(tiny, tmp_path / folder / "a.gguf")
    others: list[Added] = []

    def add_other(done_bytes: int) -> None:
        if not others:
            others.append(add(settings, tmp_path / "two" / "a.gguf"))

    with pytest.raises(ModelFileError, match="is called a already"):
        add_file(settings, tmp_path / "one" / "a.gguf", name="", frame="", advance=add_other)
    assert find(settings, "a") == others[0].model


def test_a_file_that_its_owner_changed_is_pinned_anew(
    settings: Settings, tiny_models: TinyModels, tmp_path: Path
) -> None:
    path = copied(tiny_models.random(), tmp_path / "a.gguf")
    first = add(settings, path).model
    assert add(settings, path).before == first
    copied(tiny_models.random(seed=1), path)
    with pytest.raises(ModelFileError, match="not the pinned"):
        verify(first, lambda done: None)
    second = add(settings, path)
    assert second.before == first
    assert second.model.sha256 != first.sha256
    verify(second.model, lambda done: None)


def test_the_frame_is_the_one_that_the_owner_names_if_it_fits(settings: Settings, tiny: Path) -> None:
    named = add(settings, tiny, frame="chatml")
    assert (named.model.frame, named.is_frame_named) == ("chatml", True)
    with pytest.raises(ModelFileError) as caught:
        add(settings, tiny, frame="llama3")
    assert "frame llama3 needs the token <|" in caught.value.line()
    assert "--frame chatml" in caught.value.line()
    with pytest.raises(ModelError, match="there is no frame fish"):
        add(settings, tiny, frame="fish")


def test_a_family_that_is_not_known_is_asked_for(settings: Settings, tiny_models: TinyModels) -> None:
    stranger = tiny_models.random(chat_template="{{ 'another family altogether' }}")
    with pytest.raises(ModelFileError) as caught:
        add(settings, stranger)
    assert "its family is not known (architecture llama)" in caught.value.line()
    assert "--frame chatml" in caught.value.line()
    assert add(settings, stranger, frame="chatml").model.frame == "chatml"


def test_a_refused_file_leaves_no_trace(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelFileError):
        add(settings, tmp_path / "a.gguf")
    assert not settings.paths.added_models_file.exists()


def test_a_file_that_changes_while_it_is_hashed_is_refused(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    """As one does that is still being copied, or that somebody swaps between the check and the hash."""
    path = copied(tiny, tmp_path / "a.gguf")

    def write(done_bytes: int) -> None:
        with path.open("r+b") as stream:
            stream.seek(-1, os.SEEK_END)
            stream.write(b"x")
        os.utime(path, ns=(0, 1))

    with pytest.raises(ModelFileError, match="it was changed while it was read"):
        add_file(settings, path, name="", frame="", advance=write)
    assert load_shelf(settings) == {}


def test_a_path_that_cannot_be_written_down_is_refused(settings: Settings, tiny: Path, tmp_path: Path) -> None:
    path = copied(tiny, Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.gguf")))
    with pytest.raises(ModelFileError, match="its path is not UTF-8"):
        add(settings, path, name="a")


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "one bit": (flip, "not the pinned"),
    "cut": (lambda path: os.truncate(path, 1000), "it has 1,000 bytes, not the pinned"),
    "missing": (Path.unlink, "is not there"),
    "pipe": (become_a_pipe, "no regular file"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_hashing_again_finds_whatever_is_not_the_pinned_file(
    kind: str, settings: Settings, tiny: Path, tmp_path: Path
) -> None:
    damage, says = DAMAGE[kind]
    model = add(settings, copied(tiny, tmp_path / "a.gguf")).model
    verify(model, lambda done: None)
    damage(model.path)
    with pytest.raises(ModelError, match=says):
        verify(model, lambda done: None)


def test_of_a_folder_the_models_right_in_it_are_found(tiny: Path, tmp_path: Path) -> None:
    for name in ("b.gguf", "A.GGUF", "notes.txt", "c.gguf.part"):
        copied(tiny, tmp_path / name)
    (tmp_path / "inner").mkdir()
    copied(tiny, tmp_path / "inner" / "d.gguf")
    assert [path.name for path in model_files(tmp_path)] == ["A.GGUF", "b.gguf"]
    with pytest.raises(InputError, match="cannot read the folder"):
        model_files(tmp_path / "nowhere")
