"""What is on disk is used only if it is whole, the owner's, made for this model, and within the band."""

from __future__ import annotations

import json
import os
import random
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from calibration_builders import LABELS, SHIPPED, a_manifest

from guardian.calibration.state import (
    Calibration,
    ChannelStanding,
    OutputStanding,
    append_log,
    load_calibration,
    remove_calibration,
    save_calibration,
    thresholds_in_force,
)
from guardian.calibration.thresholds import MOST_TOTAL, fingerprint, logit, score_of, shipped_thresholds
from guardian.errors import CalibrationError, OutputError
from guardian.events import CalibrationProblem, Event
from guardian.message import Channel

SEED = 20261121
MANIFEST = a_manifest()


def a_calibration(threshold: float = 0.85) -> Calibration:
    outputs = {"urgency": OutputStanding(threshold, 0.5, 0.1, 1.2)}
    standing = ChannelStanding(400, 200, 12.5, 2.0, 1.0, 3.5, outputs)
    made = ("2026-11-21T12:00:00+00:00", MANIFEST.sha256, fingerprint(MANIFEST))
    return Calibration(*made, 3.0, {Channel.INCOMING: standing})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "calibration.json"


def test_what_was_saved_is_loaded(path: Path) -> None:
    save_calibration(a_calibration(), path)
    assert load_calibration(path, MANIFEST) == a_calibration()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_it_moves_what_it_names_and_nothing_else(path: Path) -> None:
    save_calibration(a_calibration(), path)
    thresholds = thresholds_in_force(path, MANIFEST, lambda event: pytest.fail(str(event)))
    assert thresholds.on(Channel.INCOMING) == {**dict.fromkeys(LABELS, SHIPPED), "urgency": 0.85}
    assert thresholds.on(Channel.AI_OUTPUT) == dict.fromkeys(LABELS, SHIPPED)


def test_without_a_file_the_shipped_thresholds_are_in_force(path: Path) -> None:
    assert load_calibration(path, MANIFEST) is None
    assert thresholds_in_force(path, MANIFEST, lambda event: pytest.fail(str(event))) == shipped_thresholds(MANIFEST)
    assert not remove_calibration(path)


@pytest.mark.parametrize(
    "manifest",
    [
        a_manifest(sha256="1" * 64),
        a_manifest(threshold=0.79),
        replace(MANIFEST, outputs=tuple(replace(output, bias=0.1) for output in MANIFEST.outputs)),
    ],
)
def test_after_a_change_of_the_model_or_of_its_scores_it_does_not_apply(path: Path, manifest: Any) -> None:
    save_calibration(a_calibration(), path)
    with pytest.raises(CalibrationError, match="made for another model"):
        load_calibration(path, manifest)


def test_where_the_manifest_lies_does_not_matter(path: Path) -> None:
    save_calibration(a_calibration(), path)
    assert load_calibration(path, replace(MANIFEST, path=Path("/elsewhere/manifest.toml"))) is not None


@pytest.mark.parametrize("direction", [-1, 1])
def test_a_threshold_outside_the_band_is_refused_so_the_file_cannot_switch_an_output_off(
    path: Path, direction: int
) -> None:
    save_calibration(a_calibration(score_of(logit(SHIPPED) + direction * MOST_TOTAL)), path)
    assert load_calibration(path, MANIFEST) is not None
    save_calibration(a_calibration(score_of(logit(SHIPPED) + direction * (MOST_TOTAL + 0.01))), path)
    with pytest.raises(CalibrationError, match="may not be"):
        load_calibration(path, MANIFEST)


def _row(**changes: Any) -> dict[str, Any]:
    calibration = a_calibration()
    output = {"threshold": 0.85, "a_week": 0.5, "low": 0.1, "high": 1.2}
    channel = {"messages": 4, "senders": 2, "weeks": 1, "a_week": 2, "low": 1, "high": 3}
    return {
        "v": 1,
        "made_at": calibration.made_at,
        "model_sha256": calibration.model_sha256,
        "fingerprint": calibration.fingerprint,
        "false_alarms_per_week": 3,
        "channels": {"incoming": {**channel, "outputs": {"urgency": {**output, **changes.pop("output", {})}}}},
        **changes,
    }


