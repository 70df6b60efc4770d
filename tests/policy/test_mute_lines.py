"""A command writes and takes out mutes, and leaves every other line of the owner's file as it is."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_builders import STARTER_POLICIES, steady

from guardian.errors import PolicyError
from guardian.policy.base import Mute
from guardian.policy.mute_lines import with_mute, without_mute

SINCE, UNTIL = date(2026, 11, 21), date(2026, 12, 21)
MUTE = Mute("urgency", "sister@x.example", SINCE, UNTIL, 'She says "now", always.')
LINES = """\
[[mutes]]
tactic = "urgency"
sender = "sister@x.example"
since = 2026-11-21
until = 2026-12-21
why = "She says \\"now\\", always."
"""
TABLES = """\
id = "a"  # mine

# above the first
[[mutes]] # first
since = 2026-11-01
why = '''
[[mutes]]
# no remark
'''
# below the first

[[mutes]]
since = 2026-11-02
# within the second
until = 2026-11-03

# about senders
[senders]
except = [
  ["x"],
]

[[mutes]]
since = 2026-11-04
"""
BRACKETS = """\
# before
mutes = [
  {since = 2026-11-01, until = 2026-11-02}, # one
  {since = 2026-11-03, until = 2026-11-04},
]
[senders] # behind
"""


@pytest.mark.parametrize("path", sorted(STARTER_POLICIES.glob("*.toml")), ids=lambda path: path.stem)
def test_a_mute_stands_behind_everything_else_and_comes_out_again(path: object) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    muted = with_mute(text, MUTE)
    assert muted == f"{text}\n{LINES}"
    twice = with_mute(muted, Mute("", "", SINCE, UNTIL))
    assert twice == f"{muted}\n[[mutes]]\nsince = 2026-11-21\nuntil = 2026-12-21\n"
    assert without_mute(twice, 1) == muted
    assert without_mute(muted, 0) == text


@pytest.mark.parametrize("text", ["", 'id = "a"', 'id = "a"\n\n\n', 'id = "a"\n# end', TABLES])
def test_the_end_of_a_file_may_look_as_it_likes(text: str) -> None:
    muted = with_mute(text, MUTE)
    assert muted.startswith(text.rstrip())
    assert muted.endswith(LINES)
    assert tomllib.loads(muted)["mutes"][-1] == {
        "tactic": "urgency",
        "sender": "sister@x.example",
        "since": SINCE,
        "until": UNTIL,
        "why": 'She says "now", always.',
    }


@pytest.mark.parametrize(
    ("index", "gone"),
    [
        (0, "[[mutes]] # first\nsince = 2026-11-01\nwhy = '''\n[[mutes]]\n# no remark\n'''\n"),
        (1, "\n[[mutes]]\nsince = 2026-11-02\n# within the second\nuntil = 2026-11-03\n"),
        (2, "\n[[mutes]]\nsince = 2026-11-04\n"),
    ],
)
def test_a_mute_goes_with_its_own_lines_and_no_others(index: int, gone: str) -> None:
    assert TABLES.count(gone) == 1
    assert without_mute(TABLES, index) == TABLES.replace(gone, "")


def test_a_list_in_brackets_stays_one() -> None:
    muted = with_mute(BRACKETS, MUTE)
    assert muted.startswith("# before\nmutes = [\n  {since = 2026-11-01, until = 2026-11-02}, # one\n")
    assert muted.endswith("]\n[senders] # behind\n")
    assert [mute["since"].day for mute in tomllib.loads(muted)["mutes"]] == [1, 3, 21]
    assert [mute["since"].day for mute in tomllib.loads(without_mute(BRACKETS, 0))["mutes"]] == [3]
    assert without_mute(BRACKETS, 1).endswith("[senders] # behind\n")
    assert tomllib.loads(with_mute("mutes = []\n", MUTE))["mutes"][0]["tactic"] == "urgency"


def test_a_layout_that_a_command_would_spoil_is_left_as_it_is() -> None:
    first, second = "{since = 2026-11-01, until = 2026-11-02}", "{since = 2026-11-03, until = 2026-11-04}"
    commas_first = f"mutes = [\n  {first} # one\n  , {second} # two\n]\n"
    with pytest.raises(PolicyError, match="layout"):
        with_mute(commas_first, MUTE)


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=30)


@steady
@given(_TEXTS, st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_whatever_the_reason_says_the_file_stays_what_it_was(why: str, order: list[int]) -> None:
    text = TABLES
    for number in order:
        text = with_mute(text, Mute("", "", SINCE, UNTIL, f"{number} {why}"))
    said = tomllib.loads(text)
    assert [mute["why"] for mute in said["mutes"][3:]] == [f"{number} {why}" for number in order]
    for number in reversed(range(len(order))):
        text = without_mute(text, 3 + number)
    assert text.rstrip() == TABLES.rstrip()
