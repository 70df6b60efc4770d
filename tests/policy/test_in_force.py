"""Which version of a policy is in force: files, broken files, deleted files, and changes that wait."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.events import Event, PolicyProblem
from guardian.policy.base import Policy
from guardian.policy.life.cooling import HOUR_MS, Moment
from guardian.policy.life.in_force import Reasons, Settled, settle
from guardian.policy.life.standing import policies_in_force
from guardian.policy.life.state import State, StateIoError
from guardian.policy.load import load_policies
from guardian.settings import load_settings

RANKS = ["log", "notice", "warn", "hold"]
POLICY = """\
id = "{id}"
title = "Rush"
why = "Once was enough."
since = 2026-11-21
channels = ["incoming"]
action = "{action}"

[match]
patterns = ['{pattern}']
"""


def write(folder: Path, name: str, action: str = "warn", *, policy: str = "rush", pattern: str = "hurry") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(POLICY.format(id=policy, action=action, pattern=pattern))
    path.chmod(0o600)
    return path


def at(hours: float, boot: str = "a") -> Moment:
    return Moment(boot, int(hours * HOUR_MS), 1_800_000_000_000 + int(hours * HOUR_MS))


def milder(before: Policy | None, after: Policy | None) -> str:
    """A stand-in for the comparison of behaviour: the action alone counts."""
    if before is None:
        return ""
    if after is None:
        return "it would be gone"
    return "its action is weaker" if RANKS.index(after.action) < RANKS.index(before.action) else ""


def run(folder: Path, before: State | None, hours: float = 0, *, wanted: int = 0, boot: str = "a") -> Settled:
    return settle(folder, before, at(hours, boot), hours_wanted=wanted, compare=milder)


def actions(settled: Settled) -> dict[str, str]:
    return {policy.id: policy.action.value for policy in settled.policies.policies}


# Without a cooling-off


def test_the_first_time_every_file_is_in_force_and_each_is_an_amendment(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", policy="a")
    write(tmp_path, "b.toml", policy="b")
    first = run(tmp_path, None)
    assert actions(first) == {"a": "warn", "b": "warn"}
    assert [(body["policy"], body["n"], body["how"]) for body in first.bodies] == [("a", 1, "first"), ("b", 1, "first")]
    assert first.policies.sha256 == load_policies(tmp_path).sha256
    assert {body["set"] for body in first.bodies} == {first.policies.sha256}


def test_an_edit_is_in_force_at_once_and_its_amendment_shows_the_difference(tmp_path: Path) -> None:
    write(tmp_path, "a.toml")
    first = run(tmp_path, None)
    write(tmp_path, "a.toml", "notice")
    second = run(tmp_path, first.state, 1)
    (body,) = second.bodies
    assert actions(second) == {"rush": "notice"}
    assert (body["how"], body["n"], body["why"]) == ("edited", 2, "")
    assert '-action = "warn"' in body["diff"]
    assert '+action = "notice"' in body["diff"]
    assert body["before"] == first.state.versions["rush"].sha256


def test_nothing_changed_is_no_amendment_nor_is_a_comment(tmp_path: Path) -> None:
    path = write(tmp_path, "a.toml")
    first = run(tmp_path, None)
    assert run(tmp_path, first.state).bodies == ()
    path.write_text("# a note to myself\n" + path.read_text())
    assert run(tmp_path, first.state).bodies == ()


def test_a_broken_file_keeps_its_last_good_version_in_force_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, "a.toml")
    first = run(tmp_path, None)
    path.write_text("id = \n")
    broken = run(tmp_path, first.state)
    assert actions(broken) == {"rush": "warn"}
    assert broken.policies.sha256 == first.policies.sha256
    assert [problem.code for problem in broken.policies.problems] == ["syntax", "last-good"]
    assert broken.bodies == ()
    write(tmp_path, "a.toml", "notice")
    assert actions(run(tmp_path, broken.state)) == {"rush": "notice"}


def test_a_broken_file_that_never_was_good_is_in_force_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("id = \n")
    settled = run(tmp_path, None)
    assert settled.policies.policies == ()
    assert [problem.code for problem in settled.policies.problems] == ["syntax"]


def test_a_renamed_file_is_the_same_policy(tmp_path: Path) -> None:
    path = write(tmp_path, "a.toml")
    first = run(tmp_path, None)
    path.rename(tmp_path / "z.toml")
    renamed = run(tmp_path, first.state)
    assert renamed.bodies == ()
    assert [file.path.name for file in renamed.policies.files] == ["z.toml"]


def test_a_deleted_file_is_gone_and_recorded_and_comes_back_as_a_later_version(tmp_path: Path) -> None:
    path = write(tmp_path, "a.toml")
    first = run(tmp_path, None)
    path.unlink()
    gone = run(tmp_path, first.state)
    assert gone.policies.policies == ()
    assert [(body["how"], body["n"], body["text"]) for body in gone.bodies] == [("deleted", 2, "")]
    assert run(tmp_path, gone.state).bodies == ()
    write(tmp_path, "a.toml")
    assert [body["n"] for body in run(tmp_path, gone.state).bodies] == [3]


def test_what_the_owner_says_of_a_change_stands_in_its_amendment(tmp_path: Path) -> None:
    write(tmp_path, "a.toml")
    first = run(tmp_path, None)
    write(tmp_path, "a.toml", "notice")
    said = Reasons("rush", "amended", "too many alarms", {"flagged": 3})
    settled = settle(tmp_path, first.state, at(0), hours_wanted=0, compare=milder, reasons=said)
    (body,) = settled.bodies
    assert (body["how"], body["why"], body["preview"]) == ("amended", "too many alarms", {"flagged": 3})


def test_a_reason_that_comes_after_another_program_saw_the_change_is_recorded_for_it(tmp_path: Path) -> None:
    write(tmp_path, "a.toml")
    first = run(tmp_path, None)
    write(tmp_path, "a.toml", "notice")
    seen = run(tmp_path, first.state)
    assert seen.state.unexplained == {"rush": 2}
    said = Reasons("rush", "restored", "back to version 1")
    settled = settle(tmp_path, seen.state, at(0), hours_wanted=0, compare=milder, reasons=said)
    (body,) = settled.bodies
    assert (body["how"], body["n"], body["why"]) == ("reason", 2, "back to version 1")
    assert settled.state.unexplained == {}
    assert State.from_json(settled.state.to_json()) == settled.state


# With one


@pytest.fixture
def cooled(tmp_path: Path) -> tuple[Path, State]:
    """A folder with one policy that warns, and 24 hours of cooling-off in force."""
    write(tmp_path, "a.toml")
    return tmp_path, run(tmp_path, None, wanted=24).state


def test_what_is_stricter_is_in_force_at_once(cooled: tuple[Path, State]) -> None:
    folder, state = cooled
    write(folder, "a.toml", "hold")
    assert actions(run(folder, state, wanted=24)) == {"rush": "hold"}


def test_what_is_milder_waits_and_then_takes_force_with_how_long_it_waited(cooled: tuple[Path, State]) -> None:
    folder, state = cooled
    write(folder, "a.toml", "notice")
    waiting = run(folder, state, 0, wanted=24)
    assert actions(waiting) == {"rush": "warn"}
    assert waiting.state.pending["rush"].why_milder == "its action is weaker"
    assert actions(run(folder, waiting.state, 23.9, wanted=24)) == {"rush": "warn"}
    done = run(folder, waiting.state, 24, wanted=24)
    assert actions(done) == {"rush": "notice"}
    assert done.bodies[0]["waited_ms"] == 24 * HOUR_MS
    assert done.bodies[0]["loosens"] == "its action is weaker"


def test_the_reason_given_for_a_change_that_waits_is_recorded_when_it_takes_force(
    cooled: tuple[Path, State],
) -> None:
    folder, state = cooled
    write(folder, "a.toml", "notice")
    said = Reasons("rush", "amended", "too many alarms", {"flagged": 3})
    waiting = settle(folder, state, at(0), hours_wanted=24, compare=milder, reasons=said)
    assert [body["how"] for body in waiting.bodies] == ["waits"]
    state = State.from_json(waiting.state.to_json())
    silent = Reasons("rush", "edited", "")
    state = settle(folder, state, at(1), hours_wanted=24, compare=milder, reasons=silent).state
    done = run(folder, state, 24, wanted=24)
    (body,) = done.bodies
    assert (body["how"], body["why"], body["preview"]) == ("amended", "too many alarms", {"flagged": 3})
    assert done.state.unexplained == {}


def test_taking_the_change_back_ends_the_wait(cooled: tuple[Path, State]) -> None:
    folder, state = cooled
    write(folder, "a.toml", "notice")
    waiting = run(folder, state, 0, wanted=24)
    write(folder, "a.toml", "warn")
    assert run(folder, waiting.state, 1, wanted=24).state.pending == {}


def test_what_cannot_be_compared_waits_until_it_can(cooled: tuple[Path, State]) -> None:
    folder, state = cooled
    write(folder, "a.toml", "hold")
    unknown = settle(folder, state, at(48), hours_wanted=24, compare=lambda *_: None)
    assert actions(unknown) == {"rush": "warn"}
    assert actions(run(folder, unknown.state, 48, wanted=24)) == {"rush": "hold"}


def test_over_a_restart_only_the_time_since_counts(cooled: tuple[Path, State]) -> None:
    folder, state = cooled
    write(folder, "a.toml", "notice")
    waiting = run(folder, run(folder, state, 0, wanted=24).state, 10, wanted=24)
    assert actions(run(folder, waiting.state, 13.9, wanted=24, boot="b")) == {"rush": "warn"}
    assert actions(run(folder, waiting.state, 14, wanted=24, boot="b")) == {"rush": "notice"}


def test_the_wall_clock_has_no_say(cooled: tuple[Path, State]) -> None:
    folder, state = cooled
    write(folder, "a.toml", "notice")
    waiting = run(folder, state, 0, wanted=24)
    tomorrow = replace(at(1), wall_ms=at(1).wall_ms + 400 * 24 * HOUR_MS)
    later = settle(folder, waiting.state, tomorrow, hours_wanted=24, compare=milder)
    assert actions(later) == {"rush": "warn"}


def test_fewer_hours_wait_for_as_long_as_the_old_ones_and_more_hours_count_at_once(
    cooled: tuple[Path, State],
) -> None:
    folder, state = cooled
    fewer = run(folder, state, 0, wanted=0)
    assert fewer.state.cooling_hours == 24
    assert run(folder, fewer.state, 23, wanted=0).state.cooling_hours == 24
    assert run(folder, fewer.state, 24, wanted=0).state.cooling_hours == 0
    assert run(folder, fewer.state, 25, wanted=48).state.cooling_hours == 48


def test_a_state_survives_its_own_json(cooled: tuple[Path, State]) -> None:
    folder, state = cooled
    write(folder, "a.toml", "notice")
    waiting = run(folder, run(folder, state, 0, wanted=24).state, 1, wanted=12).state
    assert State.from_json(waiting.to_json()) == waiting


def test_a_state_that_cannot_be_written_keeps_no_policy_from_judging(tmp_path: Path) -> None:
    settings = load_settings({"GUARDIAN_HOME": str(tmp_path)}, {})
    policies_in_force(settings)
    settings.paths.policies_state.unlink()
    shutil.rmtree(settings.paths.policies_state.parent)
    settings.paths.policies_state.parent.write_text("a file where the folder should be")
    events: list[Event] = []
    now = policies_in_force(settings, events.append)
    assert len(now.policies.policies) == 12
    assert [type(event) for event in events] == [PolicyProblem]
    with pytest.raises(StateIoError):
        policies_in_force(settings, reasons=Reasons("pressure-to-pay", "amended", "x"))
