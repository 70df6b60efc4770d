"""`guardian policy mute` and `unmute` change the owner's own file, take it in force, and say so."""

from __future__ import annotations

import argparse
import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from guardian.commands.policy import run
from guardian.errors import GuardianError
from guardian.exits import ExitCode
from guardian.journal.opening import open_journal
from guardian.policy.base import Mute
from guardian.policy.life.amendments import read_amendments
from guardian.policy.life.standing import policies_in_force
from guardian.policy.load import load_policies, load_policy_file
from guardian.settings import Settings, load_settings

TODAY = date.today()


@pytest.fixture
def settings() -> Settings:
    found = load_settings(os.environ, {})
    policies_in_force(found)  # puts the starter policies there
    return found


def _run(action: str, settings: Settings, policy_id: str = "sweet-bait", **options: Any) -> ExitCode:
    unset: dict[str, Any] = {
        "tactic": None,
        "sender": None,
        "days": 30,
        "why": "",
        "numbers": [],
        "over": False,
        "json": False,
    }
    return run(argparse.Namespace(action=action, policy_id=policy_id, **{**unset, **options}), settings)


def _file(settings: Settings) -> Path:
    return settings.paths.policies / "sweet-bait.toml"


def _mutes(settings: Settings) -> tuple[Mute, ...]:
    policy = load_policy_file(_file(settings)).policy
    assert policy is not None
    return policy.mutes


def _tactic(settings: Settings) -> str:
    """One by which the policy matches."""
    policy = load_policy_file(_file(settings)).policy
    assert policy is not None
    return str(policy.match.tactics).split()[0].strip("()")


