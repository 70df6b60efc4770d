"""A message's way through policies: whole where there is a text, by its record's numbers alone where there is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from policy_builders import a_policy
from trial_rig import GIFT_CARDS, RENT, a_bench, a_message

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "journal"))

from journal_rig import SEEN, a_verdict

from guardian.journal.record import Record
from guardian.journal.verdict_record import verdict_record
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.explain import Course
from guardian.policy.trying.way import OTHER_MODEL, nearest_first, walker_of_message, walker_of_record


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with a_bench(tmp_path_factory.mktemp("way-home")) as opened:
        yield opened


def a_record(text: str, bench: Bench, *, why_not: str = "", of_this_model: bool = True) -> Record:
    verdict = a_verdict(model_sha256=bench.manifest.sha256 if of_this_model else "00" * 32)
    stream = {"scores": dict(SEEN.possible), "senders": [], "ordinary": True, "fingerprint": ""}
    return verdict_record(a_message(text), verdict, at_ms=0, program="1", why_not_text=why_not, stream=stream)


def test_a_recorded_text_goes_the_same_way_as_one_in_hand(bench: Bench) -> None:
    policy = a_policy(patterns=["gift cards"])
    in_hand = walker_of_message(a_message(GIFT_CARDS), bench).through(policy, bench)
    recorded = walker_of_record(a_record(GIFT_CARDS, bench), bench).through(policy, bench)
    assert recorded.now == in_hand.now
    assert recorded.has_text
    assert recorded.inspection.evidence.judged_at is not None
    assert recorded.inspection.evidence.judged_at.timestamp() == 0


def test_without_its_text_a_record_speaks_by_its_numbers(bench: Bench) -> None:
    walker = walker_of_record(a_record(GIFT_CARDS, bench, why_not="too long"), bench)
    explained = walker.through(a_policy(tactics="urgency", patterns=["gift cards"]), bench)
    assert not explained.has_text
    assert explained.now is not None
    assert explained.now.matched
    assert walker.trouble == ""


def test_the_numbers_of_another_model_say_nothing_here(bench: Bench) -> None:
    walker = walker_of_record(a_record(GIFT_CARDS, bench, why_not="too long", of_this_model=False), bench)
    explained = walker.through(a_policy(tactics="urgency"), bench)
    assert walker.trouble == OTHER_MODEL
    assert [step.course for step in explained.steps if step.name == "match"] == [Course.SILENT]


def test_what_matched_comes_first_and_what_does_not_look_last(bench: Bench) -> None:
    walker = walker_of_message(a_message(RENT), bench)
    policies = [
        replace(a_policy(patterns=["bitcoin"]), id="no"),
        replace(a_policy(patterns=["rent"]), id="yes"),
        replace(a_policy(patterns=["rent"]), id="other-channel", channels=()),
    ]
    found = sorted((walker.through(policy, bench) for policy in policies), key=nearest_first)
    assert [explained.policy.id for explained in found] == ["yes", "no", "other-channel"]
