"""Every broken file, given to the program itself: one clear line, exit 2, nothing added."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from broken_files import BROKEN, UNFIT, Make, key
from gguf_rig import sound_parts, text, u32

from guardian.paths import find_paths

EACH_IN_TURN = """
import contextlib, io, json, sys
from guardian.__main__ import main
said = {}
for name in json.loads(sys.stdin.read()):
    sys.argv = ["guardian", "model", "add", name]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main()
    said[name] = [code, out.getvalue(), err.getvalue()]
print(json.dumps(said))
"""
"""The program's own entry, once for each file, in one process: what it takes to start is not what is tested."""


@pytest.mark.long
def test_every_broken_file_gets_one_clear_line_and_exit_2(tmp_path: Path) -> None:
    sound = sound_parts(tmp_path)
    says: dict[str, str] = {}
    for number, (make, words) in enumerate([*BROKEN.values(), *UNFIT.values()]):
        path = tmp_path / f"{number}.gguf"
        path.write_bytes(make(copy.deepcopy(sound)))
        says[str(path)] = words.format(tokens=f"{sound.tokens:,}")
    done = subprocess.run(
        [sys.executable, "-c", EACH_IN_TURN], input=json.dumps(list(says)), capture_output=True, text=True, check=True
    )
    said = json.loads(done.stdout)
    assert set(said) == set(says)
    for path, (code, out, err) in said.items():
        assert (code, out) == (2, ""), path
        assert err.startswith(f"guardian: {path}: "), err
        assert says[path] in err
        assert err.count("\n") == 1
        assert err.rstrip("\n").isprintable()
    assert not find_paths(os.environ).added_models_file.exists()


Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
PASSES_THE_CHECK: dict[str, Make] = {
    "refused by llama.cpp": key("tokenizer.ggml.pre", text("nobody-s")),
    "ends llama.cpp's process": key("llama.expert_count", u32(100_000)),
}


@pytest.mark.parametrize("kind", PASSES_THE_CHECK)
def test_what_only_the_engine_sees_is_one_line_and_exit_2_too(kind: str, tmp_path: Path, run_guardian: Run) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(PASSES_THE_CHECK[kind](sound_parts(tmp_path)))
    added = run_guardian("model", "add", str(path))
    assert added.returncode == 0, added.stderr
    tested = run_guardian("model", "test", "model")
    assert (tested.returncode, tested.stdout) == (2, b"")
    line = tested.stderr.decode()
    assert line.startswith("guardian: ")
    assert line.count("\n") == 1
