"""Whether the words that are shown are the words that do it: quotes against marked spans of evidence.

Invariants: only violating rows with marked evidence count; a flagged row without a quote is a miss; where one sentence
is all there is, pointing at it shows nothing, so such rows are left out of the second measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from guardian.report.answers import Answer
from guardian.report.rows import LabelledRow
from guardian.report.shares import Share
from guardian.verdict import Outcome

Ranges = Sequence[tuple[int, int]]


def evidence(rows: Sequence[LabelledRow], answers: Sequence[Answer]) -> dict[str, Any]:
    """`flagged`: the first quote of the strongest finding, over flagged rows. `all_rows`: the sentence with most risk,
    over all rows of two sentences and more; `chance` is what a sentence drawn at random would reach there."""
    marked = [
        (row.evidence_ranges(), answer)
        for row, answer in zip(rows, answers, strict=True)
        if row.violating and row.evidence
    ]
    quoted = [
        answer.quote is not None and overlaps(answer.quote, ranges)
        for ranges, answer in marked
        if answer.outcome is Outcome.FLAGGED
    ]
    several = [(ranges, answer) for ranges, answer in marked if len(answer.sentences) > 1]
    top = [overlaps(_top_sentence(answer), ranges) for ranges, answer in several]
    chances = [_chance(answer, ranges) for ranges, answer in several]
    return {
        "flagged": Share.of(quoted).to_json(),
        "all_rows": Share.of(top).to_json(),
        "chance": sum(chances) / len(chances) if chances else None,
    }


def overlaps(place: tuple[int, int], ranges: Ranges) -> bool:
    """Whether two byte ranges share a byte."""
    return any(place[0] < end and start < place[1] for start, end in ranges)


def _top_sentence(answer: Answer) -> tuple[int, int]:
    best = max(answer.sentences, key=lambda sentence: sentence.risk)  # the first of equals
    return best.start, best.end


def _chance(answer: Answer, ranges: Ranges) -> float:
    return sum(overlaps((each.start, each.end), ranges) for each in answer.sentences) / len(answer.sentences)
