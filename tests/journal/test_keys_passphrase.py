"""A key under a passphrase: opens for the right one on any keyboard, asks nobody in a pipe, obeys no hostile file."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest
from terminal_rig import on_terminal

from guardian.journal.keys import KeyLockedError, KeyMissingError, KeyPlaceError
from guardian.journal.places.file_place import key_file
from guardian.journal.places.key_line import WrappedKey, key_line, parse_key_line
from guardian.journal.places.passphrase import (
    PassphrasePlace,
    Stretch,
    WrongPassphraseError,
    new_passphrase,
    nobody_to_ask,
    terminal_ask,
    unwrap_key,
    wrap_key,
)
from guardian.journal.secret import Secret

NAME = bytes(range(16))
PASSPHRASE = "correct horse battery staple"
QUICK = Stretch(memory_kib=64, passes=1, lanes=1)
"""For tests of what does not depend on how hard the stretching is."""


class Owner:
    """Answers questions, and remembers them."""

    def __init__(self, *answers: str | None) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, prompt: str) -> Secret | None:
        self.asked.append(prompt)
        answer = self.answers.pop(0)
        return Secret(answer.encode()) if answer is not None else None


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Secret]:
    """A configuration folder with a key under PASSPHRASE; no test changes it."""
    folder, key = tmp_path_factory.mktemp("saved") / "config", Secret.fresh()
    PassphrasePlace(folder, Owner(PASSPHRASE, PASSPHRASE)).save_key(NAME, key)
    return folder, key


def test_the_right_passphrase_opens_it(saved: tuple[Path, Secret]) -> None:
    folder, key = saved
    owner = Owner(PASSPHRASE)
    assert PassphrasePlace(folder, owner).load_key(NAME) == key
    assert owner.asked == ["passphrase of the journal: "]


def test_a_wrong_one_can_be_corrected_twice(saved: tuple[Path, Secret]) -> None:
    folder, key = saved
    assert PassphrasePlace(folder, Owner("wrong", "wrong again", PASSPHRASE)).load_key(NAME) == key


def test_three_wrong_ones_are_the_end_and_are_not_repeated(saved: tuple[Path, Secret]) -> None:
    with pytest.raises(WrongPassphraseError) as raised:
        PassphrasePlace(saved[0], Owner("canary 1", "canary 2", "canary 3")).load_key(NAME)
    assert raised.value.what == "the passphrase is wrong"
    assert "canary" not in raised.value.line()


@pytest.mark.parametrize("ask", [nobody_to_ask, Owner(None), Owner("")], ids=["nobody", "no answer", "empty"])
def test_without_an_answer_the_key_is_locked_and_the_hint_says_what_to_run(
    ask: Owner, saved: tuple[Path, Secret]
) -> None:
    with pytest.raises(KeyLockedError, match="none was given") as raised:
        PassphrasePlace(saved[0], ask).load_key(NAME)
    assert "on a terminal" in raised.value.hint


def test_a_missing_file_asks_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError):
        PassphrasePlace(tmp_path, Owner()).load_key(NAME)


def test_a_new_key_in_the_same_run_is_closed_by_the_same_passphrase(tmp_path: Path) -> None:
    place = PassphrasePlace(tmp_path, Owner(PASSPHRASE, PASSPHRASE))
    other = bytes(16)
    place.save_key(NAME, Secret.fresh())
    key = Secret.fresh()
    place.save_key(other, key)
    assert PassphrasePlace(tmp_path, Owner(PASSPHRASE)).load_key(other) == key
    salts = {parsed(key_file(tmp_path, name).read_text(), name).salt for name in (NAME, other)}
    assert len(salts) == 2


def test_the_file_holds_neither_key_nor_passphrase(saved: tuple[Path, Secret]) -> None:
    text = key_file(saved[0], NAME).read_bytes()
    for secret in (saved[1].reveal(), PASSPHRASE.encode()):
        assert secret not in text
    assert b"argon2id m=65536,t=3,p=4 " in text, "the second recommendation of RFC 9106"


@pytest.mark.parametrize(
    ("answers", "error", "says"),
    [
        (["short", "", ""], KeyLockedError, "none was given"),
        (["eleven char", "eleven char", "eleven char"], KeyPlaceError, "three tries"),
        ([PASSPHRASE, "another one than that"] * 3, KeyPlaceError, "three tries"),
        ([PASSPHRASE, None], KeyLockedError, "none was given"),
        ([None], KeyLockedError, "none was given"),
    ],
)
def test_a_passphrase_that_will_not_do_changes_nothing(
    answers: Iterable[str | None], error: type[Exception], says: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says):
        PassphrasePlace(tmp_path, Owner(*answers)).save_key(NAME, Secret.fresh())
    assert list(tmp_path.iterdir()) == []


def test_why_a_short_one_will_not_do_is_said() -> None:
    owner = Owner("short", PASSPHRASE, PASSPHRASE)
    assert new_passphrase(owner) == Secret(PASSPHRASE.encode())
    assert "a copied file can be guessed at without end; at least 12 characters" in owner.asked[1]


@pytest.mark.parametrize(
    ("typed_first", "typed_later"),
    [
        (
            "Z\u00fcrich im Regen",
            unicodedata.normalize("NFD", "Z\u00fcrich im Regen"),
        ),  # macOS types decomposed letters
        ("\uff21\uff22\uff23 full width letters", "ABC full width letters"),
        ("\u30ac\u30ae\u30b0 katakana words", "\u30ab\u3099\u30ad\u3099\u30af\u3099 katakana words"),
    ],
)
def test_a_passphrase_is_the_same_on_every_keyboard(typed_first: str, typed_later: str) -> None:
    assert typed_first != typed_later
    assert new_passphrase(Owner(typed_first, typed_later)) == new_passphrase(Owner(typed_later, typed_first))


@pytest.mark.parametrize(
    "parameters",
    [
        "m=1073741824,t=3,p=4",  # a terabyte
        "m=262145,t=3,p=4",
        "m=65536,t=4000000000,p=4",
        "m=65536,t=17,p=4",
        "m=65536,t=3,p=17",
        "m=31,t=3,p=4",  # less than Argon2 itself allows
        "m=65536,t=3",
        "m=065536,t=3,p=4",
        "m=65536,t=0,p=4",
        "m=-1,t=3,p=4",
        "m=\u0666,t=3,p=4",
    ],
)
def test_a_file_that_asks_for_too_much_is_refused_before_it_gets_any(parameters: str) -> None:
    hostile = WrappedKey(parameters, bytes(16), bytes(60))
    with pytest.raises(KeyPlaceError, match="cannot be opened: it"):
        unwrap_key(hostile, Secret(b"x"), NAME, "FILE")


def test_what_the_file_says_of_the_stretching_is_bound_by_the_seal() -> None:
    key, passphrase = Secret.fresh(), Secret(PASSPHRASE.encode())
    good = wrap_key(key, passphrase, NAME, QUICK)
    assert unwrap_key(good, passphrase, NAME, "FILE") == key
    for changed in (
        WrappedKey("m=128,t=1,p=1", good.salt, good.sealed),
        WrappedKey(good.parameters, bytes(16), good.sealed),
        WrappedKey(good.parameters, good.salt, good.sealed[:-1] + bytes([good.sealed[-1] ^ 1])),
    ):
        assert unwrap_key(changed, passphrase, NAME, "FILE") is None
    assert unwrap_key(good, passphrase, bytes(16), "FILE") is None, "it opens under another name"


@pytest.mark.parametrize(("salt_bytes", "sealed_bytes"), [(16, 5), (16, 59), (16, 61), (7, 60), (17, 60)])
def test_a_sealed_key_of_another_size_is_damaged(salt_bytes: int, sealed_bytes: int) -> None:
    stub = parsed(key_line(NAME, WrappedKey(str(QUICK), bytes(salt_bytes), bytes(sealed_bytes))), NAME)
    with pytest.raises(KeyPlaceError, match="its sealed key is damaged"):
        unwrap_key(stub, Secret(b"x"), NAME, "FILE")


def test_in_a_pipe_nothing_is_asked_though_there_is_a_terminal() -> None:
    inner = "from guardian.journal.places.passphrase import terminal_ask; print(terminal_ask('the words: '))"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], input=b'typed', check=True)"
    with on_terminal(["-c", outer]) as terminal:
        terminal.wait_for("None")
        assert terminal.end() == 0
    assert "the words" not in terminal.shown


def test_with_standard_error_in_a_file_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert terminal_ask("passphrase: ") is None


def test_on_a_terminal_it_is_asked_for_and_not_shown() -> None:
    program = (
        "from guardian.journal.places.passphrase import terminal_ask; print(len(terminal_ask('the words: ').reveal()))"
    )
    with on_terminal(["-c", program]) as terminal:
        terminal.wait_for("the words: ")
        terminal.type("canary typed")
        assert terminal.end() == 0
    assert "12" in terminal.shown
    assert "canary" not in terminal.shown


def parsed(text: str, name: bytes) -> WrappedKey:
    found = parse_key_line(text, name)
    assert isinstance(found, WrappedKey)
    return found
