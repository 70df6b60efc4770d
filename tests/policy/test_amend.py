"""Amendments: a change with its reason, the way back, and what the journal keeps of both."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from guardian.errors import PolicyError
from guardian.journal.opening import open_journal
from guardian.policy.amend import Wish, amend, give_reason, version_of, without_reason, write_policy_file
from guardian.policy.life.amendments import Amendment, diff_of, read_amendments
from guardian.policy.life.standing import policies_in_force, record_amendments, unexplained
from guardian.settings import Settings, load_settings

RUSH = """\
# my own words
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
    settings = load_settings({"GUARDIAN_HOME": str(tmp_path)}, {})
    settings.policies_dir.mkdir(parents=True, mode=0o700)
    (settings.policies_dir / ".starter-policies-installed").touch()
    write_policy_file(settings.policies_dir / "rush.toml", RUSH)
    with open_journal(settings, begin=True):
        pass
    policies_in_force(settings)
    return settings


def history(settings: Settings) -> list[Amendment]:
    with open_journal(settings) as journal:
        record_amendments(settings, journal)
        return read_amendments(journal, "rush")


def test_an_edit_that_is_amended_carries_its_reason_preview_and_difference(settings: Settings) -> None:
    write_policy_file(settings.policies_dir / "rush.toml", RUSH.replace("warn", "notice"))
    now = amend(settings, Wish("rush", why="too loud", preview={"fewer": 3}))
    assert now.changed == ("rush",)
    first, second = history(settings)
    assert (first.n, first.how, first.why) == (1, "first", "")
    assert (second.n, second.how, second.why, second.preview) == (2, "amended", "too loud", {"fewer": 3})
    assert '+action = "notice"' in second.diff
    assert second.by


def test_a_new_text_is_written_and_taken_in_force_at_once(settings: Settings) -> None:
    amend(settings, Wish("rush", RUSH.replace("hurry", "haste"), why="I meant that"))
    path = settings.policies_dir / "rush.toml"
    assert "haste" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert policies_in_force(settings).policies.policies[0].match.patterns == ("haste",)


def test_a_new_policy_gets_a_file_of_its_own(settings: Settings) -> None:
    amend(settings, Wish("calm", RUSH.replace('"rush"', '"calm"'), why="new"))
    assert (settings.policies_dir / "calm.toml").exists()
    assert {policy.id for policy in policies_in_force(settings).policies.policies} == {"rush", "calm"}


@pytest.mark.parametrize(
    ("text", "words"),
    [("id = ", "rush.toml:1"), (RUSH.replace('"rush"', '"other"'), "another policy, other"), ("", "rush.toml")],
)
def test_a_text_that_is_not_this_policy_changes_nothing(settings: Settings, text: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        amend(settings, Wish("rush", text, why="x"))
    assert (settings.policies_dir / "rush.toml").read_text() == RUSH
    assert len(history(settings)) == 1


def test_a_noticed_edit_is_asked_about_until_its_reason_is_given(settings: Settings) -> None:
    write_policy_file(settings.policies_dir / "rush.toml", RUSH.replace("warn", "notice"))
    policies_in_force(settings)
    assert unexplained(settings) == {"rush": 2}
    with open_journal(settings) as journal:
        record_amendments(settings, journal)
        (asked,) = without_reason(journal)
        give_reason(settings, journal, asked, "my brother writes like that")
        assert without_reason(journal) == []
    assert unexplained(settings) == {}
    assert history(settings)[-1].why == "my brother writes like that"


def test_an_earlier_version_comes_back_whole_with_its_comments(settings: Settings) -> None:
    amend(settings, Wish("rush", RUSH.replace("# my own words\n", "").replace("warn", "log"), why="x"))
    with open_journal(settings) as journal:
        earlier = version_of(journal, "rush", 1)
    amend(settings, Wish("rush", earlier.version.text, "restored", "back"))
    assert (settings.policies_dir / "rush.toml").read_text() == RUSH
    assert [(each.n, each.how) for each in history(settings)] == [(1, "first"), (2, "amended"), (3, "restored")]


def test_a_version_that_never_was_is_one_line(settings: Settings) -> None:
    history(settings)
    with open_journal(settings) as journal, pytest.raises(PolicyError, match="no version 7"):
        version_of(journal, "rush", 7)


def test_a_link_to_a_policy_kept_elsewhere_stays_a_link(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "rush.toml"
    target.parent.mkdir(mode=0o700)
    path = settings.policies_dir / "rush.toml"
    path.rename(target)
    path.symlink_to(target)
    write_policy_file(path, RUSH.replace("warn", "log"))
    assert path.is_symlink()
    assert "log" in target.read_text()


def test_going_back_to_a_deleted_policy_never_takes_the_file_of_another(settings: Settings) -> None:
    path = settings.policies_dir / "rush.toml"
    path.unlink()
    policies_in_force(settings)
    other = RUSH.replace('"rush"', '"calm"').replace("hurry", "haste")
    write_policy_file(path, other)
    with open_journal(settings) as journal:
        earlier = version_of(journal, "rush", 1)
    now = amend(settings, Wish("rush", earlier.version.text, "restored", "back"))
    assert path.read_text() == other
    assert (settings.policies_dir / "rush-2.toml").read_text() == RUSH
    assert {policy.id for policy in now.policies.policies} == {"rush", "calm"}


def test_a_write_that_fails_leaves_nothing_behind(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("guardian.owner_files.os.fsync", full)
    names = sorted(settings.policies_dir.iterdir())
    with pytest.raises(PolicyError, match="no space left on device"):
        write_policy_file(settings.policies_dir / "rush.toml", RUSH.replace("warn", "log"))
    assert sorted(settings.policies_dir.iterdir()) == names
    assert (settings.policies_dir / "rush.toml").read_text() == RUSH


def test_a_link_in_a_circle_is_one_line(settings: Settings) -> None:
    path = settings.policies_dir / "round.toml"
    path.symlink_to(path)
    with pytest.raises(PolicyError, match="links"):
        write_policy_file(path, RUSH)


def test_a_borrowed_folder_is_taken_as_it_is_and_has_no_amendments(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "borrowed"
    write_policy_file(folder / "rush.toml", RUSH.replace("warn", "log"))
    borrowed = load_settings({"GUARDIAN_HOME": str(tmp_path)}, {"policies_dir": str(folder)})
    assert policies_in_force(borrowed).policies.policies[0].action.value == "log"
    with pytest.raises(PolicyError, match="no amendments"):
        amend(borrowed, Wish("rush", RUSH, why="x"))
    assert len(history(settings)) == 1


def test_a_very_long_difference_is_cut_and_says_so() -> None:
    diff = diff_of("", "\n".join(f"line {number}" for number in range(5_000)), "x.toml")
    assert diff.splitlines()[-1].startswith("... and ")


def test_a_broken_file_that_never_was_in_force_is_mended_in_its_place(settings: Settings) -> None:
    path = settings.policies_dir / "calm.toml"
    path.write_text('id = "calm')
    amend(settings, Wish("calm", RUSH.replace('"rush"', '"calm"'), why="the quote was missing"))
    assert 'id = "calm"' in path.read_text()
    assert sorted(each.name for each in settings.policies_dir.glob("*.toml")) == ["calm.toml", "rush.toml"]
