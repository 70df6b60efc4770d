"""Cooling-off can't be gone round: named attempts, each with real files, a real journal and the real comparison.

Every attempt tries to have the policy `rush`, which warns of the word "hurry", do less before 24 hours have passed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from guardian.errors import JournalError
from guardian.journal.notes import COOLING, noted
from guardian.journal.opening import open_journal
from guardian.policy.base import Policy
from guardian.policy.effects.behaviour import Probes, loosens
from guardian.policy.life.amendments import read_amendments
from guardian.policy.life.cooling import HOUR_MS, Moment, this_moment
from guardian.policy.life.standing import InForce, policies_in_force
from guardian.settings import Settings, load_settings
from guardian.verdict import Action

HOURS = 24
RUSH = """\
id = "rush"
title = "Rush"
why = "Once was enough."
since = 2026-11-21
channels = ["incoming", "ai_output"]
action = "warn"
status = "active"

[match]
patterns = ['hurry', 'right now']
"""
OTHER = RUSH.replace('"rush"', '"other"').replace("hurry", "scarce").replace("right now", "last one")


@dataclass
class House:
    """An owner's folder with a cooling-off in force, and a machine whose clocks can be set."""

    home: Path
    boot: str = "first boot"
    boot_ms: int = 10 * HOUR_MS
    wall_ms: int = 1_800_000_000_000

    @property
    def folder(self) -> Path:
        return self.home / "config" / "policies"

    @property
    def rush(self) -> Path:
        return self.folder / "rush.toml"

    @property
    def state(self) -> Path:
        return self.home / "data" / "policies" / "in-force.json"

    def settings(self, hours: int | None = HOURS) -> Settings:
        env = {"GUARDIAN_HOME": str(self.home)}
        if hours is not None:
            env["GUARDIAN_POLICIES_COOLING_OFF_HOURS"] = str(hours)
        return load_settings(env, {})

    def look(self, settings: Settings | None = None) -> InForce:
        """What any program of the owner's does before it judges."""
        now = Moment(self.boot, self.boot_ms, self.wall_ms)
        return policies_in_force(settings or self.settings(), compare=compared, now=now)

    def passes(self, hours: float) -> None:
        self.boot_ms += int(hours * HOUR_MS)
        self.wall_ms += int(hours * HOUR_MS)

    def write(self, text: str, name: str = "rush.toml") -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)


def compared(before: Policy | None, after: Policy | None) -> str | None:
    return loosens(before, after, Probes(date.today()))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / "home")
    house.folder.mkdir(parents=True, mode=0o700)
    (house.folder / ".starter-policies-installed").touch()
    house.write(RUSH)
    house.write(OTHER, "other.toml")
    with open_journal(house.settings(), begin=True):
        pass
    house.look()
    return house


def guards(now: InForce) -> bool:
    """Whether `rush` still does all that it did."""
    rush = next((policy for policy in now.policies.policies if policy.id == "rush"), None)
    if rush is None or not rush.is_in_force or rush.effective_action is not Action.WARN:
        return False
    is_whole = len(rush.channels) == 2 and set(rush.match.patterns) >= {"hurry", "right now"}
    return is_whole and not rush.senders_except and not rush.mutes


def weaker(house: House) -> None:
    house.write(RUSH.replace('action = "warn"', 'action = "log"'))


def edit(old: str, new: str) -> Callable[[House], None]:
    def attempt(house: House) -> None:
        assert old in RUSH
        house.write(RUSH.replace(old, new))

    return attempt


def renames_the_file(house: House) -> None:
    house.rush.rename(house.folder / "rush.txt")


def renames_and_weakens(house: House) -> None:
    house.rush.unlink()
    house.write(RUSH.replace("warn", "log"), "aaa.toml")


def retires_and_recreates(house: House) -> None:
    house.rush.unlink()
    house.look()
    weaker(house)


def recreates_under_another_id(house: House) -> None:
    house.rush.unlink()
    house.write(RUSH.replace('"rush"', '"rush-two"').replace("warn", "log"), "two.toml")


def moves_the_rule_to_another_file(house: House) -> None:
    house.write(RUSH.replace("'hurry', ", ""))
    house.write(OTHER.replace("'scarce'", "'scarce', 'hurry'").replace("warn", "log"), "other.toml")


def takes_small_steps(house: House) -> None:
    house.write(RUSH.replace("'hurry'", "'hurry '"))
    house.look()
    house.write(RUSH.replace("'hurry'", "'hurry  '"))


def breaks_the_file_first(house: House) -> None:
    house.write("id = ")
    house.look()
    weaker(house)


def hides_behind_the_same_id(house: House) -> None:
    house.write(RUSH.replace("warn", "log"), "0.toml")


def links_the_folder_elsewhere(house: House) -> None:
    elsewhere = house.home / "elsewhere"
    shutil.copytree(house.folder, elsewhere)
    shutil.rmtree(house.folder)
    (elsewhere / "rush.toml").write_text(RUSH.replace("warn", "log"))
    house.folder.symlink_to(elsewhere)


