"""What is watched: the folder, what its links lead through, and by the clock where the system gives no events."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from policy_builders import REPOSITORY
from reload_rig import (
    LONGEST_WAIT_S,
    Following,
    a_house,
    backup_and_write,
    rename_over,
    text_of,
    truncate_and_write,
)

from guardian import folder_events
from guardian.policy.life import watch
from guardian.policy.life.stamp import stamp_of
from guardian.policy.life.watch import folders_of
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


@pytest.mark.parametrize("save", [truncate_and_write, rename_over, backup_and_write], ids=lambda f: f.__name__)
def test_a_dotfile_behind_links_is_followed(
    settings: Settings, tmp_path: Path, save: Callable[[Path, str], None]
) -> None:
    real, dotfiles = tmp_path / "real", tmp_path / "dotfiles"
    real.mkdir()
    dotfiles.mkdir()
    path = real / "kept-elsewhere.txt"
    path.write_text(text_of("first"))
    (dotfiles / "mine.toml").symlink_to("../real/kept-elsewhere.txt")
    (settings.policies_dir / "mine.toml").unlink()
    (settings.policies_dir / "mine.toml").symlink_to(dotfiles / "mine.toml")
    assert {str(place) for place in (real, dotfiles, settings.policies_dir)} <= folders_of(settings.policies_dir).keys()
    with Following(settings).running() as following:
        save(path, text_of("changed"))
        following.until_titles("changed")
        (real / "other.txt").write_text(text_of("retargeted"))
        (dotfiles / "new").symlink_to("../real/other.txt")
        (dotfiles / "new").replace(dotfiles / "mine.toml")
        following.until_titles("retargeted")
        save(real / "other.txt", text_of("changed again"))
        following.until_titles("changed again")


def test_a_folder_that_is_a_link_is_followed(settings: Settings, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    settings.policies_dir.rename(aside)
    settings.policies_dir.symlink_to(aside)
    with Following(settings).running() as following:
        (aside / "mine.toml").write_text(text_of("behind the link"))
        following.until_titles("behind the link")
        assert following.titles == ["behind the link"]


@pytest.mark.parametrize("settings", ["borrowed"], indirect=True)
def test_a_folder_that_went_leaves_in_force_what_was_and_may_come_back(settings: Settings, tmp_path: Path) -> None:
    folder = settings.policies_dir
    with Following(settings).running() as following:
        folder.rename(tmp_path / "aside")
        following.until(lambda: following.problems, "the folder's absence")
        assert "no such file or directory" in following.problems[0]
        assert following.titles == ["first"]
        folder.mkdir()
        (folder / "mine.toml").write_text(text_of("anew"))
        following.until_titles("anew")
        (folder / "mine.toml").write_text(text_of("anew again"))
        following.until_titles("anew again")
        assert not following.problems


WITHOUT_EVENTS = """
import sys, time
from pathlib import Path
from guardian.policy.reload import Reloader
from guardian.settings import load_settings
Path("/proc/sys/user/max_inotify_instances").write_text("0")
settings = load_settings({"GUARDIAN_HOME": sys.argv[1]}, {})
told = []
reloader = Reloader(settings, told.append)
print("in force:", [policy.title for policy in reloader.read().policies], flush=True)
used = []
with reloader.following(lambda policies, _: used.append(policies), lambda: None):
    while len(told) < 2:
        time.sleep(0.01)
    print(told[1].line, flush=True)
    while not used:
        time.sleep(0.01)
    print("in force:", [policy.title for policy in used[-1].policies], flush=True)
"""


def test_where_the_system_gives_no_events_files_are_polled_and_that_is_said(own: Settings) -> None:
    home = str(own.policies_dir.parent.parent)
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", WITHOUT_EVENTS, home]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY)
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        if not first:
            pytest.skip("this system lets nobody have a user namespace of their own, so events can't be taken away")
        assert first == "in force: ['first']\n"
        assert "are looked for every 0.5 s: the system gives no events" in child.stdout.readline()
        (own.policies_dir / "mine.toml").write_text(text_of("polled"))
        assert child.stdout.readline() == "in force: ['polled']\n"
        assert child.wait(LONGEST_WAIT_S) == 0
    finally:
        child.kill()
        child.communicate()


def test_a_program_that_does_not_go_on_running_loads_nothing_to_watch_with() -> None:
    script = "import sys, guardian.assembly; print([name for name in sys.modules if name.startswith('watchdog')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, cwd=REPOSITORY, timeout=120)
    assert done.stdout.strip() == b"[]"


def test_events_that_are_dropped_cost_time_and_nothing_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RESCAN_S", 0.2)
    monkeypatch.setattr(folder_events._Handler, "dispatch", lambda _self, _event: None)
    with Following(settings).running() as following:
        (settings.policies_dir / "mine.toml").write_text(text_of("seen by the clock"))
        following.until_titles("seen by the clock")
        assert following.titles == ["seen by the clock"]


def test_what_waits_for_a_time_is_looked_at_again_without_a_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RESCAN_S", 0.05)
    monkeypatch.setattr(watch, "REVISIT_S", 0.05)
    revisits = threading.Semaphore(0)

    def changed(is_unchanged: Callable[[], bool]) -> bool:
        revisits.release()
        return is_unchanged()

    with watch.FolderWatch(tmp_path, changed, print, stamp_of(tmp_path)):
        for _ in range(2):
            assert revisits.acquire(timeout=LONGEST_WAIT_S)


def test_files_that_never_come_to_rest_are_taken_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LONGEST_UNREST_S", 0.5)
    path, told, is_done = tmp_path / "mine.toml", threading.Event(), threading.Event()
    path.write_text("")

    def write() -> None:
        while not is_done.wait(0.02):
            path.write_text(str(time.monotonic_ns()))

    def changed(is_unchanged: Callable[[], bool]) -> bool:
        assert is_unchanged(), "what is taken as it is can't be refused for changing"
        told.set()
        return True

    writing = threading.Thread(target=write)
    with watch.FolderWatch(tmp_path, changed, print, stamp_of(tmp_path)):
        writing.start()
        try:
            assert told.wait(LONGEST_WAIT_S)
        finally:
            is_done.set()
            writing.join()
