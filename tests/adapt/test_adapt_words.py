"""What the owner is told of a head: what would be lost, and where disk and journal do not agree."""

from __future__ import annotations

import pytest

from guardian.adapt.effects import Change, Measured
from guardian.adapt.keeping import HOW_ADAPTED, HOW_BACK, HOW_OFF, HeadRecord
from guardian.commands.adapt_words import lost_words, not_as_told, versions_json, versions_lines


@pytest.mark.parametrize(
    ("before", "after", "lost", "words"),
    [
        (297, 297, 0, ""),
        (297, 300, 0, ""),
        (297, 297, 2, "of the 297 that are found, 2 would not be any more; 2 others would be"),
        (297, 295, 2, "of the 297 that are found, 2 would not be any more"),
        (297, 297, 1, "of the 297 that are found, 1 would not be any more; 1 other would be"),
        (297, 298, 1, "of the 297 that are found, 1 would not be any more; 2 others would be"),
    ],
)
def test_found_texts_that_would_be_lost_are_said_though_as_many_are_gained(
    before: int, after: int, lost: int, words: str
) -> None:
    assert lost_words(Measured(Change(1_188, before, after), lost, Change(1, 0, 0), {})) == words


def changes(*hows: tuple[str, int]) -> list[HeadRecord]:
    return [HeadRecord(seq, 1_000, how, version, "", {}) for seq, (how, version) in enumerate(hows)]


@pytest.mark.parametrize(
    ("told", "now", "says"),
    [
        ((), 0, ""),
        (((HOW_ADAPTED, 1), (HOW_ADAPTED, 2)), 2, ""),
        (((HOW_ADAPTED, 1), (HOW_ADAPTED, 2), (HOW_BACK, 1)), 1, ""),
        (((HOW_ADAPTED, 1), (HOW_OFF, 0)), 0, ""),
        (((HOW_ADAPTED, 1), (HOW_ADAPTED, 2)), 1, "your journal tells of another: version 2"),  # rolled back, or cut
        (((HOW_ADAPTED, 1), (HOW_OFF, 0)), 1, "your journal tells of another: none"),
        ((), 3, "your journal tells of another: none"),  # a folder from elsewhere
    ],
)
def test_what_is_in_force_and_is_not_what_the_journal_tells_of_is_said(
    told: tuple[tuple[str, int], ...], now: int, says: str
) -> None:
    records = changes(*told)
    problem = not_as_told(records, now)
    assert problem.startswith(says)
    assert bool(problem) is bool(says)
    lines = versions_lines(records, [1, 2, 3], now, problem)
    assert any(line.startswith("in force:") for line in lines)
    assert (lines[-1] == problem) is bool(says)
    assert versions_json(records, [1, 2, 3], now, problem)["problem"] == problem