def sets_the_clock_on(house: House) -> None:
    weaker(house)
    house.look()
    house.wall_ms += 1_000 * 24 * HOUR_MS


def sets_the_clock_on_and_restarts(house: House) -> None:
    sets_the_clock_on(house)
    house.boot, house.boot_ms = "second boot", 60_000


def restarts_often(house: House) -> None:
    weaker(house)
    for number in range(20):
        house.boot, house.boot_ms = f"boot {number}", 5 * 60_000
        house.look()


def deletes_the_state(house: House) -> None:
    house.state.unlink()
    weaker(house)


def damages_the_state(house: House) -> None:
    house.state.write_bytes(b"{")
    weaker(house)


def edits_the_state(house: House) -> None:
    weaker(house)
    value = json.loads(house.state.read_bytes())
    version = value["state"]["versions"]["rush"]
    other = House(house.home.parent / "copy")
    other.folder.mkdir(parents=True)
    (other.folder / ".starter-policies-installed").touch()
    other.write(RUSH.replace("warn", "log"))
    other.look(other.settings(0))
    made = json.loads(other.state.read_bytes())["state"]["versions"]["rush"]
    version |= {"text": made["text"], "sha256": made["sha256"]}
    house.state.write_text(json.dumps(value))


def writes_off_the_hours_in_the_state(house: House) -> None:
    weaker(house)
    value = json.loads(house.state.read_bytes())
    value["state"]["cooling_hours"] = 0
    house.state.write_text(json.dumps(value))


def brings_back_an_old_state(house: House) -> None:
    """One from before the policy was made stricter, which would be a way to make it milder."""
    kept = house.state.read_bytes()
    house.write(RUSH.replace("'right now'", "'right now', 'at once'"))
    house.look()
    house.state.write_bytes(kept)
    house.write(RUSH)


