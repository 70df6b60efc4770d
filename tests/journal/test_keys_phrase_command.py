"""`guardian key phrase` and `recover`: 24 words on paper bring a lost key back; nothing but a terminal shows them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from key_rig import RECORDS, begin_journal, guardian_key, key_files, key_on_terminal, lose_key, readable_records
from terminal_rig import Terminal

from guardian.errors import JournalError
from guardian.journal.phrase import word_list

WIPED = "\x1b[2J\x1b[3J\x1b[H\x1b[?1049l"


@pytest.fixture
def home(guardian_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a journal of five records; its key is in a file."""
    begin_journal(monkeypatch)
    return guardian_home


def has_phrase() -> bool:
    """What `show` says of a recovery phrase."""
    return bool(json.loads(guardian_key("show", "--json"))["recovery"])


def make_phrase() -> list[str]:
    """The words of a new phrase, shown and typed back."""
    with key_on_terminal("phrase") as screen:
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


def test_the_words_are_shown_once_typed_back_and_wiped(home: Path) -> None:
    with key_on_terminal("phrase") as screen:
        words = words_on(screen)
        screen.type(" ".join(words[:12]))
        screen.type(" ".join(words[12:]).upper())
        assert screen.end() == 0
    before, _, after = screen.shown.rpartition(WIPED)
    assert words[0] in before
    assert "open the journal from now on" in after
    assert not [word for word in words if re.search(rf"\d+ {word}\b", after)]
    assert has_phrase()


def test_a_word_that_is_typed_back_wrong_is_told_by_its_place(home: Path) -> None:
    with key_on_terminal("phrase") as screen:
        words = words_on(screen)
        screen.type(" ".join([*words[:6], "zoo" if words[6] != "zoo" else "art", *words[7:]]))
        screen.wait_for("word 7 is not the one shown. once more")
        screen.type(" ".join(words[:23]))
        screen.type("")
        screen.wait_for("23 words instead of 24")
        screen.type(" ".join(words))
        assert screen.end() == 0
    assert has_phrase()


def test_words_that_are_not_typed_back_change_nothing(home: Path) -> None:
    with key_on_terminal("phrase") as screen:
        words = words_on(screen)
        for _ in range(3):
            screen.type(" ".join(reversed(words)))
        assert screen.end() == 2
    assert screen.shown.rpartition(WIPED)[2].strip().endswith("(nothing was changed)")
    assert not has_phrase()


def test_words_never_go_into_a_pipe(home: Path) -> None:
    assert "shown on a terminal only" in guardian_key("phrase", fails=True)
    with (home / "captured").open("wb") as captured, key_on_terminal("phrase", stdout=captured.fileno()) as screen:
        screen.wait_for("shown on a terminal only")
        assert screen.end() == 2
    assert (home / "captured").read_bytes() == b""


def test_a_lost_key_comes_back_from_the_words(home: Path) -> None:
    words = make_phrase()
    lose_key(home)
    with pytest.raises(JournalError, match="is not there"):
        readable_records()
    assert "the journal is open again; key: file" in guardian_key("recover", stdin=" ".join(words))
    assert readable_records() == RECORDS
    lose_key(home)  # the key that recovery made is sealed to the same words
    assert "open again" in guardian_key("recover", "--to", "file", stdin=" ".join(words))
    assert readable_records() == RECORDS


def test_words_made_before_a_new_master_key_still_open_it(home: Path) -> None:
    words = make_phrase()
    guardian_key("rotate")
    lose_key(home)
    guardian_key("recover", stdin="\n".join(f"{place}. {word}" for place, word in enumerate(words, 1)))
    assert readable_records() == RECORDS


def test_later_words_take_the_place_of_earlier_ones(home: Path) -> None:
    earlier, later = make_phrase(), make_phrase()
    lose_key(home)
    assert "another journal's phrase" in guardian_key("recover", stdin=" ".join(earlier), fails=True)
    guardian_key("recover", stdin=" ".join(later))
    assert readable_records() == RECORDS


def test_a_wrong_word_is_told_by_its_place_and_changes_nothing(home: Path) -> None:
    words = make_phrase()
    lose_key(home)
    wrong = [*words[:6], word_list()[word_list().index(words[6]) - 1], *words[7:]]
    error = guardian_key("recover", stdin=" ".join(wrong), fails=True)
    assert error == "guardian: word 7 is not the one you wrote down\n"
    assert key_files(home) == set()


def test_on_a_terminal_only_the_wrong_word_is_asked_for_again(home: Path) -> None:
    words = make_phrase()
    lose_key(home)
    with key_on_terminal("recover") as screen:
        screen.wait_for("type your 24 words")
        screen.type(" ".join(["abandonn", *words[1:10], word_list()[word_list().index(words[10]) - 1], *words[11:]]))
        screen.wait_for("word 1 is not in the list (nearest: abandon")
        screen.type(words[0])
        screen.wait_for("word 11 is not the one you wrote down")
        screen.type(words[10])
        screen.wait_for("the journal is open again")
        assert screen.end() == 0
    assert readable_records() == RECORDS


def test_without_words_there_is_no_recovery_and_it_says_so(home: Path) -> None:
    assert "no recovery phrase was made" in guardian_key("recover", stdin="abandon " * 24, fails=True)


def test_no_word_of_a_phrase_stands_in_any_file(home: Path) -> None:
    words = make_phrase()
    contents = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert " ".join(words[:2]).encode() not in contents
