"""The state that all programs share: a damaged one counts as none, and nobody is kept from a verdict by its lock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from guardian.errors import PolicyError
from guardian.events import Event, PolicyProblem
from guardian.policy.life.in_force import Reasons
from guardian.policy.life.standing import policies_in_force
from guardian.policy.life.state import State, StateIoError, locked, read_state
from guardian.settings import load_settings


@pytest.mark.parametrize(
    "damage",
    [
        {"unrecorded": [{"policy": "rush"}]},
        {"unrecorded": [{"how": "cooling", "policy": "", "n": 0, "why": "", "by": ""}]},
        {"checked_seq": float("inf")},
        {"pending": {"rush": {}}},
    ],
)
def test_a_state_that_lacks_something_counts_as_damaged(tmp_path: Path, damage: dict[str, object]) -> None:
    path = tmp_path / "in-force.json"
    path.write_text(json.dumps({"state": {**State().to_json(), **damage}, "seal": ""}))
    assert read_state(path).is_damaged


def test_a_folder_in_the_place_of_the_state_is_one_line_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "in-force.json"
    path.mkdir()
    with pytest.raises(PolicyError, match=r"in-force\.json: is a directory"):
        read_state(path)


def test_a_program_that_was_stopped_with_the_lock_in_its_hand_stops_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings({"GUARDIAN_HOME": str(tmp_path)}, {})
    monkeypatch.setattr("guardian.policy.life.state.LOCK_WAIT_S", 0.1)
    told: list[Event] = []
    with locked(settings.paths.policies_state):
        assert policies_in_force(settings, told.append).policies.policies
        with pytest.raises(StateIoError, match="another program holds it"):
            policies_in_force(settings, reasons=Reasons("rush", "amended", "x"))
    assert any("another program holds it" in each.line for each in told if isinstance(each, PolicyProblem))
