"""Promises of `tui.seen`: nothing that was seen is unseen again, and nothing that was not seen is called seen."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.errors import OutputError
from tui import seen as module
from tui.seen import Seen, load, save

KEYS = st.lists(st.integers(-30, 60), max_size=80)


@given(KEYS, KEYS)
def test_exactly_what_was_seen_is_seen(first: list[int], second: list[int]) -> None:
    seen = Seen()
    seen.see(*first)
    for key in second:
        seen.see(key)
    assert {key for key in range(-31, 62) if seen.is_seen(key)} == {*first, *second}
    for (_, end), (start, _) in zip(seen.ranges, seen.ranges[1:], strict=False):
        assert start > end + 1, "ranges that touch are one"


@given(st.sets(st.integers(-5, 40)), st.sets(st.integers(-5, 40)))
def test_what_became_another_is_unseen_again(first: set[int], others: set[int]) -> None:
    seen = Seen()
    seen.see(*first)
    seen.unsee(*others)
    assert {key for key in range(-5, 41) if seen.is_seen(key)} == first - others
    assert all(low <= high for low, high in seen.ranges)
    told: list[tuple[int, ...]] = []
    again = Seen(told.append)
    again.take(seen.ranges)
    again.see(*others)
    assert set().union(*told) >= {key for key in others if key >= 0}, "and is told when it is seen"


def test_each_key_is_told_once() -> None:
    told: list[tuple[int, ...]] = []
    seen = Seen(told.append)
    seen.see(4, 4, -1)
    seen.see(4, 5)
    seen.see(-1)
    assert told == [(4, -1), (5,)]


def test_what_was_seen_survives_a_restart_but_for_what_nobody_recorded(tmp_path: Path) -> None:
    seen = Seen()
    seen.see(1, 2, 3, 9, -4)
    assert not seen.is_saved
    save(tmp_path / "state" / "seen.json", "ab", seen.ranges)
    assert stat.S_IMODE((tmp_path / "state" / "seen.json").stat().st_mode) == 0o600
    again = Seen()
    again.take(load(tmp_path / "state" / "seen.json", "ab"))
    assert [key for key in range(-5, 12) if again.is_seen(key)] == [1, 2, 3, 9]
    assert again.is_saved


def test_numbers_of_another_journal_mean_nothing(tmp_path: Path) -> None:
    save(tmp_path / "seen.json", "ab", [(0, 100)])
    assert load(tmp_path / "seen.json", "cd") == ()


def test_two_apps_lose_nothing_of_each_other(tmp_path: Path) -> None:
    save(tmp_path / "seen.json", "ab", [(1, 2)])
    save(tmp_path / "seen.json", "ab", [(5, 5)])
    assert load(tmp_path / "seen.json", "ab") == ((1, 2), (5, 5))


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "7", '{"v":1,"journal":"ab"}', '{"v":1,"journal":"ab","seen":[[3]]}', "[" * 100_000),
        '{"v":1,"journal":"ab","seen":[[5,3]]}',
        '{"v":1,"journal":"ab","seen":[[true,true]]}',
    ],
)
def test_a_damaged_file_makes_alerts_unseen_and_nothing_worse(text: str, tmp_path: Path) -> None:
    path = tmp_path / "seen.json"
    path.write_text(text)
    path.chmod(0o600)
    assert load(path, "ab") == ()
    save(path, "ab", [(1, 1)])
    assert load(path, "ab") == ((1, 1),)


def test_the_file_stays_small_and_the_oldest_gaps_are_given_up_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_RANGES", 3)
    seen = Seen()
    seen.see(0, 10, 20, 30, 40)
    assert seen.ranges == ((0, 20), (30, 30), (40, 40))


def test_a_folder_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way")
    with pytest.raises(OutputError, match="what you have seen could not be kept"):
        save(tmp_path / "state" / "seen.json", "ab", [(1, 1)])
