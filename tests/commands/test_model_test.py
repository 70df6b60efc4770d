"""`guardian model test`: says in words whether a model of the owner's can judge, with an exit code to go by."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "judge"))  # a model that can judge: `knowing_model`

from knowing_model import knowing_model
from tiny_gguf import TinyModels

from guardian.commands import doctor_judge
from guardian.commands.doctor_checks import Level
from guardian.judge.register import JudgeRegister
from guardian.settings import load_settings

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(scope="module")
def knowing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows the canaries."""
    return knowing_model(tmp_path_factory.mktemp("knowing") / "knowing.gguf")


def added(run_guardian: Run, path: Path, name: str = "mine") -> None:
    """Put it on the shelf."""
    done = run_guardian("model", "add", str(path), "--name", name)
    assert done.returncode == 0, done.stderr


def test_a_model_that_can_judge_is_0_and_its_numbers_are_said_and_kept(
    run_guardian: Run, guardian_home: Path, knowing: Path
) -> None:
    added(run_guardian, knowing)
    done = run_guardian("model", "test", "mine")
    assert (done.returncode, done.stderr) == (0, b"")
    first, *rest = done.stdout.decode().splitlines()
    assert first == "mine: This model can judge: it finds what is plain, and leaves alone what is harmless."
    assert [line.split()[0] for line in rest if line] == (
        ["canaries", "agreement", "form", "margin", "time", "start", "memory", "wall", "frame"]
    )
    listed = json.loads(run_guardian("model", "list", "--json").stdout)
    sha256 = next(each["sha256"] for each in listed["added"] if each["name"] == "mine")
    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    register = JudgeRegister(settings.paths.judge_register, sha256)
    assert register.is_trusted()
    assert register.snapshot().tallies.total.calls == 0


def test_as_json_it_has_agreement_parse_rate_latency_and_memory(run_guardian: Run, knowing: Path) -> None:
    added(run_guardian, knowing)
    run_guardian("model", "use", "mine", "--as", "judge")
    done = run_guardian("model", "test", "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["canaries"]["agreement"] == answer["parse_rate"] == 1.0
    assert answer["median_ms"] <= answer["p95_ms"]
    assert answer["memory_mb"] > 1
    assert (answer["troubles"], answer["wrong"], answer["can_judge"]) == ([], [], True)


def test_one_that_says_yes_to_everything_is_1_and_says_so(run_guardian: Run, tiny_models: TinyModels) -> None:
    added(run_guardian, tiny_models.always("yes"))
    done = run_guardian("model", "test", "mine")
    assert done.returncode == 1
    text = done.stdout.decode()
    assert text.startswith("mine: This model can't judge: it says yes to everything, harmless messages too.\n")
    assert text.count("\nwrong ") == 6
    assert "and 4 more" in text


def test_a_file_that_was_changed_is_2(run_guardian: Run, knowing: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(knowing.read_bytes())
    added(run_guardian, copy)
    copy.write_bytes(copy.read_bytes()[:-1] + b"\1")
    done = run_guardian("model", "test", "mine")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"not the pinned" in done.stderr


def test_one_that_computes_no_numbers_has_no_measures_made_up(run_guardian: Run, tiny_models: TinyModels) -> None:
    added(run_guardian, tiny_models.broken())
    done = run_guardian("model", "test", "mine")
    assert done.returncode == 1
    named = {line.split()[0]: line for line in done.stdout.decode().splitlines()[2:]}
    assert named["answers"].endswith("none to the 3 that it was asked, so there is nothing to measure")
    assert not {"agreement", "form", "margin", "time"} & set(named)


def test_a_zero_has_no_sign(run_guardian: Run, tiny_models: TinyModels) -> None:
    added(run_guardian, tiny_models.always("no"))
    assert "-0.0" not in run_guardian("model", "test", "mine").stdout.decode()


def test_a_register_that_cannot_be_kept_is_said_and_the_model_is_judged(
    run_guardian: Run, guardian_home: Path, knowing: Path
) -> None:
    added(run_guardian, knowing)
    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    settings.paths.judge_register.mkdir(parents=True)
    done = run_guardian("model", "test", "mine")
    assert done.returncode == 0
    assert done.stderr.startswith(b"guardian: cannot keep the judge's register: ")
    assert done.stderr.endswith(b"; this round is not kept\n")


def test_a_file_that_was_moved_is_2_and_says_which_where_and_how_to_mend_it(
    run_guardian: Run, knowing: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(knowing.read_bytes())
    added(run_guardian, copy)
    moved = copy.rename(tmp_path / "moved.gguf")
    done = run_guardian("model", "test", "mine")
    hint = "if you moved it: guardian model add PATH --name mine"
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == f"guardian: the file of mine, {copy}, is not there ({hint})\n"
    added(run_guardian, moved)
    assert run_guardian("model", "test", "mine").returncode == 0


@pytest.mark.parametrize("words", [(), ("nobody",), ("",)], ids=["no judge", "no such model", "an empty name"])
def test_a_model_that_is_not_there_is_2(words: tuple[str, ...], run_guardian: Run) -> None:
    done = run_guardian("model", "test", *words)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1


@pytest.mark.long
def test_doctor_tries_the_judge_and_says_what_its_register_holds(
    run_guardian: Run, knowing: Path, tiny_models: TinyModels
) -> None:
    added(run_guardian, knowing)
    run_guardian("model", "use", "mine", "--as", "judge")
    run_guardian("model", "test")
    found = rows(run_guardian)
    assert found["judge"][0] == "ok"
    assert found["judge"][1].startswith("mine: 4 of 4 found, 4 of 4 left alone; half within ")
    assert found["judge's register"] == (
        "ok",
        "0 questions, 0 yes, 0 no, 0 without an answer; 0 that it called sure and we do not; trusted",
    )
    added(run_guardian, tiny_models.always("no"), "deaf")
    run_guardian("model", "use", "deaf", "--as", "judge")
    level, words = rows(run_guardian)["judge"]
    assert level == "warn"
    assert "says no to everything" in words


@pytest.mark.long
def test_doctor_names_a_judge_that_is_gone_and_all_else_goes_on(
    run_guardian: Run, knowing: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(knowing.read_bytes())
    added(run_guardian, copy)
    run_guardian("model", "use", "mine", "--as", "judge")
    copy.unlink()
    found = rows(run_guardian)
    assert found["judge"][0] == "warn"
    assert found["judge"][1].endswith("verdicts go on without it")
    assert found["self-test"][0] == "ok"


def test_doctor_that_waits_no_longer_calls_no_right_judge_slow(
    run_guardian: Run, guardian_home: Path, knowing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(run_guardian, knowing)
    run_guardian("model", "use", "mine", "--as", "judge")
    monkeypatch.setattr(doctor_judge, "ROUND_LIMIT_S", 0.0)
    row, _ = doctor_judge.check_judge(load_settings({"GUARDIAN_HOME": str(guardian_home)}, {}))
    assert row.level is Level.OK
    assert row.detail.startswith("mine: right on all 1 that it was asked within 0 s; it is slow here")


def rows(run_guardian: Run) -> dict[str, tuple[str, str]]:
    """Level and detail of each check of doctor's."""
    done = run_guardian("doctor", "--json")
    assert done.returncode == 0, done.stdout
    return {row["what"]: (row["level"], row["detail"]) for row in json.loads(done.stdout)["checks"]}
