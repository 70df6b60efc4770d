"""No policy file, however broken or hostile, raises, hangs or goes untold."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from policy_builders import STARTER_POLICIES

from guardian.policy.lint import lint_policies
from guardian.policy.load import load_policies, load_policy_file
from guardian.safe_text import safe_line

SEED = 20261121
MUTANTS = 500

_PIECES = (
    b"[", b"[[", b"]]", b"{", b"}", b"=", b".", b",", b'"', b"'", b'"""', b"'''", b"\\", b"#", b"\n", b"\r", b"\0",
    b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x1b[31m", "\u202e".encode(), b"inf", b"nan", b"1e999", b"0x",
    b"9" * 5_000, b"[" * 2_000, b"{a=" * 500, b"a." * 3_000, b"2026-13-45", b"true", b"[examples]", b"[match]",
    b'id = "x"\n', b"(" * 500, b"not " * 500, b"(?i)" * 100, b"a{1000}" * 50, b'"""\\' * 2_000,
)  # fmt: skip
"""What breaks readers of TOML, of UTF-8, of expressions and of patterns."""


def _cut(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randint(1, 40) :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.choice(_PIECES) + data[place:]


def _flip(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start : start + chance.randint(1, 400)] * chance.randint(2, 20) + data[start:]


def _end_early(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _swap_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut, _insert, _insert, _flip, _repeat, _end_early, _swap_lines
)  # fmt: skip


def test_every_mutant_of_a_starter_policy_loads_or_says_where_it_is_broken(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    originals = [path.read_bytes() for path in sorted(STARTER_POLICIES.glob("*.toml"))]
    broken = 0
    path = tmp_path / "mutant.toml"
    for _ in range(MUTANTS):
        data = chance.choice(originals)
        for _ in range(chance.randint(1, 3)):
            data = chance.choice(_MUTATIONS)(data or b"x", chance)
        path.write_bytes(data)
        loaded = load_policy_file(path)
        broken += loaded.policy is None
        assert (loaded.policy is None) == bool(loaded.problems), data
        lines = data.decode("utf-8", "replace").split("\n")
        for problem in loaded.problems:
            assert 1 <= problem.line <= len(lines) + 1, data
            assert 1 <= problem.column <= len(data) + 1, data
            assert problem.to_line() == safe_line(problem.to_line())
            assert problem.to_line().startswith(f"{path}:{problem.line}:{problem.column}: error: ")
            assert len(problem.to_line()) < 2_000
    assert MUTANTS // 3 < broken < MUTANTS, "the mutants must try both roads"


def test_what_is_no_regular_file_is_told_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "nowhere.toml").symlink_to(tmp_path / "missing")
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    (tmp_path / "null.toml").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.toml"))
        problems = {problem.file.stem: problem.message for problem in load_policies(tmp_path).problems}
    assert problems["pipe"] == "is a named pipe, not a file"
    assert problems["folder"] == "is a folder, not a file"
    assert problems["null"] == "is a device, not a file"
    assert problems.keys() == {"pipe", "folder", "nowhere", "loop", "null", "socket"}


def test_a_link_to_the_owners_own_file_is_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles"
    elsewhere.mkdir()
    (elsewhere / "bait").write_bytes((STARTER_POLICIES / "sweet-bait.toml").read_bytes())
    (tmp_path / "bait.toml").symlink_to(elsewhere / "bait")
    assert [policy.id for policy in load_policies(tmp_path).policies] == ["sweet-bait"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_account_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bait.toml"
    path.write_bytes((STARTER_POLICIES / "sweet-bait.toml").read_bytes())
    os.chown(path, 12_345, -1)
    (problem,) = load_policy_file(path).problems
    assert problem.code == "not-yours"


def test_hostile_keys_and_values_reach_no_terminal_raw(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('"\\u001b]52;c;x\\u0007" = 1\nseverity = "\\u202e\\u001b[2J"\n', encoding="utf-8")
    loaded = load_policy_file(path)
    for problem in loaded.problems:
        assert "\x1b" not in problem.to_line()
        assert "\x1b" not in str(problem.to_json())
    assert any("\\x1b]52" in problem.to_line() for problem in loaded.problems)


def test_an_endless_unknown_key_costs_no_search_for_its_neighbour(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f'"{"severity" * 20_000}" = 1\n', encoding="utf-8")
    first = load_policy_file(path).problems[0]
    assert len(first.to_line()) < 1_000
    assert "did you mean" not in first.hint


def test_lint_says_nothing_of_what_did_not_load(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("broken", encoding="utf-8")
    import datetime

    assert lint_policies(load_policies(tmp_path), None, datetime.date(2026, 11, 21)) == []
