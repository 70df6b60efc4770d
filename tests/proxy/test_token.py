"""Promises of the proxy's token."""

from __future__ import annotations

import pickle
import stat
from pathlib import Path

import pytest

from guardian.errors import GuardianError
from guardian.proxy.token import Token, load_or_make_token


def test_it_is_made_once_for_its_owners_eyes(tmp_path: Path) -> None:
    file = tmp_path / "config" / "proxy.token"
    made = load_or_make_token(file)
    assert load_or_make_token(file).reveal() == made.reveal()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_it_has_256_bits(tmp_path: Path) -> None:
    tokens = {load_or_make_token(tmp_path / str(number)).reveal() for number in range(20)}
    assert len(tokens) == 20
    assert all(len(token.removeprefix("guardian-")) == 43 for token in tokens)  # 32 bytes in base64


@pytest.mark.parametrize("text", ["", "guardian-", "guardian-" + "a" * 42, "sk-" + "a" * 43, "a" * 400])
def test_a_file_without_a_token_is_refused_and_left_as_it_is(text: str, tmp_path: Path) -> None:
    file = tmp_path / "proxy.token"
    file.touch(0o600)
    file.write_text(text)
    with pytest.raises(GuardianError):
        load_or_make_token(file)
    assert file.read_text() == text


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "proxy.token"
    load_or_make_token(file)
    file.chmod(0o640)
    with pytest.raises(GuardianError, match="others may read"):
        load_or_make_token(file)


TOKEN = "guardian-" + "x" * 43
SHOWN = [
    (f"Bearer {TOKEN}", True),
    (f"bearer {TOKEN}", True),
    (f"BEARER  {TOKEN} ", True),
    (f"Basic {TOKEN}", False),
    (TOKEN, False),
    (f"Bearer {TOKEN}y", False),
    (f"Bearer {TOKEN[:-1]}", False),
    (f"Bearer {TOKEN.upper()}", False),
    (f"Bearer {TOKEN}, Bearer {TOKEN}", False),
    ("Bearer", False),
    ("", False),
]


@pytest.mark.parametrize(("header", "is_right"), SHOWN)
def test_only_the_whole_token_behind_bearer_is_right(header: str, is_right: bool) -> None:
    assert Token(TOKEN).is_shown_by(header.encode()) is is_right


def test_it_shows_itself_to_nobody_by_accident() -> None:
    token = Token(TOKEN)
    assert TOKEN not in repr(token) + str(token) + f"{token!r:>9}"
    with pytest.raises(TypeError):
        pickle.dumps(token)
    assert token.key_for("sessions") != token.key_for("other")
