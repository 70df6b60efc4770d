"""What an editor offers at a place of a policy file: only what would be accepted there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.policy.completion import Completion, completions
from guardian.policy.load import parse_policy

HEAD = """\
id = "rush"
title = "Rush"
why = "Once was enough."
since = 2026-11-21
channels = ["incoming"]
"""


def at(marked: str) -> list[Completion]:
    """What is offered at the bar in a text."""
    before, _, behind = marked.partition("|")
    lines = before.split("\n")
    return completions(before + behind, len(lines) - 1, len(lines[-1]))


def done(marked: str, label: str) -> str:
    """The text with one of the offers taken."""
    (offer,) = [each for each in at(marked) if each.label == label]
    before, _, behind = marked.partition("|")
    line_begin = before.rfind("\n") + 1
    return before[: line_begin + offer.begin] + offer.text + behind


@pytest.mark.parametrize(
    ("marked", "offered", "not_offered"),
    [
        ("|", "title", "tactics"),
        (HEAD + "|", "severity", "title"),  # a key that is there is not offered again
        (HEAD + "[match]\n|", "tactics", "severity"),
        (HEAD + "[match]\n|\n[[examples]]\n", "[senders]", "[match]"),
        (HEAD + "[[examples]]\n|", "flag", "title"),
        (HEAD + "[[examples]]\n|", "[[examples]]", "id"),  # there may be many
        (HEAD + "action = |", "notice", "active"),
        (HEAD + "status = '|'", "active", "notice"),
        (HEAD + "[match]\ntactics = [|]", "urgency", "tactics"),
        (HEAD + "[match]\ntactics = [\n  'urgency',\n  |\n]", "flattery", "patterns"),
        (HEAD + "[match]\ntactics = { any = ['|'] }", "flattery", "patterns"),
        (HEAD + "[match.thresholds]\n|", "urgency", "text"),
        (HEAD + "[[mutes]]\ntactic = |", "pressure", "since"),
        (HEAD + "[when]\ndays = ['|']", "mon", "hours"),
        (HEAD + "[when]\n|", "hours", "tactics"),
    ],
)
def test_what_can_stand_at_a_place_is_offered(marked: str, offered: str, not_offered: str) -> None:
    labels = [each.label for each in at(marked)]
    assert offered in labels
    assert not_offered not in labels


@pytest.mark.parametrize("marked", [HEAD + "title = |", HEAD + "[match]\npatterns = ['|']", "x = 1 |", "# |"])
def test_where_anything_may_stand_nothing_is_offered(marked: str) -> None:
    assert at(marked) == []


def test_every_tactic_is_told_by_its_name() -> None:
    offers = {each.label: each.says for each in at(HEAD + "[match]\ntactics = [|]")}
    assert offers["flattery"].startswith("Flatters you: ")
    assert all(offers.values())


@pytest.mark.parametrize("section", ["", "[match]\n", "[senders]\n", "[when]\n", "[[mutes]]\n"])
def test_every_key_says_what_it_is(section: str) -> None:
    offers = at(section + "|")
    assert offers
    assert [each.label for each in offers if not each.says] == []


@pytest.mark.parametrize(
    ("marked", "label"),
    [
        (HEAD + "[match]\ntactics = [fla|]\n", "flattery"),
        (HEAD + "[match]\ntactics = ['fla|']\n", "flattery"),
        (HEAD + "[match]\ntactics = 'urgency and fla|'\n", "flattery"),
        (HEAD + "action = |\n", "hold"),
        (HEAD + "keep_text = |\n", "false"),
        (HEAD + "[mat|", "[match]"),
    ],
)
def test_what_is_taken_makes_a_text_that_loads(marked: str, label: str) -> None:
    policy, problems = parse_policy(done(marked, label), Path("rush.toml"))
    assert policy is not None, problems


def test_what_begins_as_it_was_typed_comes_first() -> None:
    assert at(HEAD + "[match]\ntactics = ['ur|']")[0].label == "urgency"


@given(st.text(alphabet="[]{}'\"=#,.ab \n\\-_\t\x1b", max_size=60), st.integers(0, 6), st.integers(0, 20))
def test_any_text_will_do(text: str, line: int, column: int) -> None:
    """Somebody is in the middle of typing it."""
    for each in completions(text, line, column):
        assert 0 <= each.begin <= column
