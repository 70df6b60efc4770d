"""Editing a policy: its file is found, a text is looked at as if it stood there, and only a good one is kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from guardian.errors import PolicyError
from guardian.policy.editing import changed_meanwhile, draft_of, force_words, keep, path_of
from guardian.policy.life.amendments import read_amendments
from guardian.policy.life.standing import policies_in_force
from guardian.policy.source import LARGEST_BYTES
from guardian.policy.starter import MARKER
from guardian.settings import Settings, load_settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "journal"))

from journal_rig import begun

POLICY = """\
id = "rush"
title = "Rush"
why = "Once was enough."
since = 2026-11-21
channels = ["incoming"]
action = "warn"

[match]
patterns = ['hurry']
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with one policy, in a file of another name."""
    settings = load_settings({"GUARDIAN_HOME": str(tmp_path / "home")}, {})
    settings.policies_dir.mkdir(parents=True, mode=0o700)
    (settings.policies_dir / MARKER).touch()
    file = settings.policies_dir / "hurry.toml"
    file.write_text(POLICY)
    file.chmod(0o600)
    policies_in_force(settings)
    return settings


@pytest.mark.parametrize("text", [POLICY, POLICY.replace('"warn"', '"wran"'), "", None])
def test_the_file_of_a_policy_is_found_good_broken_or_gone(settings: Settings, text: str | None) -> None:
    file = settings.policies_dir / "hurry.toml"
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    assert path_of("rush", settings) == file


def test_a_broken_file_that_was_never_good_is_found_by_its_name(settings: Settings) -> None:
    (settings.policies_dir / "new.toml").write_text("id =")
    assert path_of("new", settings).name == "new.toml"


@pytest.mark.parametrize("policy_id", ["ruhs", "../rush", "nothing"])
def test_an_unknown_id_has_no_file(settings: Settings, policy_id: str) -> None:
    with pytest.raises(PolicyError, match="no policy has the id"):
        path_of(policy_id, settings)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (POLICY.replace('"rush"', '"other"'), "other-id"),
        (POLICY.replace("action", "actoin"), "unknown-key"),
        ("id = [", "syntax"),
        ("#" * (LARGEST_BYTES + 1), "too-large"),
    ],
)
def test_a_text_that_can_not_stand_there_is_no_draft(settings: Settings, text: str, code: str) -> None:
    draft = draft_of(text, settings.policies_dir / "hurry.toml", "rush")
    assert draft.policy is None
    assert draft.problems[0].code == code


@pytest.mark.parametrize(("now", "found"), [("base", None), ("mine", None), ("theirs", "theirs"), (None, "")])
def test_what_somebody_else_wrote_meanwhile_is_found(tmp_path: Path, now: str | None, found: str | None) -> None:
    file = tmp_path / "rush.toml"
    if now is not None:
        file.write_text(now)
    assert changed_meanwhile(file, "base", "mine") == found


def test_what_is_kept_is_in_force_and_said_so(settings: Settings) -> None:
    text = POLICY.replace("hurry", "rush")
    now = keep(settings, "rush", text, "too wide", {"messages": 3})
    assert force_words("rush", now) == "rush: in force"
    with begun(settings) as journal:
        latest = read_amendments(journal, "rush")[-1]
    assert (latest.how, latest.why, latest.version.text) == ("amended", "too wide", text)


def test_a_reason_is_not_lost_where_another_program_saw_the_file_first(settings: Settings) -> None:
    """An app that runs beside takes a changed file in force within a second, and knows no reason."""
    text = POLICY.replace("hurry", "rush")
    (settings.policies_dir / "hurry.toml").write_text(text)
    policies_in_force(settings)
    with begun(settings) as journal:
        now = keep(settings, "rush", text, "too wide", journal=journal)
        latest = read_amendments(journal, "rush")[-1]
    assert (latest.n, latest.why) == (2, "too wide")
    assert "nothing to take in force" in force_words("rush", now)


def test_a_milder_version_waits_where_a_cooling_off_is_in_force(settings: Settings, tmp_path: Path) -> None:
    (settings.paths.config / "settings.toml").write_text("[policies]\ncooling_off_hours = 24\n")
    settings = load_settings({"GUARDIAN_HOME": str(tmp_path / "home")}, {})
    with begun(settings):
        pass
    policies_in_force(settings)
    now = keep(settings, "rush", POLICY.replace('"warn"', '"log"'), "softer")
    assert force_words("rush", now).startswith("rush: the earlier version stays in force for 24 hours more: ")


def test_what_is_no_policy_is_not_written(settings: Settings) -> None:
    with pytest.raises(PolicyError):
        keep(settings, "rush", POLICY.replace('"warn"', '"wran"'), "")
    assert (settings.policies_dir / "hurry.toml").read_text() == POLICY