ATTEMPTS = [
    pytest.param(weaker, id="a weaker action"),
    pytest.param(edit('status = "active"', 'status = "test"'), id="on trial"),
    pytest.param(edit('status = "active"', 'status = "draft"'), id="back to a draft"),
    pytest.param(edit('status = "active"', 'status = "retired"'), id="retired"),
    pytest.param(edit(', "ai_output"', ""), id="fewer channels"),
    pytest.param(edit("'hurry', ", ""), id="a pattern less"),
    pytest.param(edit("'hurry'", "'hurry up now'"), id="a narrower pattern"),
    pytest.param(edit("[match]", '[senders]\nexcept = ["@x.example"]\n\n[match]'), id="somebody excepted"),
    pytest.param(edit("[match]", '[senders]\nonly = ["@x.example"]\n\n[match]'), id="only somebody"),
    pytest.param(
        edit("[match]", "[[mutes]]\nsince = 2026-11-21\nuntil = 2027-01-01\nwhy = 'x'\n\n[match]"), id="a mute for all"
    ),
    pytest.param(lambda house: house.rush.unlink(), id="the file deleted"),
    pytest.param(renames_the_file, id="the file renamed"),
    pytest.param(renames_and_weakens, id="renamed and weakened"),
    pytest.param(retires_and_recreates, id="retired and made again"),
    pytest.param(recreates_under_another_id, id="made again under another id"),
    pytest.param(moves_the_rule_to_another_file, id="two files edited"),
    pytest.param(takes_small_steps, id="small steps"),
    pytest.param(breaks_the_file_first, id="broken first"),
    pytest.param(hides_behind_the_same_id, id="another file with the same id"),
    pytest.param(links_the_folder_elsewhere, id="the folder linked elsewhere"),
    pytest.param(sets_the_clock_on, id="a clock jump"),
    pytest.param(sets_the_clock_on_and_restarts, id="a clock jump and a restart"),
    pytest.param(restarts_often, id="many restarts"),
    pytest.param(deletes_the_state, id="the state deleted"),
    pytest.param(damages_the_state, id="the state damaged"),
    pytest.param(edits_the_state, id="the state edited"),
    pytest.param(writes_off_the_hours_in_the_state, id="the hours written off in the state"),
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nothing_makes_a_policy_milder_before_its_time(house: House, attempt: Callable[[House], None]) -> None:
    attempt(house)
    assert guards(house.look())
    house.passes(HOURS / 2)
    assert guards(house.look())
    assert guards(house.look(house.settings(0)))  # fewer hours wait, too
    assert guards(house.look(house.settings(None)))


def test_the_attempt_to_point_the_settings_at_another_folder(house: House) -> None:
    elsewhere = house.home / "elsewhere"
    elsewhere.mkdir()
    env = {"GUARDIAN_HOME": str(house.home), "GUARDIAN_POLICIES_DIR": str(elsewhere)}
    assert guards(house.look(load_settings(env, {})))


@pytest.mark.parametrize("body", [{"how": "cooling"}, {"policy": "rush"}], ids=["the hours", "the policy"])
def test_the_attempt_to_forget_what_the_journal_knows(house: House, body: dict[str, str]) -> None:
    with open_journal(house.settings()) as journal:
        bodies = {entry.seq: getattr(entry.record, "body", {}) for entry in journal.entries()}
        (seq,) = [seq for seq, found in bodies.items() if body.items() <= found.items()]
        with pytest.raises(JournalError, match="cooling-off is in force"):
            journal.forget([(seq, seq)], "so that nothing waits")
    house.state.unlink()
    weaker(house)
    assert guards(house.look(house.settings(0)))


def test_the_attempt_to_start_guardian_with_a_clock_of_its_own(tmp_path: Path) -> None:
    """A time namespace sets the clock that counts as far on as anybody likes (time_namespaces(7))."""
    show = "from guardian.policy.life.cooling import this_moment; print(this_moment().boot_ms)"
    ahead = ["unshare", "--user", "--map-root-user", "--time", "--boottime", "8640000"]
    if subprocess.run([*ahead, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system gives no time namespaces")
    found = subprocess.run([*ahead, sys.executable, "-c", show], capture_output=True, check=True)
    assert abs(int(found.stdout) - this_moment().boot_ms) < HOUR_MS


def test_an_old_state_is_no_way_back_to_a_milder_policy(house: House) -> None:
    brings_back_an_old_state(house)
    (rush,) = [policy for policy in house.look().policies.policies if policy.id == "rush"]
    assert "at once" in rush.match.patterns


def test_a_change_swapped_for_another_at_the_last_minute_waits_anew(house: House) -> None:
    house.write(RUSH.replace("'right now'", "'right now '"))
    house.look()
    house.passes(HOURS - 0.1)
    weaker(house)
    house.look()
    house.passes(0.2)
    assert guards(house.look())


def test_what_has_waited_takes_force_and_is_recorded_with_its_reason_to_wait(house: House) -> None:
    weaker(house)
    house.look()
    house.passes(HOURS)
    assert not guards(house.look())
    with open_journal(house.settings()) as journal:
        bodies = [entry.record.body for entry in journal.entries()]  # type: ignore[union-attr]
    (body,) = [body for body in bodies if body.get("policy") == "rush" and body["n"] == 2]
    assert "action" in body["loosens"]
    assert body["waited_ms"] >= HOURS * HOUR_MS


def test_a_stricter_change_beside_a_waiting_one_is_in_force_at_once(house: House) -> None:
    house.write(OTHER.replace("warn", "hold"), "other.toml")
    weaker(house)
    now = house.look()
    assert guards(now)
    assert [policy.action for policy in now.policies.policies if policy.id == "other"] == [Action.HOLD]


def test_while_the_journal_is_locked_nothing_milder_takes_force(house: House) -> None:
    weaker(house)
    house.look()
    keys = list((house.home / "config").glob("journal-*.key"))
    for key in keys:
        key.rename(key.with_suffix(".away"))
    house.passes(10 * HOURS)
    state = house.state.read_bytes()
    house.look()
    assert house.state.read_bytes() == state


def test_the_note_that_a_cooling_off_is_in_force_can_be_read_without_the_key(house: House) -> None:
    with open_journal(house.settings(), unlock=False) as journal:
        assert noted(journal.store, COOLING) == HOURS


def test_without_a_cooling_off_a_weaker_policy_is_in_force_at_once(tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    house.folder.mkdir(parents=True, mode=0o700)
    (house.folder / ".starter-policies-installed").touch()
    house.write(RUSH)
    house.look(house.settings(0))
    weaker(house)
    assert not guards(house.look(house.settings(0)))
    assert os.stat(house.state).st_mode & 0o077 == 0
    assert replace(house, boot="x").look(house.settings(0)).pending == {}


def test_a_broken_file_that_is_renamed_keeps_its_last_good_version(house: House) -> None:
    house.write("id = ")
    house.look()
    house.rush.rename(house.folder / "codes.toml")
    assert guards(house.look())
    house.passes(2 * HOURS)
    assert guards(house.look())


def test_an_old_state_with_a_change_that_was_taken_back_does_not_bring_it_in_force(house: House) -> None:
    weaker(house)
    house.look()
    kept = house.state.read_bytes()
    house.write(RUSH)
    house.look()
    house.passes(2 * HOURS)
    house.state.write_bytes(kept)
    weaker(house)
    assert guards(house.look())
    house.passes(HOURS / 2)
    assert guards(house.look())


def test_what_waits_and_what_was_taken_back_is_on_record_but_is_no_version(house: House) -> None:
    weaker(house)
    house.look()
    house.write(RUSH)
    house.look()
    with open_journal(house.settings()) as journal:
        bodies = [getattr(entry.record, "body", {}) for entry in journal.entries()]
        assert [each.n for each in read_amendments(journal, "rush")] == [1]
    assert [body["how"] for body in bodies if body.get("policy") == "rush"] == ["first", "waits", "withdrawn"]
