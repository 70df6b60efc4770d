"""Promises of the owner's list of models: it is complete and well formed, or says where it is not."""

from __future__ import annotations

import datetime
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.added_models.shelf import MOST_MODELS, AddedModel, FileState, add, find, is_name, load_shelf, remove
from guardian.errors import ModelError, SettingsError
from guardian.settings import Settings, default_settings
from guardian.settings_rules_judge import ModelName


@pytest.fixture
def settings(guardian_home: Path) -> Settings:
    return default_settings(os.environ)


def model(name: str, path: Path | str = "/models/x.gguf") -> AddedModel:
    return AddedModel(
        name=name,
        path=Path(path),
        sha256="ab" * 32,
        size_bytes=2_500_000_000,
        modified_ns=1_795_318_197_491_804_985,
        architecture="qwen3",
        context_tokens=40_960,
        frame="qwen",
        added=datetime.date(2026, 11, 22),
    )


def test_nothing_was_added_where_there_is_no_list(settings: Settings) -> None:
    assert load_shelf(settings) == {}
    with pytest.raises(ModelError) as caught:
        find(settings, "qwen")
    assert caught.value.line() == "no model is called qwen (add one with guardian model add PATH)"


@pytest.mark.parametrize("path", ["/models/x.gguf", "/mo dels/ü 模型/x.gguf", '/a"b\\c\nd\x1b/x.gguf'])
def test_what_was_added_is_found_again_to_the_last_digit(path: str, settings: Settings) -> None:
    added = model("qwen3-4b", path)
    assert add(settings, added) is None
    assert find(settings, "qwen3-4b") == added
    assert list(load_shelf(settings)) == ["qwen3-4b"]


def test_the_list_is_its_owners_alone(settings: Settings) -> None:
    add(settings, model("a"))
    file = settings.paths.added_models_file
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_model_of_the_same_name_takes_its_place(settings: Settings) -> None:
    first, second = model("a", "/one.gguf"), model("a", "/two.gguf")
    add(settings, model("before"))
    add(settings, first)
    add(settings, model("behind"))
    assert add(settings, second) == first
    assert list(load_shelf(settings)) == ["before", "a", "behind"]
    assert find(settings, "a") == second


def test_what_is_removed_is_off_the_list_and_its_file_stays(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"GGUF")
    add(settings, model("a", path))
    add(settings, model("b"))
    assert remove(settings, "a").path == path
    assert list(load_shelf(settings)) == ["b"]
    assert path.exists()
    with pytest.raises(ModelError, match="no model is called a"):
        remove(settings, "a")


def test_added_at_the_same_time_both_are_there(settings: Settings) -> None:
    threads = [threading.Thread(target=add, args=(settings, model(f"m{number}"))) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(load_shelf(settings)) == {f"m{number}" for number in range(12)}


def test_the_list_ends_somewhere(settings: Settings) -> None:
    rows = "".join(row(name=f"m{number}") for number in range(MOST_MODELS))
    write(settings, rows)
    with pytest.raises(ModelError, match="there are 200 models already"):
        add(settings, model("one-more"))
    assert add(settings, model("m3")) is not None


def row(**changes: object) -> str:
    values: dict[str, object] = {
        "name": "a",
        "path": "/x.gguf",
        "sha256": "ab" * 32,
        "size_bytes": 1,
        "modified_ns": 1,
        "architecture": "llama",
        "context_tokens": 1,
        "frame": "chatml",
        "added": datetime.date(2026, 11, 22),
    } | changes
    lines = [
        f"{key} = {value!r}" if not isinstance(value, datetime.date) else f"{key} = {value}"
        for key, value in values.items()
        if value is not None
    ]
    return "[[models]]\n" + "\n".join(lines) + "\n"


def write(settings: Settings, text: str) -> None:
    settings.paths.added_models_file.parent.mkdir(parents=True, exist_ok=True)
    settings.paths.added_models_file.write_text(text)


# What stands in the list -> what the one line says.
WRONG = {
    "no toml": ("[[models", "is no TOML"),
    "another table": ("[other]\n", "must hold [[models]] alone"),
    "models no list": ("models = 3\n", "must hold [[models]] alone"),
    "model no table": ("models = [3]\n", "model 1 in"),
    "a key missing": (row(sha256=None), "it must have name, path, sha256"),
    "a key more": (row(colour="red"), "and nothing else"),
    "name twice": (row() + row(), "model 2 in"),
    "name with a space": (row(name="a b"), "name cannot be so"),
    "name none": (row(name="none"), "name cannot be so"),
    "path not from the root": (row(path="x.gguf"), "path cannot be so"),
    "hash short": (row(sha256="ab"), "sha256 cannot be so"),
    "size a text": (row(size_bytes="1"), "size_bytes is of the wrong kind"),
    "size of nothing": (row(size_bytes=0), "size_bytes cannot be so"),
    "date a text": (row(added="today"), "added is of the wrong kind"),
    "frame hostile": (row(frame="\x1b"), "frame cannot be so"),
    "not text": ("\0", "holds a NUL byte"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_list_that_was_tampered_with_is_refused_whole(kind: str, settings: Settings) -> None:
    text, says = WRONG[kind]
    write(settings, text)
    for use in (load_shelf, lambda settings: find(settings, "a"), lambda settings: add(settings, model("new"))):
        with pytest.raises(ModelError) as caught:
            use(settings)
        assert says in caught.value.line()
        assert str(settings.paths.added_models_file) in caught.value.line()
    assert settings.paths.added_models_file.read_text() == text


def test_a_list_that_anybody_can_write_to_is_not_trusted(settings: Settings) -> None:
    folder = settings.paths.added_models_file.parent
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    with pytest.raises(SettingsError, match="anybody can write"):
        add(settings, model("a"))


def test_a_file_is_seen_to_be_changed_or_missing_without_being_hashed(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"GGUF")
    facts = path.stat()
    added = replace(model("a", path), size_bytes=facts.st_size, modified_ns=facts.st_mtime_ns)
    assert added.file_state() is FileState.UNCHANGED
    os.utime(path, ns=(0, facts.st_mtime_ns + 1))
    assert added.file_state() is FileState.CHANGED
    path.unlink()
    assert added.file_state() is FileState.MISSING
    os.mkfifo(path)
    assert added.file_state() is FileState.MISSING


@pytest.mark.parametrize("name", ["qwen3-4b", "a", "llama3.1:8b", "org/model+x_1", "A" * 120])
def test_every_name_can_be_written_into_the_settings(name: str) -> None:
    assert is_name(name)
    assert ModelName().from_text(name, Path()) == name


@pytest.mark.parametrize("name", ["", "none", "-a", " a", "a b", "a\n", "A" * 121, "ü", "\x1b"])
def test_no_other_name_can_be_given(name: str) -> None:
    assert not is_name(name)
