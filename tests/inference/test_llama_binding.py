"""The binding: what enters the cell with llama.cpp, and what a library that does not load is turned into."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cell_rig import HERE

from guardian.inference.child import import_folders

SCRIPT = """
import json, sys
sys.path += json.loads(sys.argv[1])
from guardian.errors import CellError
from guardian.inference.llama_binding import import_llama
try:
    library = import_llama()
    print(json.dumps({"modules": sorted(sys.modules), "has encode": hasattr(library, "llama_encode")}))
except CellError as error:
    print(json.dumps({"error": error.what, "hint": error.hint}))
"""


def run(folders: list[str]) -> dict[str, object]:
    command = [sys.executable, "-I", "-S", "-c", SCRIPT, json.dumps(folders)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    result: dict[str, object] = json.loads(done.stdout)
    return result


def test_the_high_level_package_and_what_it_drags_along_never_enter_the_cell() -> None:
    result = run(import_folders())
    assert result["has encode"] is True
    modules = result["modules"]
    assert isinstance(modules, list)
    assert not {"numpy", "jinja2", "diskcache", "llama_cpp.llama", "pickle", "asyncio"} & set(modules)


@pytest.mark.parametrize(
    ("library", "words", "hint"),
    [
        ("", "not installed", "pip install"),
        ("raise RuntimeError('no shared library')", "no shared library", "--force"),
        ("raise OSError('wrong ELF class')", "wrong ELF class", "--force"),
        ("raise AttributeError('undefined symbol')", "undefined symbol", "--force"),
        ("raise PermissionError(13, 'denied')", "cannot be read", "owner"),
    ],
    ids=["missing", "no library", "wrong library", "old library", "unreadable"],
)
def test_a_library_that_does_not_load_is_one_line_with_the_command_that_mends_it(
    tmp_path: Path, library: str, words: str, hint: str
) -> None:
    if library:
        (tmp_path / "llama_cpp").mkdir()
        (tmp_path / "llama_cpp" / "__init__.py").touch()
        (tmp_path / "llama_cpp" / "llama_cpp.py").write_text(library)
    result = run([str(HERE.parent), str(tmp_path)])
    assert words in str(result["error"])
    assert "\n" not in str(result["error"])
    assert hint in str(result["hint"])
