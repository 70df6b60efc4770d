"""What an owner was writing, and a crash: the text is there again, privately, and nobody else's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from guardian.errors import PolicyError
from guardian.policy.unsaved import drop_unsaved, put_aside, unsaved_text
from guardian.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"GUARDIAN_HOME": str(tmp_path / "home")}, {})


def test_a_text_is_there_again_with_what_it_was_begun_from(settings: Settings) -> None:
    path = put_aside(settings, "rush", "before", "after\u2028\x1b é")
    found = unsaved_text(settings, "rush")
    assert found is not None
    assert (found.base, found.text, found.path) == ("before", "after\u2028\x1b é", path)
    assert path.read_text(encoding="utf-8") == "after\u2028\x1b é", "any editor opens it"


def test_it_is_its_owners_alone(settings: Settings) -> None:
    path = put_aside(settings, "rush", "", "a")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}


def test_the_latest_counts(settings: Settings) -> None:
    for text in ("one", "two", "three"):
        put_aside(settings, "rush", "", text)
    found = unsaved_text(settings, "rush")
    assert found is not None
    assert found.text == "three"


def test_each_policy_has_its_own(settings: Settings) -> None:
    put_aside(settings, "rush", "", "a")
    assert unsaved_text(settings, "other") is None
    drop_unsaved(settings, "other")
    assert unsaved_text(settings, "rush") is not None


def test_dropped_is_gone(settings: Settings) -> None:
    path = put_aside(settings, "rush", "", "a")
    drop_unsaved(settings, "rush")
    assert unsaved_text(settings, "rush") is None
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("policy_id", ["../../etc/x", "a/b", ".", "A B", "x" * 300, "\udc80"])
def test_an_odd_id_leaves_its_folder_no_way(settings: Settings, policy_id: str) -> None:
    path = put_aside(settings, policy_id, "", "a")
    assert path.parent == settings.paths.state / "unsaved-policies"
    assert "/" not in path.name


def test_where_the_usual_place_takes_nothing_the_runtime_folder_does(settings: Settings) -> None:
    settings.paths.state.parent.mkdir(parents=True)
    settings.paths.state.write_text("a file is in the way")
    path = put_aside(settings, "rush", "", "a")
    assert settings.paths.runtime in path.parents
    assert unsaved_text(settings, "rush") is not None


def test_where_no_place_takes_it_that_is_said(settings: Settings) -> None:
    settings.paths.state.parent.mkdir(parents=True)
    for place in (settings.paths.state, settings.paths.runtime):
        place.write_text("a file is in the way")
    with pytest.raises(PolicyError, match="can't be kept against a crash"):
        put_aside(settings, "rush", "", "a")


def test_a_text_whose_beginning_is_lost_counts_as_not_there(settings: Settings) -> None:
    path = put_aside(settings, "rush", "", "a")
    path.with_name(f".{path.name}.base").unlink()
    assert unsaved_text(settings, "rush") is None
