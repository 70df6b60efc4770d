"""Promises of the prose splitter: a permission goes to the fine side, however its owner types it."""

from __future__ import annotations

import pytest

from guardian.policy.prose import Prose, split_prose

FLAG = "Flag talk about diets."


@pytest.mark.parametrize(
    "permission",
    [
        "Don't flag my doctor.",
        "Don\u2019t flag my doctor.",  # as telephones and word processors type it
        "It\u2019s fine when my doctor writes.",
        "Recipes? That doesn\u2019t count.",
        "Fine: recipes and sport.",
        "Fine : recipes and sport.",
    ],
)
def test_a_permission_goes_to_the_fine_side(permission: str) -> None:
    found = split_prose(f"{FLAG} {permission}")
    assert found.flag.startswith(FLAG)
    assert found.fine
    assert permission.endswith(found.fine)


@pytest.mark.parametrize(
    "wish", ["Flag mails that ask me to ignore my doctor.", "Flag whoever says that my work is good."]
)
def test_a_word_that_could_permit_is_no_permission_inside_a_wish(wish: str) -> None:
    assert split_prose(f"{wish} It is fine when I ask.") == Prose(wish, "It is fine when I ask.")


def test_a_sentence_that_turns_is_divided() -> None:
    assert split_prose("Diet talk, except when my doctor writes.") == Prose("Diet talk", "when my doctor writes.")


@pytest.mark.parametrize("prose", ["- except when my bank writes", "\u2013 unless it is fine", "It is fine.", "!"])
def test_there_is_always_something_to_flag(prose: str) -> None:
    assert split_prose(prose).flag == prose


def test_nothing_said_is_nothing_to_flag() -> None:
    assert split_prose(" ") == Prose("", "")
