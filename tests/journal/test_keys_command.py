"""`guardian key`: moves the key, renews it, makes 24 words for it, brings it back from them; and loses no record."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import keyring.core
import pytest
from key_program import begin, read
from secret_service import need_secret_service, running_secret_service
from terminal_rig import Terminal, on_terminal

from guardian.journal.phrase import word_list
from guardian.settings import default_settings

PROGRAM = str(Path(__file__).with_name("key_program.py"))
PASSPHRASE = "correct horse battery staple"
READ = "5 read, 0 unreadable"
WIPED = "\x1b[2J\x1b[3J\x1b[H\x1b[?1049l"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner's own keyring is nobody's business here."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
def home(no_keyring: None, guardian_home: Path) -> Path:
    """A home with a journal of five records; its key is in a file."""
    begin(default_settings(os.environ))
    return guardian_home


def run(*words: str, stdin: str = "", fails: bool = False, env: dict[str, str] | None = None) -> str:
    """One run in a pipe: what it printed, or its line of error where it must fail with exit code 2."""
    done = subprocess.run(
        [sys.executable, PROGRAM, *words],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **(env or {})},
    )
    assert done.returncode == (2 if fails else 0), done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if fails else done.stdout


def terminal(*words: str) -> AbstractContextManager[Terminal]:
    """One run on a terminal."""
    return on_terminal([PROGRAM, *words])


def read_here() -> str:
    """What can be read without a terminal."""
    return read(default_settings(os.environ))


def shown() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run("show"))
    return answer


def key_files(home: Path) -> set[str]:
    return {path.name for path in (home / "config").glob("*.key")}


def make_phrase() -> list[str]:
    """The words of a new phrase, shown and typed back."""
    with terminal("phrase") as screen:
        words = words_on(screen)
        screen.type(" ".join(words))
        assert screen.end() == 0
    return words


def words_on(screen: Terminal) -> list[str]:
    """The words that are on the screen, in the order of their numbers."""
    table = screen.wait_for("Ctrl-C stops")
    numbered = {int(place): word for place, word in re.findall(r"(\d+) ([a-z]+)", table) if word in word_list()}
    assert set(numbered) == set(range(1, 25))
    return [numbered[place] for place in range(1, 25)]


# show


def test_show_says_where_the_key_is_and_asks_nobody(home: Path) -> None:
    row = shown()
    assert row["say"] == "key: file (protects copies of the journal, not this disk)"
    assert (row["place"], row["locked"], row["epoch"], row["recovery"]) == ("file", False, 0, False)


def test_show_tells_a_lost_key(home: Path) -> None:
    next((home / "config").glob("*.key")).unlink()
    done = subprocess.run([sys.executable, PROGRAM, "show"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "is not there" in json.loads(done.stdout)["problem"]


# rotate and move


def test_a_new_master_key_opens_all_records_and_the_old_one_is_gone(home: Path) -> None:
    old = key_files(home)
    assert "a new master key" in run("rotate")
    assert read_here() == READ
    assert len(key_files(home)) == 1
    assert not key_files(home) & old
    assert shown()["epoch"] == 1


def test_a_key_moves_behind_a_passphrase_and_back(home: Path) -> None:
    old = key_files(home)
    with terminal("move", "passphrase") as screen:
        screen.wait_for("at least 12 characters): ")
        screen.type(PASSPHRASE)
        screen.wait_for("once more: ")
        screen.type(PASSPHRASE)
        screen.wait_for("key: passphrase")
        assert screen.end() == 0
        assert PASSPHRASE not in screen.shown
    assert len(key_files(home)) == 1
    assert not key_files(home) & old
    assert (shown()["place"], shown()["locked"]) == ("passphrase", True)
    assert "closed by a passphrase" in run("read", fails=True)
    for words, says in (
        (["read"], READ),
        (["rotate"], "a new master key"),
        (["move", "file"], "key: file"),
    ):
        with terminal(*words) as screen:
            screen.wait_for("passphrase of the journal: ")
            screen.type(PASSPHRASE)
            screen.wait_for(says)
            assert screen.end() == 0
    assert read_here() == READ


def test_a_passphrase_can_be_exchanged_for_another(home: Path) -> None:
    other = "staple battery horse correct"
    for before, after in ((None, PASSPHRASE), (PASSPHRASE, other)):
        with terminal("move", "passphrase") as screen:
            if before is not None:
                screen.wait_for("passphrase of the journal: ")
                screen.type(before)
            screen.wait_for("at least 12 characters): ")
            screen.type(after)
            screen.wait_for("once more: ")
            screen.type(after)
            assert screen.end() == 0
    with terminal("read") as screen:
        screen.wait_for("passphrase of the journal: ")
        screen.type(PASSPHRASE)
        screen.wait_for("that is not the passphrase; once more: ")
        screen.type(other)
        screen.wait_for(READ)


def test_in_a_pipe_no_passphrase_is_made_and_the_key_stays_where_it_was(home: Path) -> None:
    before = key_files(home)
    assert "run this on a terminal" in run("move", "passphrase", stdin=f"{PASSPHRASE}\n{PASSPHRASE}\n", fails=True)
    assert key_files(home) == before
    assert read_here() == READ


def test_without_a_keyring_the_key_stays_where_it_was(home: Path) -> None:
    before = key_files(home)
    assert "no keyring works here (file and passphrase work without a keyring)" in run("move", "keyring", fails=True)
    assert key_files(home) == before


def test_moving_to_where_it_is_changes_nothing(home: Path) -> None:
    before = key_files(home)
    assert "it is there already" in run("move", "file")
    assert key_files(home) == before


@pytest.fixture
def service(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A Secret Service."""
    need_secret_service()
    with running_secret_service(tmp_path / "service") as environment:
        yield environment