def test_the_row_that_the_next_test_damages_is_good(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_text(json.dumps(_row()))
    assert load_calibration(path, MANIFEST) is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[" * 50_000,
        json.dumps(_row(v=2)),
        json.dumps(_row(v=True, made_at=1)),
        json.dumps(_row(more=1)),
        json.dumps({key: value for key, value in _row().items() if key != "channels"}),
        json.dumps(_row(made_at="yesterday")),
        json.dumps(_row(made_at="2026-11-21T12:00:00")),
        json.dumps(_row(channels={"sideways": {}})),
        json.dumps(_row(channels=[])),
        json.dumps(_row(false_alarms_per_week=True)),
        json.dumps(_row(false_alarms_per_week=-1)),
        json.dumps(_row(output={"threshold": "0.85"})),
        json.dumps(_row(output={"threshold": 1})),
        json.dumps(_row(output={"low": float("nan")})),
        json.dumps(_row(output={"high": float("inf")})),
        json.dumps(_row(output={"also": 1})),
        b" " * (1 << 20) + b"{}",
    ],
)
def test_a_damaged_file_is_one_line_and_the_shipped_thresholds_stay(path: Path, content: bytes | str) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    events: list[Event] = []
    assert thresholds_in_force(path, MANIFEST, events.append) == shipped_thresholds(MANIFEST)
    (event,) = events
    assert isinstance(event, CalibrationProblem)
    assert "damaged" in event.line
    assert "\n" not in event.line


def test_whatever_byte_is_changed_it_is_refused_or_still_within_the_band(path: Path) -> None:
    save_calibration(a_calibration(), path)
    good, chance, refusals = path.read_bytes(), random.Random(SEED), []
    for _ in range(400):
        place = chance.randrange(len(good))
        path.write_bytes(good[:place] + chance.randbytes(1) + good[place + 1 :])
        try:
            calibration = load_calibration(path, MANIFEST)
        except CalibrationError as error:
            refusals.append(error.line())
            continue
        assert calibration is not None
        for threshold in calibration.thresholds(MANIFEST).on(Channel.INCOMING).values():
            assert abs(logit(threshold) - logit(SHIPPED)) <= MOST_TOTAL + 0.01
    assert refusals
    assert not any("\n" in line for line in refusals)


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_can_write_to_is_refused(path: Path, mode: int) -> None:
    save_calibration(a_calibration(), path)
    path.chmod(mode)
    with pytest.raises(CalibrationError, match="others can write"):
        load_calibration(path, MANIFEST)


def test_a_link_a_pipe_or_a_folder_in_its_place_is_refused(path: Path) -> None:
    save_calibration(a_calibration(), path)
    elsewhere = path.rename(path.with_name("elsewhere"))
    path.symlink_to(elsewhere)
    with pytest.raises(CalibrationError, match="cannot be read"):
        load_calibration(path, MANIFEST)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(CalibrationError, match="damaged"):
        load_calibration(path, MANIFEST)
    path.unlink()
    path.mkdir()
    with pytest.raises(CalibrationError):
        load_calibration(path, MANIFEST)


def test_a_write_that_fails_leaves_the_old_file_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_calibration(a_calibration(), path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="no space left"):
        save_calibration(a_calibration(0.75), path)
    assert load_calibration(path, MANIFEST) == a_calibration()
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_log_is_only_added_to(path: Path) -> None:
    log = path.with_name("calibration.log")
    append_log(log, {"did": "one"})
    first = log.read_bytes()
    append_log(log, {"did": "two"})
    assert log.read_bytes().startswith(first)
    assert [json.loads(line)["did"] for line in log.read_text().splitlines()] == ["one", "two"]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_removing_it_puts_the_shipped_thresholds_back(path: Path) -> None:
    save_calibration(a_calibration(), path)
    assert remove_calibration(path)
    assert load_calibration(path, MANIFEST) is None
