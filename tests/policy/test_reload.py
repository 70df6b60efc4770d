"""A program that goes on running is in step with the files, whatever way they are saved, and never with half of one."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest
from reload_rig import (
    Following,
    a_house,
    backup_and_write,
    in_place,
    piece_by_piece,
    rename_over,
    slowly,
    text_of,
    truncate_and_write,
)

from guardian.events import PolicyProblem
from guardian.policy.life.standing import policies_in_force
from guardian.policy.load import load_policy_file
from guardian.policy.reload import Reloader
from guardian.settings import Settings


@pytest.fixture(params=["own", "borrowed"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The owner's own folder, with its state; and one that was named for this run, without."""
    if request.param == "own":
        return a_house(tmp_path / "home")
    return a_house(tmp_path / "home", policies_dir=str(tmp_path / "named"))


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return a_house(tmp_path / "home")


@pytest.mark.parametrize(
    "save",
    [truncate_and_write, rename_over, backup_and_write, in_place, slowly, piece_by_piece],
    ids=lambda f: f.__name__,
)
def test_whichever_way_a_file_is_saved_it_takes_force_and_no_half_of_it(
    settings: Settings, save: Callable[[Path, str], None]
) -> None:
    with Following(settings).running() as following:
        for number in range(3):
            save(settings.policies_dir / "mine.toml", text_of(f"edit {number}"))
            following.until_titles(f"edit {number}")
    seen = [policy for each in following.used for policy in each.policies]
    assert all(len(policy.examples) == 3 for policy in seen), "half a file was in force"
    assert all(len(each.policies) == 1 for each in following.used), "for a moment the policy was gone"


def test_new_renamed_and_deleted_files_are_followed(settings: Settings) -> None:
    folder = settings.policies_dir
    with Following(settings).running() as following:
        (folder / "other.toml").write_text(text_of("second", id="other"))
        following.until_titles("first", "second")
        (folder / "other.toml").rename(folder / "another.toml")
        following.until(
            lambda: {file.path.name for file in following.used[-1].files} == {"mine.toml", "another.toml"},
            "the new name",
        )
        assert following.titles == ["first", "second"]
        (folder / "another.toml").unlink()
        following.until_titles("first")


def test_a_broken_file_keeps_its_last_good_version_until_it_is_mended(settings: Settings) -> None:
    path = settings.policies_dir / "mine.toml"
    with Following(settings).running() as following:
        path.write_text("id = \n")
        following.until(lambda: following.problems, "the problem")
        assert following.titles == ["first"]
        assert "its last good version" in following.problems[0]
        assert "mine.toml:1:" in following.problems[1]
        path.write_text(text_of("mended"))
        following.until_titles("mended")
        following.until(lambda: not following.problems, "the news that it is mended")


def test_a_program_that_starts_on_a_broken_file_says_so_and_takes_it_when_it_is_mended(settings: Settings) -> None:
    (settings.policies_dir / "mine.toml").write_text("no policy")
    with Following(settings).running() as following:
        assert any(isinstance(event, PolicyProblem) for event in following.events)
        assert following.titles == []
        (settings.policies_dir / "mine.toml").write_text(text_of("mended"))
        following.until_titles("mended")


def test_what_changes_no_policy_changes_nothing(settings: Settings) -> None:
    path = settings.policies_dir / "mine.toml"
    with Following(settings).running() as following:
        path.write_text("# a remark\n" + text_of("first"))
        path.touch()
        (settings.policies_dir / "other.toml").write_text(text_of("second", id="other"))
        following.until_titles("first", "second")
        assert len(following.used) == 2


def test_a_failure_is_told_and_is_not_the_end(settings: Settings) -> None:
    with Following(settings).running() as following:
        following.failure = RuntimeError("words of a message")
        (settings.policies_dir / "mine.toml").write_text(text_of("second"))
        following.until(lambda: following.problems, "the failure")
        assert "internal error (RuntimeError)" in following.problems[0]
        assert "words of a message" not in "".join(following.problems)
        following.failure = None
        (settings.policies_dir / "other.toml").write_text(text_of("third", id="other"))
        following.until_titles("second", "third")
        following.until(lambda: not following.problems, "the news that all is well")


@pytest.mark.long
def test_a_second_terminal_has_the_same_policies(
    own: Settings, run_guardian: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    home = {"GUARDIAN_HOME": str(own.policies_dir.parent.parent)}
    with Following(own).running() as following:
        for number, text in enumerate((text_of("second"), "broken", text_of("third"))):
            (own.policies_dir / "mine.toml").write_text(text)
            (own.policies_dir / f"new-{number}.toml").write_text(text_of(f"new {number}", id=f"new-{number}"))
            following.until(lambda number=number: f"new {number}" in following.titles, "the new policy")  # type: ignore[misc]
            done = run_guardian("policy", "list", "--json", env=home)
            assert (
                json.loads(done.stdout)["policy_set"]
                == following.used[-1].sha256
                == policies_in_force(own).policies.sha256
            )


def test_nothing_is_missed_between_reading_and_following(settings: Settings) -> None:
    following = Following(settings)
    reloader = Reloader(settings, following.events.append)
    following.used.append(reloader.read())
    (settings.policies_dir / "mine.toml").write_text(text_of("in between"))
    with reloader.following(following.use, lambda: None):
        following.until_titles("in between")
    assert following.used[-1].sha256 == policies_in_force(settings).policies.sha256


def finish(file: TextIO, text: str) -> None:
    time.sleep(0.3)
    file.write(text)
    file.close()


def test_a_file_that_is_being_written_is_waited_for(tmp_path: Path) -> None:
    path, text = tmp_path / "mine.toml", text_of("whole")
    path.write_text(text)
    with path.open("w") as file:
        file.write(text[:300])
        file.flush()
        rest = threading.Thread(target=finish, args=(file, text[300:]))
        rest.start()
        loaded = load_policy_file(path)
        rest.join()
    assert loaded.source is not None
    assert loaded.source.text == text


def test_a_file_that_is_held_open_and_left_alone_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text_of("old"))
    with path.open("a"):
        os.utime(path, (1, 1))
        assert load_policy_file(path).policy is not None