def test_a_mute_is_written_into_the_file_taken_in_force_and_recorded(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before, tactic = _file(settings).read_text(encoding="utf-8"), _tactic(settings)
    options: dict[str, Any] = {"tactic": tactic, "sender": "Sister@X.example", "days": 10, "why": "She is always late."}
    assert _run("mute", settings, **options) is ExitCode.CLEAN
    mute = Mute(tactic, "sister@x.example", TODAY, TODAY + timedelta(days=10), "She is always late.")
    assert _mutes(settings) == (mute,)
    assert _file(settings).read_text(encoding="utf-8").startswith(before), "nothing else was changed"
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"sweet-bait: wrote into {_file(settings)}: mute {mute}"
    assert said[1].startswith("sweet-bait: in force, policies sha256:")
    assert policies_in_force(settings).policies.sha256 == load_policies(settings.policies_dir).sha256
    with open_journal(settings) as journal:
        last = read_amendments(journal, "sweet-bait")[-1]
    assert (last.how, last.why) == ("amended", "She is always late.")
    assert "+[[mutes]]" in last.diff.splitlines()


def test_mutes_are_listed_and_taken_out_by_their_number(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before, tactic = _file(settings).read_text(encoding="utf-8"), _tactic(settings)
    _run("mute", settings, sender="@x.example", why="Too \x1b[2Jmuch.")
    _run("mute", settings, tactic=tactic, days=90)
    capsys.readouterr()
    assert _run("unmute", settings) is ExitCode.CLEAN
    assert capsys.readouterr().out.splitlines() == [
        f"1 this policy from @x.example until {TODAY + timedelta(days=30)}: Too \\x1b[2Jmuch.",
        f"2 {tactic} until {TODAY + timedelta(days=90)}",
    ]
    assert _run("unmute", settings, numbers=[1]) is ExitCode.CLEAN
    assert [mute.tactic for mute in _mutes(settings)] == [tactic]
    said = capsys.readouterr().out
    until = TODAY + timedelta(days=30)
    assert said.splitlines()[0] == (
        f"sweet-bait: took out of {_file(settings)}: mute this policy from @x.example until {until}"
    )
    _run("unmute", settings, numbers=[1])
    assert _file(settings).read_text(encoding="utf-8") == before


def test_mutes_whose_time_is_over_are_taken_out_together(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    spans = [(-40, -10), (-5, 0), (-2, -1), (1, 9)]
    with _file(settings).open("a", encoding="utf-8") as file:
        for since, until in spans:
            days = (TODAY + timedelta(days=since), TODAY + timedelta(days=until))
            file.write(f"\n[[mutes]]\nsince = {days[0]}\nuntil = {days[1]}\n")
    _run("unmute", settings)
    first, second, _, fourth = capsys.readouterr().out.splitlines()
    assert first.endswith(" (over)")
    assert second == f"2 this policy until {TODAY}"
    assert fourth.endswith(f" (from {TODAY + timedelta(days=1)} on)")
    _run("unmute", settings, over=True)
    assert [(mute.until - TODAY).days for mute in _mutes(settings)] == [0, 9]
    before = _file(settings).read_bytes()
    assert _run("unmute", settings, over=True) is ExitCode.CLEAN
    assert _file(settings).read_bytes() == before


@pytest.mark.parametrize(
    ("action", "options", "said"),
    [
        ("mute", {"policy_id": "sweet-bat"}, 'no policy has the id "sweet-bat" (did you mean "sweet-bait"?)'),
        ("mute", {"tactic": "urgncy"}, '--tactic: unknown tactic "urgncy" (did you mean "urgency"?)'),
        ("mute", {"days": 0}, "--days must be 1 to 90 (for longer, change the policy itself)"),
        ("mute", {"days": 91}, "--days must be 1 to 90 (for longer, change the policy itself)"),
        ("mute", {"sender": "sister"}, "--sender must be an address or an @domain"),
        ("mute", {"tactic": "terminal_escape"}, "sweet-bait does not match by terminal_escape (it looks for "),
        ("mute", {"why": "x" * 3_000}, '"mutes[1].why" is longer than 2,000 characters'),
        ("unmute", {"numbers": [1]}, "sweet-bait has no mute 1, but 0 in all"),
    ],
)
def test_what_can_t_be_done_is_said_in_one_line_and_changes_nothing(
    settings: Settings, action: str, options: dict[str, Any], said: str
) -> None:
    before = _file(settings).read_bytes()
    with pytest.raises(GuardianError) as caught:
        _run(action, settings, **options)
    assert said in caught.value.line()
    assert _file(settings).read_bytes() == before


def test_the_same_mute_twice_is_refused_and_a_longer_one_is_not(settings: Settings) -> None:
    _run("mute", settings, sender="@x.example")
    with pytest.raises(GuardianError, match="has that mute already"):
        _run("mute", settings, sender="@X.example", days=30)
    _run("mute", settings, sender="@x.example", days=31)
    assert len(_mutes(settings)) == 2


def test_a_broken_file_is_to_be_mended_first(settings: Settings) -> None:
    with _file(settings).open("a", encoding="utf-8") as file:
        file.write("\nbroken\n")
    before = _file(settings).read_bytes()
    with pytest.raises(GuardianError) as caught:
        _run("mute", settings)
    assert caught.value.line().startswith(f"{_file(settings)}:")
    assert caught.value.line().endswith("(mend the file first)")
    assert _file(settings).read_bytes() == before


def test_while_a_cooling_off_is_in_force_a_mute_waits_and_taking_it_out_does_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _run("mute", settings)
    muted = policies_in_force(settings).policies.sha256
    monkeypatch.setenv("GUARDIAN_POLICIES_COOLING_OFF_HOURS", "24")
    cooling = load_settings(os.environ, {})
    capsys.readouterr()
    _run("mute", cooling, days=90)
    assert "the earlier version stays in force for 24 hours more" in capsys.readouterr().out
    assert policies_in_force(cooling).policies.sha256 == muted
    _run("unmute", cooling, numbers=[2, 1])
    assert _mutes(cooling) == ()
    in_force = policies_in_force(cooling).policies.sha256
    assert in_force == load_policies(cooling.policies_dir).sha256 != muted


def test_show_as_json_tells_the_mutes(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    _run("mute", settings, sender="@x.example")
    capsys.readouterr()
    _run("show", settings, json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["mutes"] == [
        {
            "tactic": None,
            "sender": "@x.example",
            "since": TODAY.isoformat(),
            "until": (TODAY + timedelta(days=30)).isoformat(),
            "why": "",
        }
    ]
    assert said["when"] == {"hours": [], "days": []}
    assert said["conversation"] is None
