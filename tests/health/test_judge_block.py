"""The judge's block of the register: what its numbers say, beyond which bound, and not known rather than good."""

from __future__ import annotations

import datetime
import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from health_rig import HOUR_MS, NOW_MS

from guardian.added_models.shelf import AddedModel
from guardian.added_models.shelf import add as add_to_shelf
from guardian.health.base import Block, Reading, Standing
from guardian.health.judge import JudgeFacts, judge_block, judge_facts
from guardian.judge.base import Label
from guardian.judge.register import CallRecord, JudgeRegister
from guardian.judge.tallies import RoundNumbers
from guardian.settings import Settings

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
SHA = "ab" * 32
GOOD = RoundNumbers(
    at_ms=NOW_MS, found=10, to_find=10, alone=9, to_leave=10, median_ms=800.0, p95_ms=1200.0, margin=4.0, mass=0.98
)
CALL = CallRecord("pay", Label.YES, margin=3.0, mass=0.97, tokens=300, reused_tokens=200, elapsed_ms=800.0)


@pytest.fixture
def model(tmp_path: Path) -> AddedModel:
    """One on the shelf."""
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF")
    found, today = path.stat(), datetime.date(2026, 11, 22)
    return AddedModel("mine", path, SHA, found.st_size, found.st_mtime_ns, "llama", 8192, "chatml", today)


def with_judge(settings: Settings, **changes: object) -> Settings:
    """Settings that name it."""
    return replace(settings, judge=replace(settings.judge, **{"model": "mine", **changes}))  # type: ignore[arg-type]


def block(
    settings: Settings,
    model: AddedModel,
    calls: list[CallRecord] | None = None,
    rounds: list[RoundNumbers] | None = None,
    now_ms: int = NOW_MS,
) -> Block:
    """The block after these calls and rounds."""
    register = JudgeRegister(None, SHA, clock_ms=lambda: now_ms)
    for call in calls or []:
        register.add(call)
    for each in rounds or []:
        register.add_round(each)
    return judge_block(now_ms, with_judge(settings), JudgeFacts("mine", "", model, register.snapshot()))


def reading(block: Block, id: str) -> Reading:
    (found,) = [each for each in block.readings if each.id == id]
    assert not found.is_breached or found.say, "a breach without a word on what to do"
    return found


def test_without_a_judge_there_is_one_line_and_nothing_is_wrong(settings: Settings) -> None:
    assert judge_facts(settings) is None
    (only,) = judge_block(NOW_MS, settings, None).readings
    assert (only.standing, only.value) == (Standing.GOOD, "none, which is fine")


def test_a_judge_of_which_nothing_was_measured_is_not_known(settings: Settings, model: AddedModel) -> None:
    found = block(settings, model)
    assert {each.standing for each in found.readings if each.id != "judge"} == {Standing.UNKNOWN}
    assert reading(found, "judge").value.endswith("what it says weighs nothing now")


@pytest.mark.parametrize(
    ("last", "hours_later", "standing"),
    [
        (GOOD, 0, Standing.GOOD),
        (GOOD, 2, Standing.GOOD),
        (GOOD, 4, Standing.UNKNOWN),
        (replace(GOOD, alone=0, troubles=("always-yes",)), 0, Standing.BREACHED),
        (replace(GOOD, found=0, alone=0, not_asked=17, troubles=("slow",)), 0, Standing.BREACHED),
    ],
    ids=["good", "two hours old", "too old", "always yes", "slow"],
)
def test_its_canaries(
    last: RoundNumbers, hours_later: int, standing: Standing, settings: Settings, model: AddedModel
) -> None:
    found = reading(
        block(settings, model, rounds=[GOOD, last], now_ms=NOW_MS + hours_later * HOUR_MS), "judge-canaries"
    )
    assert found.standing is standing
    assert len(found.series) == 2
    if standing is Standing.BREACHED:
        assert last.troubles[0] in found.value
        assert "weigh nothing until a round is good" in found.say


