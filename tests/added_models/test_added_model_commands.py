"""Promises of `guardian model add|list|use|remove|verify` for models of the owner's own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from guardian.inference.manifest import load_manifest
from guardian.judge.prompt_frames import FRAMES
from guardian.settings import load_settings

if TYPE_CHECKING:
    from tiny_gguf import TinyModels

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
REPOSITORY = Path(__file__).parents[2]
_MANIFEST = load_manifest(REPOSITORY / "models" / "manifest.toml")
PINNED = [_MANIFEST.file, _MANIFEST.bank_file, _MANIFEST.check_file]
"""Files of the embedded model."""


@pytest.fixture
def shelf(tiny_models: TinyModels, tmp_path: Path) -> Path:
    """A folder with two models, something broken, and an encoder."""
    folder = tmp_path / "my models"
    folder.mkdir()
    shutil.copyfile(tiny_models.random(), folder / "Useless-1M.gguf")
    shutil.copyfile(tiny_models.saying("Good day."), folder / "Speaker-1M.gguf")
    (folder / "Broken.gguf").write_bytes(b"GGUF" + bytes(100))
    (encoder,) = (REPOSITORY / "models").glob("*.gguf")
    (folder / "Encoder.gguf").symlink_to(encoder)
    return folder


def words(done: subprocess.CompletedProcess[bytes]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def refusal(done: subprocess.CompletedProcess[bytes]) -> str:
    assert (done.returncode, done.stdout) == (2, b"")
    line = done.stderr.decode()
    assert line.startswith("guardian: ")
    assert line.count("\n") == 1
    return line.rstrip("\n")


def setting(name: str) -> object:
    return {key: value for key, value, _ in load_settings(os.environ, {}).items()}[name]


def test_a_model_is_added_with_what_it_is_in_words(shelf: Path, run_guardian: Run) -> None:
    path = shelf / "Useless-1M.gguf"
    lines = dict(line.split(maxsplit=1) for line in words(run_guardian("model", "add", str(path))).splitlines())
    assert lines["added"] == "useless-1m"
    assert lines["file"] == f"{path} (it stays there)"
    assert lines["sha-256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert lines["kind"].startswith("llama, 2 layers, ")
    assert lines["kind"].endswith('calls itself "tiny random"')
    assert lines["context"] == "made for texts of up to 8,192 tokens"
    assert lines["frame"].startswith("chatml (")
    assert lines["frame"].endswith("by what the file says of itself")
    assert "for a prompt of 4,096 tokens; this machine has " in lines["memory"]
    assert lines["next"] == "guardian model test useless-1m"


def test_that_others_can_change_the_file_is_said(shelf: Path, run_guardian: Run) -> None:
    path = shelf / "Useless-1M.gguf"
    path.chmod(0o644)
    assert "other accounts" not in words(run_guardian("model", "add", str(path)))
    path.chmod(0o666)
    assert "note     other accounts can write to the file" in words(run_guardian("model", "add", str(path)))


def test_adding_it_again_keeps_it(shelf: Path, run_guardian: Run) -> None:
    path = str(shelf / "Useless-1M.gguf")
    words(run_guardian("model", "add", path))
    assert words(run_guardian("model", "add", path, "--frame", "chatml")).splitlines()[0].split() == [
        "kept",
        "useless-1m",
    ]


def test_of_a_folder_each_file_is_told_in_a_line(shelf: Path, run_guardian: Run) -> None:
    done = run_guardian("model", "add", str(shelf))
    added = words(done).splitlines()
    assert [line.split(":")[0] for line in added] == ["added speaker-1m", "added useless-1m"]
    refused = done.stderr.decode().splitlines()
    assert refused[0].startswith(f"guardian: {shelf}/Broken.gguf: ")
    assert "it is an encoder (bert)" in refused[1]
    assert len(refused) == 2


def test_a_folder_with_nothing_to_add_is_an_error(shelf: Path, tmp_path: Path, run_guardian: Run) -> None:
    assert "there is no .gguf file right in" in refusal(run_guardian("model", "add", str(tmp_path)))
    for name in ("Useless-1M.gguf", "Speaker-1M.gguf"):
        (shelf / name).unlink()
    done = run_guardian("model", "add", str(shelf))
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 2)
    assert "no path is given" in refusal(run_guardian("model", "add", ""))
    assert "--name is for one file" in refusal(run_guardian("model", "add", str(shelf), "--name", "a"))


def test_adding_in_json_is_one_object_a_file(shelf: Path, run_guardian: Run) -> None:
    rows = [json.loads(line) for line in run_guardian("model", "add", str(shelf), "--json").stdout.splitlines()]
    assert [row["ok"] for row in rows] == [False, False, True, True]
    assert "Broken.gguf" in rows[0]["problem"]
    assert rows[3]["name"] == "useless-1m"
    assert rows[3]["frame"] == "chatml"
    assert rows[3]["memory_bytes"] > rows[3]["size_bytes"] / 2


def test_the_list_shows_what_was_added_and_what_became_of_it(shelf: Path, run_guardian: Run) -> None:
    assert "no language models of your own (guardian model add PATH)" in words(run_guardian("model", "list"))
    run_guardian("model", "add", str(shelf))
    words(run_guardian("model", "use", "useless-1m", "--as", "judge"))
    os.utime(shelf / "Useless-1M.gguf", ns=(0, 1))
    (shelf / "Speaker-1M.gguf").unlink()
    listed = json.loads(words(run_guardian("model", "list", "--json")))
    assert listed["is_pinned"] is True
    assert [(row["name"], row["file_state"], row["used_as"]) for row in listed["added"]] == [
        ("speaker-1m", "missing", []),
        ("useless-1m", "changed", ["judge"]),
    ]
    lines = words(run_guardian("model", "list")).splitlines()
    speaker, useless = (line.split() for line in lines[-2:])
    assert speaker[:4] == ["speaker-1m", "-", "chatml", "llama"]
    assert useless[:4] == ["useless-1m", "judge", "chatml", "llama"]
    assert lines[-2].endswith("(not there)")
    assert lines[-1].endswith("(changed since you added it; guardian model add pins it anew)")


def test_a_broken_list_is_said_and_the_embedded_model_still_shown(guardian_home: Path, run_guardian: Run) -> None:
    file = guardian_home / "data" / "models" / "added.toml"
    file.parent.mkdir(parents=True)
    file.write_text("nonsense")
    assert words(run_guardian("model", "list")).splitlines()[-1].startswith(f"the list of added models {file}")
    assert "is no TOML" in json.loads(words(run_guardian("model", "list", "--json")))["added_problem"]
    assert "is no TOML" in refusal(run_guardian("model", "use", "a", "--as", "judge"))


def test_a_model_is_used_as_judge_and_as_assistant(shelf: Path, run_guardian: Run) -> None:
    run_guardian("model", "add", str(shelf))
    done = run_guardian("model", "use", "useless-1m", "--as", "judge")
    assert words(done).startswith("judge is now useless-1m; guardian serve takes that up with its next message, an app")
    assert done.stderr == b""
    assert setting("judge.model") == "useless-1m"
    done = run_guardian("model", "use", "speaker-1m", "--as", "assistant")
    assert (setting("assistant.model"), done.stderr) == ("speaker-1m", b"")
    assert words(run_guardian("model", "use", "none", "--as", "judge")).startswith(
        "there is no judge now; guardian serve takes that up"
    )
    assert (setting("judge.model"), setting("assistant.model")) == ("", "speaker-1m")


def test_that_one_file_is_judge_and_assistant_is_said_under_whatever_names(shelf: Path, run_guardian: Run) -> None:
    path = str(shelf / "Useless-1M.gguf")
    run_guardian("model", "add", path)
    run_guardian("model", "add", path, "--name", "twin")
    run_guardian("model", "use", "useless-1m", "--as", "judge")
    said = run_guardian("model", "use", "twin", "--as", "assistant").stderr.decode()
    assert "the same file is your judge: as judge it is not asked about what it says" in said


REFUSED_USES = {
    "no such model": (["nobody", "--as", "judge"], "no model is called nobody (added are: speaker-1m, useless-1m)"),
    "a file that changed": (["useless-1m", "--as", "judge"], "was changed since you added it (guardian model add '"),
    "a file that is gone": (
        ["speaker-1m", "--as", "judge"],
        "is not there (if you moved it: guardian model add PATH --name",
    ),
    "no such part": (["useless-1m", "--as", "friend"], "--as"),
    "no part": (["useless-1m"], "--as"),
}


@pytest.mark.parametrize("kind", REFUSED_USES)
def test_what_cannot_be_used_changes_no_setting(kind: str, shelf: Path, run_guardian: Run) -> None:
    run_guardian("model", "add", str(shelf))
    os.utime(shelf / "Useless-1M.gguf", ns=(0, 1))
    (shelf / "Speaker-1M.gguf").unlink()
    typed, says = REFUSED_USES[kind]
    assert says in refusal(run_guardian("model", "use", *typed))
    assert setting("judge.model") == ""


def test_a_guard_can_judge_and_not_talk(tiny_models: TinyModels, run_guardian: Run) -> None:
    specials = (*FRAMES["chatml"].controls, "<|endoftext|>", *FRAMES["llama-guard"].controls)
    guard = tiny_models.always("unsafe", "safe", specials=specials, name="Llama Guard 3 1B")
    added = words(run_guardian("model", "add", str(guard), "--name", "guard", "--frame", "llama-guard"))
    assert "note     it was made as a guard: it can be your judge, and can't talk" in added
    assert "guard was made as a guard, and can't talk" in refusal(
        run_guardian("model", "use", "guard", "--as", "assistant")
    )
    words(run_guardian("model", "use", "guard", "--as", "judge"))


def test_a_variable_that_outranks_the_file_is_said(shelf: Path, run_guardian: Run) -> None:
    run_guardian("model", "add", str(shelf))
    done = run_guardian("model", "use", "useless-1m", "--as", "judge", env={"GUARDIAN_JUDGE_MODEL": "other"})
    assert "GUARDIAN_JUDGE_MODEL is set in this shell, and outranks the settings file" in done.stderr.decode()


def test_a_model_in_use_is_not_removed_and_another_is(shelf: Path, run_guardian: Run) -> None:
    run_guardian("model", "add", str(shelf))
    run_guardian("model", "use", "useless-1m", "--as", "judge")
    assert refusal(run_guardian("model", "remove", "useless-1m")) == (
        "guardian: useless-1m is your judge (guardian model use none --as judge ends that)"
    )
    assert "speaker-1m is off your list; its file stays" in words(run_guardian("model", "remove", "speaker-1m"))
    assert (shelf / "Speaker-1M.gguf").exists()
    assert "no model is called speaker-1m" in refusal(run_guardian("model", "remove", "speaker-1m"))


def test_verify_hashes_the_added_models_too(shelf: Path, run_guardian: Run) -> None:
    run_guardian("model", "add", str(shelf))
    lines = words(run_guardian("model", "verify")).splitlines()
    assert [line.split()[2] for line in lines[-2:]] == ["speaker-1m", "useless-1m"]
    assert [line.split()[2] for line in lines[:-2]] == PINNED
    assert json.loads(words(run_guardian("model", "verify", "speaker-1m", "--json")))["sha256"] == {}
    embedded = lines[0].split()[2].removesuffix(".gguf")
    assert len(words(run_guardian("model", "verify", embedded)).splitlines()) == len(PINNED)


def test_verify_names_the_model_that_is_another_now_though_its_time_is_the_same(shelf: Path, run_guardian: Run) -> None:
    run_guardian("model", "add", str(shelf))
    path = shelf / "Speaker-1M.gguf"
    facts = path.stat()
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert json.loads(words(run_guardian("model", "list", "--json")))["added"][0]["file_state"] == "unchanged"
    done = run_guardian("model", "verify")
    assert done.returncode == 2
    assert f"{path}: it has sha-256 " in done.stderr.decode()
    assert [line.split()[2] for line in done.stdout.decode().splitlines()] == [*PINNED, "useless-1m"]
    report = run_guardian("model", "verify", "--json")
    assert report.returncode == 2
    assert [row["ok"] for row in json.loads(report.stdout)["added"]] == [False, True]


def test_verify_tells_of_each_though_others_are_broken(shelf: Path, run_guardian: Run, tmp_path: Path) -> None:
    run_guardian("model", "add", str(shelf))
    models = tmp_path / "models"
    shutil.copytree(REPOSITORY / "models", models, ignore=shutil.ignore_patterns("training"))
    (models / "reference-bank.npz").write_bytes(b"other")
    (shelf / "Speaker-1M.gguf").unlink()
    env = {"GUARDIAN_MODEL_DIR": str(models)}
    done = run_guardian("model", "verify", env=env)
    assert done.returncode == 2
    assert [line.split()[2] for line in done.stdout.decode().splitlines()] == ["useless-1m"]
    embedded, speaker = done.stderr.decode().splitlines()
    assert embedded.startswith("guardian: the reference bank ")
    assert speaker == (
        f"guardian: the file of speaker-1m, {shelf}/Speaker-1M.gguf, is not there "
        "(if you moved it: guardian model add PATH --name speaker-1m)"
    )
    report = run_guardian("model", "verify", "--json", env=env)
    told = json.loads(report.stdout)
    assert (report.returncode, told["ok"], len(told["problems"]), report.stderr) == (2, False, 1, b"")
    assert [row["ok"] for row in told["added"]] == [False, True]


def test_verify_of_one_model_needs_no_other(shelf: Path, run_guardian: Run, tmp_path: Path) -> None:
    run_guardian("model", "add", str(shelf))
    env = {"GUARDIAN_MODEL_DIR": str(tmp_path)}  # no manifest there
    assert len(words(run_guardian("model", "verify", "useless-1m", env=env)).splitlines()) == 1
    assert "manifest.toml" in refusal(run_guardian("model", "verify", "guardian-mini", env=env))


def test_verify_hashes_the_embedded_model_though_the_list_is_broken(guardian_home: Path, run_guardian: Run) -> None:
    file = guardian_home / "data" / "models" / "added.toml"
    file.parent.mkdir(parents=True)
    file.write_text("nonsense")
    done = run_guardian("model", "verify")
    assert (done.returncode, len(done.stdout.splitlines())) == (2, len(PINNED))
    assert b"is no TOML" in done.stderr


def test_nothing_is_downloaded(run_guardian: Run) -> None:
    for place in ("https://example.org/model.gguf", "hf.co/org/model", "~nobody-here/model.gguf"):
        assert "it cannot be opened: no such file or directory" in refusal(run_guardian("model", "add", place))
