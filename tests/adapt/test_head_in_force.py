"""A gate follows the head that is in force, says what it cannot use, and asks for no key while there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from adapt_journal import begun, settings_in
from adapt_rig import check_rows, manifest, scaled_rows, window_margins

from guardian.adapt.head import Anchors, PersonalHead, scaled
from guardian.adapt.heads import NoHead
from guardian.adapt.in_force import FollowedHead, HasLastingKey, open_heads
from guardian.adapt.keeping import head_key
from guardian.adapt.versions import IN_FORCE, PURPOSE, save_version, write_in_force
from guardian.assembly import assembled
from guardian.calibration.thresholds import fingerprint
from guardian.events import CalibrationProblem, Event, ignore
from guardian.journal.recorder import open_recorder
from guardian.journal.secret import Secret
from guardian.message import Message
from guardian.recording import NoRecord
from guardian.verdict import Outcome

FINGERPRINT = fingerprint(manifest())
KEY = Secret(bytes(32))


class Keyring:
    """A key that can be there or not, and is counted."""

    def __init__(self) -> None:
        self.key: Secret | None = KEY
        self.asked = 0

    def __call__(self, purpose: bytes) -> Secret | None:
        assert purpose == PURPOSE
        self.asked += 1
        return self.key


def a_head(version: int) -> PersonalHead:
    row = int(window_margins().argmax())
    rows = slice(row, row + 1)
    anchors = Anchors(check_rows().embeddings[rows], scaled_rows()[rows], np.zeros(1, dtype=np.int32))
    return PersonalHead(version, anchors, np.array([-float(version)], dtype=np.float32))


def lines(events: list[Event]) -> list[str]:
    return [event.line for event in events if isinstance(event, CalibrationProblem)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for version in (1, 2):
        save_version(tmp_path / "heads", a_head(version), FINGERPRINT, KEY)
    return tmp_path / "heads"


def version_of(heads: FollowedHead) -> int:
    head = heads.current()
    return head.version if head is not None else 0


def test_every_change_is_followed_by_the_next_message(folder: Path) -> None:
    keyring, events = Keyring(), list[Event]()
    heads = FollowedHead(folder, FINGERPRINT, keyring, events.append)
    for version in (0, 1, 2, 1, 0, 2):
        write_in_force(folder, version)
        assert version_of(heads) == version
    (folder / IN_FORCE).unlink()
    assert version_of(heads) == 0
    assert not events


def test_a_head_is_opened_once_and_no_key_is_asked_for_while_none_is_in_force(folder: Path) -> None:
    keyring = Keyring()
    heads = FollowedHead(folder, FINGERPRINT, keyring, ignore)
    assert [version_of(heads) for _ in range(3)] == [0, 0, 0]
    assert keyring.asked == 0
    write_in_force(folder, 1)
    assert [version_of(heads) for _ in range(3)] == [1, 1, 1]
    assert keyring.asked == 1


def test_while_the_journal_is_locked_the_model_judges_as_shipped_and_it_is_said_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring, events = Keyring(), list[Event]()
    keyring.key = None
    heads = FollowedHead(folder, FINGERPRINT, keyring, events.append)
    write_in_force(folder, 1)
    assert [version_of(heads) for _ in range(3)] == [0, 0, 0]
    assert lines(events) == ["version 1 of your head stays closed with the journal; the model judges as shipped"]
    assert keyring.asked == 1  # a keyring may take seconds to say no
    keyring.key = KEY
    monkeypatch.setattr("guardian.adapt.in_force.TRY_AGAIN_S", 0.0)
    heads = FollowedHead(folder, FINGERPRINT, keyring, events.append)
    assert version_of(heads) == 1


@pytest.mark.parametrize(
    ("harm", "said"),
    [("gone", "is gone"), ("damaged", "damaged"), ("pointer", "damaged"), ("model", "made for another model")],
)
def test_what_cannot_be_used_is_said_once_and_nothing_of_it_speaks(folder: Path, harm: str, said: str) -> None:
    write_in_force(folder, 1)
    if harm == "gone":
        (folder / "head-0001.sealed").unlink()
    elif harm == "damaged":
        (folder / "head-0001.sealed").write_bytes(b"\0" * 200)
    elif harm == "pointer":
        (folder / IN_FORCE).write_bytes(b"{")
    events = list[Event]()
    heads = FollowedHead(folder, "cd" * 32 if harm == "model" else FINGERPRINT, Keyring(), events.append)
    assert [version_of(heads) for _ in range(3)] == [0, 0, 0]
    [line] = lines(events)
    assert said in line


def test_what_was_put_right_again_speaks_without_a_restart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_in_force(folder, 1)
    path, events = folder / "head-0001.sealed", list[Event]()
    path.chmod(0o666)
    heads = FollowedHead(folder, FINGERPRINT, Keyring(), events.append)
    assert version_of(heads) == 0
    path.chmod(0o600)
    assert version_of(heads) == 0  # not with every message
    monkeypatch.setattr("guardian.adapt.in_force.TRY_AGAIN_S", 0.0)
    write_in_force(folder, 2)
    (folder / "head-0002.sealed").rename(folder / "aside")
    assert [version_of(heads) for _ in range(3)] == [0, 0, 0]
    (folder / "aside").rename(folder / "head-0002.sealed")
    assert version_of(heads) == 2
    assert len(lines(events)) == 2  # each trouble once
    assert all("the model judges as shipped" in line for line in lines(events))


def test_a_run_that_keeps_nothing_has_no_head(guardian_home: Path) -> None:
    settings = settings_in(guardian_home)
    for recorder in (None, NoRecord()):
        assert isinstance(open_heads(settings, recorder, manifest(), ignore), NoHead)


def test_the_recorders_key_is_the_commands_and_outlives_a_new_master_key(guardian_home: Path) -> None:
    settings = settings_in(guardian_home)
    with begun(settings) as journal:
        before = head_key(journal).reveal()
        journal.rotate(lambda key, owner, identity: b"")
        assert head_key(journal).reveal() == before
    with open_recorder(settings) as recorder:
        heads = open_heads(settings, recorder, manifest(), ignore)
        assert isinstance(heads, FollowedHead)
        save_version(settings.paths.personal_heads, a_head(1), FINGERPRINT, Secret(before))
        write_in_force(settings.paths.personal_heads, 1)
        assert version_of(heads) == 1


def test_a_gate_that_runs_follows_and_every_verdict_says_which_head_spoke(guardian_home: Path) -> None:
    settings = settings_in(guardian_home)
    text = (
        b"You never loved me. After everything I did for you, you owe me nine hundred. "
        b"If you tell your sister, you will lose the children."
    )
    with open_recorder(settings) as recorder, assembled(settings, recorder=recorder, follow=True) as parts:
        assert isinstance(recorder, HasLastingKey)
        before = parts.gate.screen(Message(text)).verdict
        evidence = next(parts.gate.inspect_all([Message(text)])).evidence
        assert evidence.encoding is not None
        anchors = Anchors(
            np.repeat(evidence.encoding.embeddings[:1], 2, axis=0),
            np.repeat(scaled(evidence.encoding.logits[:1], manifest()), 2, axis=0),
            np.arange(2, dtype=np.int32),
        )
        head = PersonalHead(1, anchors, np.array([-2.0, -2.0], dtype=np.float32))
        key = recorder.lasting_key(PURPOSE)
        assert key is not None
        save_version(settings.paths.personal_heads, head, FINGERPRINT, key)
        write_in_force(settings.paths.personal_heads, 1)
        after = parts.gate.screen(Message(text)).verdict
        tried = next(parts.gate.inspect_all([Message(text)])).evidence
        write_in_force(settings.paths.personal_heads, 0)
        again = parts.gate.screen(Message(text)).verdict
    assert [(each.outcome, each.head) for each in (before, after, again)] == [
        (Outcome.FLAGGED, 0),
        (Outcome.CLEAN, 1),
        (Outcome.FLAGGED, 0),
    ]
    assert (after.scores, after.risk) == (before.scores, before.risk)  # the model's own, as they were
    assert {veto.veto for veto in after.vetoes} == {"your_labels"}
    assert tried.head is None  # a policy is tried on what the model itself says
