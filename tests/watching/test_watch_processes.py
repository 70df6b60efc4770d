"""`guardian watch` as its owner runs it: kills at random moments, bursts while it is stopped, and what it prints."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from process_rig import LONGEST_FOR_MANY_S, ended_services, guardian, kill, services, start_watch, until
from watch_rig import LONG_AGO_S, a_maildir, deliver, kept_in, settings_of

from guardian.watching.database import open_database
from guardian.watching.memory import Memory


def a_home(tmp_path: Path, box: Path, kind: str = "maildir") -> Path:
    """A home that watches this box, from its first message on."""
    home = tmp_path / "home"
    added = guardian(home, "source", "add", kind, str(box), "--id", "box", "--from", "all")
    assert added.returncode == 0, added.stderr
    return home


def answered(home: Path) -> int:
    """How many messages the watcher has the answer of."""
    with open_database(settings_of(home).paths) as database:
        return Memory(database, "box").health().answered


def has_looked(home: Path) -> bool:
    """Whether the watcher has looked at its source."""
    with open_database(settings_of(home).paths) as database:
        return Memory(database, "box").health().looked_ms > 0


def kill_at_random_moments(tmp_path: Path, kills: int, seed: int) -> None:
    """While mails arrive, kill watcher, service or both, again and again; then catch up, and count."""
    chance, box = random.Random(seed), a_maildir(tmp_path / "box")
    home, names = a_home(tmp_path, box), list[str]()
    with ended_services(home):
        for number in range(kills):
            names += deliver(box, range(2 * number, 2 * number + 2), scam_every=2)
            watcher = start_watch(home)
            time.sleep(chance.uniform(0.2, 4.0))  # the moment: nothing is measured by it
            victim = ("watcher", "service", "both")[number % 3]
            if victim != "watcher":
                for process_id in services(home):
                    kill(process_id)
            if victim == "service":
                time.sleep(chance.uniform(0.0, 2.0))
            watcher.kill()
            watcher.communicate()
        until(lambda: guardian(home, "watch", "--once").returncode in (0, 1))  # 3: no service came up in time
        assert answered(home) == len(names)
        assert guardian(home, "watch", "--once").stderr.endswith(b"0 messages: none\n")
    kept = kept_in(settings_of(home))
    assert {name: count for name, count in kept.recorded.items() if count != 1} == {}
    assert kept.total == len(names)
    assert set(names[::2]) <= set(kept.recorded)  # every second one asks for gift cards
    verified = guardian(home, "journal", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.long
def test_kills_at_random_moments_lose_nothing_and_keep_nothing_twice(tmp_path: Path) -> None:
    kill_at_random_moments(tmp_path, 3, seed=8)


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(4))
def test_200_kills_at_random_moments_lose_nothing_and_keep_nothing_twice(tmp_path: Path, seed: int) -> None:
    kill_at_random_moments(tmp_path, 50, seed)


def burst(tmp_path: Path, count: int) -> None:
    """A burst of files while the watcher is stopped; it is resumed, killed half-way, and begun again."""
    box = tmp_path / "texts"
    box.mkdir()
    home = a_home(tmp_path, box, "folder")
    settings = settings_of(home)
    with ended_services(home):
        watcher = start_watch(home)
        until(lambda: watcher.poll() is not None or has_looked(home))
        watcher.send_signal(signal.SIGSTOP)
        for number in range(count):
            (box / f"{number}.txt").write_text(f"Lunch at noon? {number}")
        watcher.send_signal(signal.SIGCONT)
        until(lambda: watcher.poll() is not None or answered(home) >= count // 2, LONGEST_FOR_MANY_S)
        watcher.kill()
        watcher.communicate()
        until(lambda: guardian(home, "watch", "--once", longest_s=LONGEST_FOR_MANY_S).returncode == 0)
        assert answered(home) == count
    kept = kept_in(settings)
    assert (kept.total, kept.unscreened.total()) == (count, 0)
    assert all(times == 1 for times in kept.recorded.values())


@pytest.mark.long
def test_a_burst_while_it_is_stopped_is_screened_once(tmp_path: Path) -> None:
    burst(tmp_path, 500)


@pytest.mark.slow
def test_a_burst_of_50000_while_it_is_stopped_is_screened_once(tmp_path: Path) -> None:
    burst(tmp_path, 50_000)


@pytest.mark.long
def test_watch_prints_what_is_flagged_and_a_second_watcher_is_refused(tmp_path: Path) -> None:
    box = a_maildir(tmp_path / "box")
    home = a_home(tmp_path, box)
    scam, _ = deliver(box, [2, 3], scam_every=2)
    with ended_services(home):
        watcher = start_watch(home)
        until(lambda: watcher.poll() is not None or answered(home) == 2)
        second = guardian(home, "watch", "--once")
        assert (second.returncode, second.stdout) == (2, b"")
        assert second.stderr == b"guardian: another guardian watch runs already (one watches all your sources)\n"
        watcher.terminate()
        out, err = watcher.communicate()
        assert watcher.returncode == 1
        assert out.decode().split()[:4] == ["!", "flagged", "box:", scam]
        assert out.count(b"\n") == 1
        assert err.decode().endswith("2 messages: 1 clean, 1 flagged\n")
        listed = guardian(home, "source", "list").stdout.decode()
        assert "2 screened, 1 flagged" in listed


def test_a_source_that_cannot_be_looked_at_is_not_taken_for_one_without_news(tmp_path: Path) -> None:
    box = a_maildir(tmp_path / "box")
    home = a_home(tmp_path, box)
    box.rename(tmp_path / "unmounted")
    once = guardian(home, "watch", "--once")
    assert (once.returncode, once.stdout) == (3, b"")
    assert once.stderr.endswith(b"0 messages: none; not all could be looked at in box\n")


@pytest.mark.long
def test_what_cannot_be_read_is_told_and_not_taken_for_screened(tmp_path: Path) -> None:
    """As for `guardian scan`: an exit code of 0 says that everything was screened."""
    box = tmp_path / "texts"
    box.mkdir()
    home = a_home(tmp_path, box, "folder")
    (box / "a.txt").write_text("Lunch at noon?")
    os.utime(box / "a.txt", (LONG_AGO_S, LONG_AGO_S))
    os.mkfifo(box / "b.txt")
    with ended_services(home):
        once = guardian(home, "watch", "--once")
        assert (once.returncode, once.stdout) == (3, b"")
        told = once.stderr.decode().splitlines()
        assert "guardian: box: b.txt: a named pipe, passed over" in told
        assert told[-1] == "1 messages: 1 clean; not all could be looked at in box"
        listed = guardian(home, "source", "list").stdout.decode()
        assert "1 of what is there could not be read, and was not screened" in listed
        (box / "b.txt").unlink()
        assert guardian(home, "watch", "--once").returncode == 0


def test_without_sources_it_says_how_to_add_one(tmp_path: Path) -> None:
    done = guardian(tmp_path / "home", "watch")
    assert done.returncode == 2
    assert b"guardian source add KIND PATH adds a source" in done.stderr


@pytest.mark.long
def test_what_is_there_counts_as_seen_unless_its_owner_says_otherwise(tmp_path: Path) -> None:
    box, home = a_maildir(tmp_path / "box"), tmp_path / "home"
    deliver(box, range(5))
    added = guardian(home, "source", "add", "maildir", str(box))
    assert b"5 messages count as seen" in added.stderr
    assert guardian(home, "watch", "--once").stderr == b"0 messages: none\n"
    assert guardian(home, "source", "test").stdout == b"box: good: new/ holds 5 mails\nbox: good: cur/ holds 0 mails\n"
    other = a_maildir(tmp_path / "other")
    assert guardian(home, "source", "add", "maildir", str(other), "--id", "box").returncode == 2
    assert guardian(home, "watch", "--once").stderr == b"0 messages: none\n"  # what was seen is still seen
    assert guardian(home, "source", "remove", "bxo").stderr == (b'guardian: no source "bxo" (did you mean "box"?)\n')
    assert guardian(home, "source", "remove", "box").returncode == 0
    assert guardian(home, "source", "list").stdout == b""