def test_a_key_moves_into_a_real_keyring_and_back(home: Path, service: dict[str, str]) -> None:
    assert "key: keyring (Secret Service)" in run("move", "keyring", env=service)
    anchor = home / "config" / f"journal-{json.loads(run('show', env=service))['journal']}.anchor"
    assert (key_files(home), anchor.exists()) == (set(), False), "key and anchor went along"
    assert run("read", env=service).strip() == READ
    assert "no keyring works here" in run("read", fails=True)
    assert "key: file" in run("move", "file", env=service)
    assert read_here() == READ


# phrase and recover


def test_the_words_are_shown_once_typed_back_and_wiped(home: Path) -> None:
    with terminal("phrase") as screen:
        words = words_on(screen)
        screen.type(" ".join(words[:12]))
        screen.type(" ".join(words[12:]).upper())
        assert screen.end() == 0
    before, _, after = screen.shown.rpartition(WIPED)
    assert words[0] in before
    assert "open the journal from now on" in after
    assert not [word for word in words if re.search(rf"\d+ {word}\b", after)]
    assert shown()["recovery"] is True


def test_a_word_that_is_typed_back_wrong_is_told_by_its_place(home: Path) -> None:
    with terminal("phrase") as screen:
        words = words_on(screen)
        screen.type(" ".join([*words[:6], "zoo" if words[6] != "zoo" else "art", *words[7:]]))
        screen.wait_for("word 7 is not the one shown. once more")
        screen.type(" ".join(words[:23]))
        screen.type("")
        screen.wait_for("23 words instead of 24")
        screen.type(" ".join(words))
        assert screen.end() == 0
    assert shown()["recovery"] is True


def test_words_that_are_not_typed_back_change_nothing(home: Path) -> None:
    with terminal("phrase") as screen:
        words = words_on(screen)
        for _ in range(3):
            screen.type(" ".join(reversed(words)))
        assert screen.end() == 2
    assert screen.shown.rpartition(WIPED)[2].strip().endswith("(nothing was changed)")
    assert shown()["recovery"] is False


@pytest.mark.parametrize("is_stdout", [True, False])
def test_words_never_go_into_a_pipe(is_stdout: bool, home: Path) -> None:
    if not is_stdout:
        assert "shown on a terminal only" in run("phrase", fails=True)
        return
    with (
        (home / "captured").open("wb") as captured,
        on_terminal([PROGRAM, "phrase"], stdout=captured.fileno()) as screen,
    ):
        screen.wait_for("shown on a terminal only")
        assert screen.end() == 2
    assert (home / "captured").read_bytes() == b""


def test_a_lost_key_comes_back_from_the_words(home: Path) -> None:
    words = make_phrase()
    lose_key(home)
    assert "recover" in run("read", fails=True)
    assert "the journal is open again; key: file" in run("recover", stdin=" ".join(words))
    assert read_here() == READ
    lose_key(home)  # the key that recovery made is sealed to the same words
    assert "open again" in run("recover", "file", stdin=" ".join(words))
    assert read_here() == READ


def test_words_made_before_a_new_master_key_still_open_it(home: Path) -> None:
    words = make_phrase()
    run("rotate")
    lose_key(home)
    run("recover", stdin="\n".join(f"{place}. {word}" for place, word in enumerate(words, 1)))
    assert read_here() == READ


def test_later_words_take_the_place_of_earlier_ones(home: Path) -> None:
    earlier, later = make_phrase(), make_phrase()
    lose_key(home)
    assert "another journal's phrase" in run("recover", stdin=" ".join(earlier), fails=True)
    run("recover", stdin=" ".join(later))
    assert read_here() == READ


def test_a_wrong_word_is_told_by_its_place_and_changes_nothing(home: Path) -> None:
    words = make_phrase()
    lose_key(home)
    wrong = [*words[:6], word_list()[word_list().index(words[6]) - 1], *words[7:]]
    error = run("recover", stdin=" ".join(wrong), fails=True)
    assert error == "guardian: word 7 is not the one you wrote down\n"
    assert key_files(home) == set()


def test_on_a_terminal_only_the_wrong_word_is_asked_for_again(home: Path) -> None:
    words = make_phrase()
    lose_key(home)
    with terminal("recover") as screen:
        screen.wait_for("type your 24 words")
        screen.type(" ".join(["abandonn", *words[1:10], word_list()[word_list().index(words[10]) - 1], *words[11:]]))
        screen.wait_for("word 1 is not in the list (nearest: abandon")
        screen.type(words[0])
        screen.wait_for("word 11 is not the one you wrote down")
        screen.type(words[10])
        screen.wait_for("the journal is open again")
        assert screen.end() == 0
    assert read_here() == READ


def test_without_words_there_is_no_recovery_and_it_says_so(home: Path) -> None:
    assert "no recovery phrase was made" in run("recover", stdin="abandon " * 24, fails=True)


def test_no_word_of_a_phrase_stands_in_any_file(home: Path) -> None:
    words = make_phrase()
    contents = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert " ".join(words[:2]).encode() not in contents


def lose_key(home: Path) -> None:
    for path in (home / "config").glob("*.key"):
        path.unlink()
