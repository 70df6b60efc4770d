"""What the verdict says of a head: what it set aside is named, what it raised says so, and rules stand as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from adapt_journal import a_manifest, evidence_of

from guardian.adapt.said import HeadSaid
from guardian.detectors.base import Evidence
from guardian.detectors.encoder import BY_LABELS, EncoderDetector
from guardian.finding import Finding, FindingKind
from guardian.vetoes.your_labels import YourLabelsVeto

DETECTOR, VETO = EncoderDetector(a_manifest()), YourLabelsVeto()
CLEAR = {"risk": 0.1, "pressure": 0.1, "cutting_off": 0.1, "urgency": 0.1, "money_request": 0.1}


def spoken(before: dict[str, float], now: dict[str, float]) -> Evidence:
    """Evidence in which a head made `now` of the model's `before`; what is not named is clear."""
    evidence = evidence_of("A message.", scores={**CLEAR, **now})
    return replace(evidence, head=HeadSaid(3, {**CLEAR, **before}))


def told(evidence: Evidence) -> dict[str, str | None]:
    """Each finding's tactic, and why the veto sets it aside."""
    return {finding.tactic: VETO.objection(finding, evidence) for finding in DETECTOR.detect(evidence)}


def test_what_the_head_lowered_below_its_threshold_is_found_and_set_aside_by_name() -> None:
    evidence = spoken({"urgency": 0.9}, {"urgency": 0.7})
    assert told(evidence) == {"urgency": "you called messages like it fine (guardian adapt, version 3)"}
    assert [finding.score for finding in DETECTOR.detect(evidence)] == [0.9]  # what the model itself had said


def test_what_was_lowered_and_still_is_over_its_threshold_stands() -> None:
    evidence = spoken({"urgency": 0.95}, {"urgency": 0.85})
    assert told(evidence) == {"urgency": None}
    assert [finding.score for finding in DETECTOR.detect(evidence)] == [0.85]


def test_what_the_head_raised_says_on_whose_word() -> None:
    evidence = spoken({"urgency": 0.7}, {"urgency": 0.85})
    assert told(evidence) == {"urgency": None}
    assert DETECTOR.detect(evidence)[0].say.endswith(f", {BY_LABELS}")


def test_what_the_model_finds_by_itself_does_not_say_so() -> None:
    assert BY_LABELS not in DETECTOR.detect(spoken({"urgency": 0.85}, {"urgency": 0.9}))[0].say


def test_a_group_that_stood_behind_its_tactic_does_not_come_forward_when_that_is_set_aside() -> None:
    """Both are lowered by the same; where the group's own threshold is lower it stands by itself, as without a head."""
    assert told(spoken({"urgency": 0.9, "pressure": 0.72}, {"urgency": 0.7, "pressure": 0.5})).keys() == {"urgency"}
    still = told(spoken({"urgency": 0.9, "pressure": 0.95}, {"urgency": 0.7, "pressure": 0.8}))
    assert still["pressure"] is None
    assert still["urgency"] is not None


def test_a_head_that_moved_nothing_changes_no_word() -> None:
    scores = {"urgency": 0.9, "money_request": 0.95}
    without = DETECTOR.detect(evidence_of("A message.", scores={**CLEAR, **scores}))
    assert DETECTOR.detect(spoken(scores, scores)) == without


@pytest.mark.parametrize("kind", [FindingKind.RULE, FindingKind.JUDGE])
def test_a_rules_finding_is_never_set_aside(kind: FindingKind) -> None:
    finding = Finding("money", "urgency", 0.9, "presses you", (), kind)
    assert VETO.objection(finding, spoken({"urgency": 0.9}, {"urgency": 0.1})) is None


def test_a_policys_own_examples_and_patterns_are_never_set_aside() -> None:
    finding = Finding("policy", "one-of-mine", 0.9, "looks like your example", (), FindingKind.MODEL)
    assert VETO.objection(finding, spoken({"urgency": 0.9}, {"urgency": 0.1})) is None


def test_without_a_head_nothing_is_set_aside() -> None:
    evidence = evidence_of("A message.", scores={**CLEAR, "urgency": 0.9})
    assert told(evidence) == {"urgency": None}
    assert evidence.model_scores == evidence.scores