@pytest.mark.parametrize(
    ("id", "bad", "share", "is_breached"),
    [
        ("judge-failures", replace(CALL, failure="model-timeout"), 0.05, False),
        ("judge-failures", replace(CALL, failure="model-timeout"), 0.25, True),
        ("judge-parse", replace(CALL, mass=0.2), 0.02, False),
        ("judge-parse", replace(CALL, mass=0.2), 0.2, True),
        ("judge-oversure", replace(CALL, says_sure=True), 0.1, False),
        ("judge-oversure", replace(CALL, says_sure=True), 0.5, True),
    ],
)
def test_a_share_is_breached_only_beyond_chance(
    id: str, bad: CallRecord, share: float, is_breached: bool, settings: Settings, model: AddedModel
) -> None:
    number = round(100 * share)
    well = replace(CALL, says_sure=True, is_sure=True)
    found = reading(block(settings, model, [bad] * number + [well] * (100 - number)), id)
    assert found.is_breached is is_breached
    assert found.value.startswith(f"{number} of 100 ")


def test_its_time_says_that_opinions_come_late(settings: Settings, model: AddedModel) -> None:
    in_time = reading(block(settings, model, [CALL] * 10), "judge-latency")
    late = reading(block(settings, model, [replace(CALL, elapsed_ms=9000.0)] * 10), "judge-latency")
    assert in_time.value.startswith(
        "half within 800 ms, 95 of 100 within 800 ms, of the last 10 answers; 2,000 of 3,000"
    )
    assert "late" not in in_time.value
    assert "a message waits 2 s for it, so most opinions come late" in late.value


def test_drift_is_told_in_words(settings: Settings, model: AddedModel) -> None:
    calls = [replace(CALL, label=Label.NO)] * 200 + [CALL] * 200
    assert reading(block(settings, model, calls[:100]), "judge-drift").standing is Standing.UNKNOWN
    assert reading(block(settings, model, [CALL] * 400), "judge-drift").standing is Standing.GOOD
    drifted = reading(block(settings, model, calls), "judge-drift")
    assert (drifted.is_breached, drifted.value) == (True, "yes-rate")
    assert "said yes in 100% of the last 200 calls, and in 0% before" in drifted.say


def test_a_file_that_changed_or_went_is_a_breach(settings: Settings, model: AddedModel) -> None:
    model.path.write_bytes(b"other")
    changed = reading(block(settings, model), "judge")
    assert changed.value.startswith("CHANGED: mine")
    assert "started only while its bytes are the same: guardian model verify mine looks" in changed.say
    model.path.unlink()
    gone = reading(block(settings, model), "judge")
    assert gone.is_breached
    assert gone.say.endswith("If you moved it: guardian model add PATH --name mine")


def test_what_a_round_did_not_reach_pulls_its_line_nowhere(settings: Settings, model: AddedModel) -> None:
    half = replace(GOOD, found=6, alone=6, not_asked=8)
    assert reading(block(settings, model, rounds=[half]), "judge-canaries").series == [1.0]


def test_a_name_that_is_on_no_shelf_is_one_breach(settings: Settings) -> None:
    facts = judge_facts(with_judge(settings, model="gone"))
    assert facts is not None
    (only,) = judge_block(NOW_MS, with_judge(settings, model="gone"), facts).readings
    assert only.is_breached
    assert "no model is called gone" in only.say


@pytest.mark.long
def test_the_command_reads_what_other_processes_measured(
    run_guardian: Run, guardian_home: Path, model: AddedModel
) -> None:
    from guardian.settings import load_settings

    settings = load_settings({"GUARDIAN_HOME": str(guardian_home)}, {})
    add_to_shelf(settings, model)
    register = JudgeRegister(settings.paths.judge_register, SHA)
    for _ in range(3):
        register.add(CALL)
    register.add_round(replace(GOOD, at_ms=1, troubles=("always-no",)))
    register.save()
    env = {"GUARDIAN_JUDGE_MODEL": "mine"}
    done = run_guardian("health", "--no-model", "--json", env=env)
    (judge,) = [each for each in json.loads(done.stdout)["blocks"] if each["id"] == "judge"]
    readings = {each["id"]: each for each in judge["readings"]}
    assert readings["judge-canaries"]["breached"]
    assert "3 questions, 3 yes, 0 no" in readings["judge"]["value"]
    lines = run_guardian("health", "--no-model", env=env).stdout.decode().splitlines()
    assert "Judge" in lines
    assert any(line.startswith("  x judge's canaries") for line in lines)
