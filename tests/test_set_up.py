"""What set-up keeps of llama-cpp-python's sources for the tests: whole or not at all, and fetched once."""

from __future__ import annotations

import importlib.util
import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "set_up.py"
FILES = {
    "llama_cpp_python-0/vendor/llama.cpp/models/ggml-vocab-a.gguf": b"a",
    "llama_cpp_python-0/vendor/llama.cpp/models/templates/b.jinja": b"b",
    "llama_cpp_python-0/README.md": b"no model",
}


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    spec = importlib.util.spec_from_file_location("set_up_script", SCRIPT)
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def sources() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def downloading(data: bytes, meanwhile: Callable[[], object] = lambda: None) -> Callable[..., None]:
    """What stands in for pip: it puts this into the folder that it was told of."""

    def pip(*arguments: str) -> None:
        folder = Path(arguments[arguments.index("-d") + 1])
        (folder / "llama_cpp_python-0.tar.gz").write_bytes(data)
        meanwhile()

    return pip


def cached(tmp_path: Path) -> dict[str, bytes]:
    """Every file in the cache, by its place below the version's folder."""
    places = [place for place in (tmp_path / "guardian" / "vocabularies").rglob("*") if place.is_file()]
    return {place.name: place.read_bytes() for place in places}


def test_models_are_kept_side_by_side_and_not_fetched_again(set_up: Any, tmp_path: Path) -> None:
    set_up.pip = downloading(sources())
    set_up.keep_vocabularies()
    assert cached(tmp_path) == {"ggml-vocab-a.gguf": b"a", "b.jinja": b"b"}
    set_up.pip = lambda *_arguments: pytest.fail("there is nothing to fetch")
    set_up.keep_vocabularies()


def test_models_that_another_cache_directory_lacks_are_fetched_though_all_else_is_in_place(
    set_up: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up.VENV = tmp_path
    (tmp_path / f".ready-{set_up._fingerprint(['dev'])}").touch()
    set_up.pip = downloading(sources())
    monkeypatch.setattr("sys.argv", ["set_up.py", "dev"])
    assert set_up.main() == 0
    assert cached(tmp_path) == {"ggml-vocab-a.gguf": b"a", "b.jinja": b"b"}


@pytest.mark.parametrize("data", [b"", b"no archive", sources()[:-40], sources()[:60]], ids=["0", "no", "cut", "short"])
def test_a_broken_download_is_one_line_and_leaves_nothing(
    set_up: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    set_up.pip = downloading(data)
    with pytest.raises(SystemExit) as stopped:
        set_up.keep_vocabularies()
    assert stopped.value.code == 2
    assert "cannot be unpacked" in capsys.readouterr().err.splitlines()[-1]
    assert list((tmp_path / "guardian" / "vocabularies").iterdir()) == []


def test_a_failed_download_leaves_nothing(set_up: Any, tmp_path: Path) -> None:
    def fail(*_arguments: str) -> None:
        raise SystemExit(2)

    set_up.pip = fail
    with pytest.raises(SystemExit):
        set_up.keep_vocabularies()
    assert list((tmp_path / "guardian" / "vocabularies").iterdir()) == []


def test_of_two_set_ups_at_once_the_quicker_one_counts(set_up: Any, tmp_path: Path) -> None:
    def other() -> None:
        set_up.pip = downloading(sources())
        set_up.keep_vocabularies()

    set_up.pip = downloading(sources(), other)
    set_up.keep_vocabularies()
    assert cached(tmp_path) == {"ggml-vocab-a.gguf": b"a", "b.jinja": b"b"}
    assert len(list((tmp_path / "guardian" / "vocabularies").iterdir())) == 1
