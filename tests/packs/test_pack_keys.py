"""The list of trusted keys is read as ssh-keygen reads it, or refused with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from guardian.packs.base import PackError, Tier
from guardian.packs.keys import TRUSTED_KEYS, find_key, read_trusted_keys, trust_line
from guardian.packs.sshsig import PublicKey

KEY = PublicKey(bytes(range(32)))
OTHER = PublicKey(bytes(32))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def trusted(folder: Path, text: str) -> None:
    (folder / TRUSTED_KEYS).write_text(text)
    (folder / TRUSTED_KEYS).chmod(0o600)


def tier(folder: Path, line: str) -> Tier | None:
    trusted(folder, line)
    found = find_key(KEY, read_trusted_keys(folder), NOW)
    return found.tier if found else None


def test_nobody_is_trusted_where_there_is_no_list(tmp_path: Path) -> None:
    assert read_trusted_keys(tmp_path) == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"ada {KEY.line()}\n", Tier.TRUSTED),
        (f"ada {KEY.line()} a comment of any kind\n", Tier.TRUSTED),
        (f'"ada" {KEY.line()}\n', Tier.TRUSTED),
        (trust_line("ada@x.example", KEY), Tier.TRUSTED),
        (trust_line("mine", KEY), Tier.MINE),
        (f"ada {OTHER.line()}\n", None),
        (f'ada namespaces="git" {KEY.line()}\n', None),
        (f'ada namespaces="git,guardian-pack" {KEY.line()}\n', Tier.TRUSTED),
        (f'ada valid-before="20261121" {KEY.line()}\n', None),
        (f'ada valid-before="20261122Z" {KEY.line()}\n', Tier.TRUSTED),
        (f'ada valid-after="20261121115959Z" {KEY.line()}\n', Tier.TRUSTED),
        (f'ada valid-after="202611211201Z" {KEY.line()}\n', None),
        (f'ada namespaces="guardian-pack",valid-after="20300101" {KEY.line()}\n', None),
        (f"# ada {KEY.line()}\n\n", None),
    ],
)
def test_a_line_trusts_what_it_says_and_no_more(tmp_path: Path, line: str, expected: Tier | None) -> None:
    assert tier(tmp_path, line) is expected


@pytest.mark.parametrize("order", [("mine", "ada"), ("ada", "mine")])
def test_a_key_that_stands_there_twice_counts_as_the_owners_own(tmp_path: Path, order: tuple[str, str]) -> None:
    assert tier(tmp_path, "".join(trust_line(name, KEY) for name in order)) is Tier.MINE


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ada", "is no line of the form"),
        (f"{KEY.line()}", "is no line of the form"),
        (f"ada cert-authority {KEY.line()}", 'the option "cert-authority" is not known here'),
        (f'ada verify-required,namespaces="x" {KEY.line()}', "is not known here"),
        ("ada ssh-rsa AAAAB3NzaC1yc2E=", 'the key is "ssh-rsa": only ssh-ed25519'),
        ("ada ssh-ed25519 AAAA", "is cut off"),
        ("ada ssh-ed25519 !!!!", "is no line of the form"),
        (f"ada,eve {KEY.line()}", "no single plain name"),
        (f"*@x.example {KEY.line()}", "no single plain name"),
        (f'ada valid-before="soon" {KEY.line()}', "no time of the form"),
        (f'ada valid-before="20269999" {KEY.line()}', "no time of the form"),
        (f"ada\x1b[31m {KEY.line()}", "no single plain name"),
    ],
)
def test_a_line_that_is_not_understood_is_refused_with_its_number(tmp_path: Path, line: str, why: str) -> None:
    trusted(tmp_path, f"# first\n{line}\n")
    with pytest.raises(PackError, match=why) as caught:
        read_trusted_keys(tmp_path)
    assert caught.value.what.startswith(f"{tmp_path / TRUSTED_KEYS}:2: ")
    assert "\x1b" not in caught.value.line()


def test_a_list_that_others_can_write_is_refused(tmp_path: Path) -> None:
    trusted(tmp_path, trust_line("ada", KEY))
    (tmp_path / TRUSTED_KEYS).chmod(0o666)
    with pytest.raises(PackError, match="other accounts can change this file"):
        read_trusted_keys(tmp_path)


@pytest.mark.parametrize("name", ["", "a b", "a\n", 'a"', "*", "ada,eve", "#ada", "a" * 101])
def test_a_name_that_would_break_its_line_is_refused(name: str) -> None:
    with pytest.raises(PackError, match="is no name for a key"):
        trust_line(name, KEY)
