"""Canaries: the shipped model finds what it must with a margin, and a broken one is noticed on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from health_rig import NOW_MS

from guardian.assembly import Assembled
from guardian.health.base import Standing
from guardian.health.bounds import CANARY_AGE_MS
from guardian.health.canaries import CanaryRun, look_at_canaries
from guardian.health.canary_texts import CANARIES, MUST_BE_SILENT, MUST_SING, Canary
from guardian.health.model import canary_block
from guardian.inspection import Inspection
from guardian.message import Channel, Message
from guardian.tactics import GROUPS
from guardian.verdict import Coverage, Reason

LEAST_MARGIN = 0.3
"""In logit space, as a canary that stands on the edge would cry at the first rounding."""


@pytest.fixture(scope="module")
def run(parts: Assembled) -> CanaryRun:
    return look_at_canaries(parts.bench, NOW_MS)


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)
def test_each_canary_is_right_with_a_margin(canary: Canary, run: CanaryRun) -> None:
    (result,) = [each for each in run.results if each.canary is canary]
    assert result.is_right, result.say
    assert result.margin >= LEAST_MARGIN, result.say


def test_every_group_has_a_canary_and_both_channels_have_both_sides() -> None:
    assert {canary.group for canary in MUST_SING} == set(GROUPS)
    for side in (MUST_SING, MUST_BE_SILENT):
        assert {canary.channel for canary in side} == set(Channel)
    assert len({canary.name for canary in CANARIES}) == len(CANARIES)
    assert len(MUST_BE_SILENT) >= 12


def changed(parts: Assembled, factor: float, *, failing: str = "", without_rules: bool = False) -> CanaryRun:
    """A round at a bench whose model's scores are `factor` times what they were."""

    def inspect_all(messages: Iterable[Message]) -> Iterator[Inspection]:
        for each in parts.bench.inspect_all(messages):
            scores = {label: min(score * factor, 1.0) for label, score in each.evidence.scores.items()}
            coverage = Coverage(1, 0, (Reason("model-down", failing),)) if failing else each.coverage
            findings = () if without_rules else each.findings
            evidence = replace(each.evidence, scores=scores)
            yield replace(each, evidence=evidence, coverage=coverage, findings=findings)

    return look_at_canaries(replace(parts.bench, inspect_all=inspect_all), NOW_MS)


def test_a_model_that_fell_silent_is_noticed_though_rules_still_speak(parts: Assembled) -> None:
    wrong = {result.canary.name for result in changed(parts, 0.5).wrong}
    assert wrong == {canary.name for canary in MUST_SING if canary.group != "obfuscation"}


def test_a_model_that_sees_manipulation_everywhere_is_noticed(parts: Assembled) -> None:
    wrong = {result.canary.name for result in changed(parts, 100.0).wrong}
    assert wrong == {canary.name for canary in MUST_BE_SILENT}


def test_a_reading_that_no_longer_sees_what_is_hidden_is_noticed(parts: Assembled) -> None:
    wrong = {result.canary.group for result in changed(parts, 1.0, without_rules=True).wrong}
    assert wrong == {"obfuscation"}


def test_a_canary_that_could_not_be_judged_is_wrong_and_never_right(parts: Assembled) -> None:
    run = changed(parts, 1.0, failing="the model is not running")
    assert len(run.wrong) == len(CANARIES)
    assert all("the model is not running" in result.say for result in run.results)


def test_the_block_is_red_when_one_is_wrong_when_none_was_made_and_when_the_last_is_old(
    parts: Assembled, run: CanaryRun
) -> None:
    good = canary_block(NOW_MS, run)
    assert not any(reading.is_breached for reading in good.readings)
    assert "17 of 17 found, 12 of 12 left alone" in good.readings[0].value
    silent = canary_block(NOW_MS, changed(parts, 0.5))
    assert silent.readings[0].is_breached
    assert any("must be found: silent" in reading.value for reading in silent.readings)
    assert canary_block(NOW_MS + CANARY_AGE_MS + 1, run).readings[0].is_breached
    assert canary_block(NOW_MS, None).readings[0].standing is Standing.UNKNOWN
    assert canary_block(NOW_MS, None, "the model is down").readings[0].is_breached


def test_a_round_records_nothing_and_gives_no_verdict(parts: Assembled) -> None:
    policy_set = parts.gate.policy_set
    run = look_at_canaries(parts.bench, NOW_MS)
    assert parts.gate.policy_set == policy_set
    assert not any(hasattr(result, "verdict") for result in run.results)
