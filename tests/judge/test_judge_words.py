"""What is told of a judge: its word as its own, its doubts, its trouble; nothing where it saw what the others saw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from weighing_rig import a_match, a_policy, an_opinion

from guardian.calibration.ordinary import is_ordinary
from guardian.judge.base import Answered, Label, Opinion
from guardian.judge_words import judge_lines
from guardian.policy.trying.match_words import standing_words
from guardian.second_opinion import SecondOpinion
from guardian.verdict import Action, Coverage, Outcome, PolicyMatch, Reason, Verdict
from guardian.verdict_words import headline, reason_lines

YES, NO, UNSURE = Label
DANGEROUS = "\x1b]52;c;aGk=\x07\u202e\r\n[/bold]"
POLICY = a_policy()


def a_verdict(
    match: PolicyMatch, *opinions: Opinion, name: str = "tiny", is_late: bool = False, **other: Any
) -> Verdict:
    verdict = Verdict(
        id="",
        channel="incoming",
        outcome=Outcome.CLEAN,
        action=Action.NONE,
        risk=0.1,
        scores={"urgency": match.score},
        policies=(match,),
        findings=(),
        vetoes=(),
        coverage=Coverage(10, 1),
        model_name="m",
        model_sha256="0",
        policy_set="sha256:0",
        wall="netns",
        elapsed_ms=0.0,
        judge=SecondOpinion(name, "ab" * 32, opinions, is_late),
    )
    return replace(verdict, **other)


@pytest.mark.parametrize(
    ("score", "label", "fields", "expected"),
    [
        (0.6, YES, {}, []),
        (0.4, NO, {}, []),
        (0.6, UNSURE, {}, []),
        (0.6, NO, {}, ["does not read it as what your policy 'Title of gift-cards' asks to flag"]),
        (
            0.6,
            NO,
            {"is_sure": False},
            ["does not read it as what your policy 'Title of gift-cards' asks to flag, but not surely enough to count"],
        ),
        (
            0.4,
            YES,
            {"is_sure": False},
            ["reads it as what your policy 'Title of gift-cards' asks to flag, but not surely enough to count"],
        ),
        (0.4, UNSURE, {"failure": "judge-busy: 32 messages wait"}, ["gave no opinion: judge-busy: 32 messages wait"]),
        (
            0.6,
            YES,
            {"answers": (Answered("pressure", YES, "tell nobody"), Answered("asks", NO, ""))},
            ['says: it presses you, or hides something: "tell nobody"'],
        ),
    ],
)
def test_what_is_worth_a_line(score: float, label: Label, fields: dict[str, Any], expected: list[str]) -> None:
    verdict = a_verdict(a_match(POLICY, score), an_opinion(POLICY, label, **fields))
    assert judge_lines(verdict) == [f"your judge (tiny) {words}" for words in expected]
    assert set(judge_lines(verdict)) <= set(reason_lines(verdict))


def test_that_it_is_late_is_told_and_that_there_is_none_is_not() -> None:
    match = a_match(POLICY, 0.4)
    assert judge_lines(a_verdict(match, is_late=True)) == ["your judge (tiny) had not answered in time"]
    assert judge_lines(replace(a_verdict(match), judge=None)) == []


def test_a_doubt_is_no_part_that_was_not_judged() -> None:
    doubts = Reason("judge-doubts", "your judge (tiny) does not read this as what it asks to flag")
    softened = a_verdict(a_match(POLICY, 0.6), outcome=Outcome.UNSURE, coverage=Coverage(10, 1, (doubts,)))
    assert headline(softened) == "unsure: your judge doubts what was flagged"
    assert reason_lines(softened)[0] == doubts.say
    both = replace(softened, coverage=Coverage(10, 1, (Reason("too-large", "only a part was read"), doubts)))
    assert headline(both) == "unsure: only a part could be judged"
    assert reason_lines(both)[0] == "not judged: only a part was read"


def test_names_and_quotes_are_safe() -> None:
    answers = (Answered("pressure", YES, DANGEROUS),)
    verdict = a_verdict(a_match(POLICY, 0.6), an_opinion(POLICY, YES, answers=answers), name=DANGEROUS)
    lines = judge_lines(verdict)
    assert lines
    assert all(line.isprintable() for line in lines)


def test_a_match_by_the_judge_is_said_to_be_one_and_is_not_ordinary() -> None:
    raised = replace(a_match(POLICY, 0.4), matched=True, because=("judge",))
    assert standing_words(raised) == "matched by your judge (score 0.40, threshold 0.50: short of it by 0.4)"
    assert standing_words(replace(raised, score=0.0)) == "matched by your judge"  # prose alone has no score
    assert not is_ordinary(a_verdict(raised))
    assert is_ordinary(a_verdict(a_match(POLICY, 0.4)))
