"""An explanation is the matcher's own path, told step by step: what it says last is what the gate would say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from policy_builders import REPOSITORY, STARTER_POLICIES, a_policy
from trial_rig import GIFT_CARDS, NOT_ENGLISH, PARCEL, RENT, a_bench, a_message

from guardian.inspection import Inspection
from guardian.message import Channel
from guardian.policy.base import Hours, Mute, Status, Turns, When
from guardian.policy.load import load_policies
from guardian.policy.scope import precedence
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.explain import Course, Explained, explain
from guardian.policy.trying.explain_lines import explained_json, explained_lines, said_words
from guardian.policy.trying.trial import as_if_in_force
from guardian.sources.files import list_files, read_files
from guardian.verdict import Action, Outcome

GOES_ON, STOPS, MATCHES, SILENT, TAKES, LEAVES, ASKED, UNKNOWN = Course
SATURDAY_NOON = datetime(2026, 11, 21, 12, 0)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with a_bench(tmp_path_factory.mktemp("explain-home")) as opened:
        yield opened


def _inspected(bench: Bench, text: str, **facts: object) -> Inspection:
    (inspection,) = bench.inspect_all([a_message(text, **facts)])  # type: ignore[arg-type]
    return replace(inspection, evidence=replace(inspection.evidence, judged_at=SATURDAY_NOON))


def _explained(
    bench: Bench, text: str = GIFT_CARDS, facts: dict[str, object] | None = None, **fields: object
) -> Explained:
    policy = a_policy(**{"patterns": ["gift cards"], **fields})  # type: ignore[arg-type]
    return explain(policy, _inspected(bench, text, **(facts or {})), bench)


def _course(explained: Explained, name: str) -> Course:
    (step,) = (step for step in explained.steps if step.name == name)
    return step.course


def test_the_steps_are_those_that_scope_names_in_its_order(bench: Bench) -> None:
    explained = _explained(bench)
    lines = [f"{number}. {step.name}: {step.rule}" for number, step in enumerate(explained.steps, start=1)]
    assert lines == precedence(explained.policy)


@pytest.mark.parametrize(
    ("fields", "facts", "expected"),
    [
        ({"judge": When.ALWAYS}, {}, ASKED),
        ({}, {}, LEAVES),  # a pattern decided it
        ({"judge": When.ALWAYS, "senders_except": ("@bank.example",)}, {"sender": "a@bank.example"}, LEAVES),
        ({"judge": When.ALWAYS, "status": Status.DRAFT}, {}, LEAVES),
        ({"patterns": (), "prose": "Flag what asks for gift cards."}, {}, ASKED),
        ({"patterns": (), "prose": "Flag what asks for gift cards.", "judge": When.NEVER}, {}, LEAVES),
    ],
)
def test_it_is_told_whether_the_judge_would_be_asked(
    bench: Bench, fields: dict[str, object], facts: dict[str, object], expected: Course
) -> None:
    assert _course(_explained(bench, GIFT_CARDS, facts, **fields), "judge") is expected


@pytest.mark.parametrize(
    ("fields", "facts", "stopped_at"),
    [
        ({"status": Status.DRAFT}, {}, "status"),
        ({"status": Status.RETIRED}, {}, "status"),
        ({}, {"channel": Channel.AI_OUTPUT}, "channel"),
        ({"senders_except": ("@bank.example",)}, {"sender": "a@bank.example"}, "senders except"),
        ({"senders_only": ("@bank.example",)}, {"sender": "a@shop.example"}, "senders only"),
        ({"hours": (Hours(0, 60),)}, {}, "when"),
        ({"conversation": Turns.ONGOING}, {}, "conversation"),
        ({"conversation": Turns.FIRST}, {"context": ("Hello.",)}, "conversation"),
    ],
)
def test_a_message_is_stopped_at_the_step_that_its_owner_wrote_and_the_rest_is_told(
    bench: Bench, fields: dict[str, object], facts: dict[str, object], stopped_at: str
) -> None:
    explained = _explained(bench, GIFT_CARDS, facts, **fields)
    assert [step.name for step in explained.steps if step.course is STOPS] == [stopped_at]
    assert _course(explained, "match") is MATCHES
    assert explained.outcome is Outcome.CLEAN
    assert "What follows the first step that stops it is what the policy would say." in list(explained_lines(explained))


def test_a_mute_is_named_at_its_step(bench: Bench) -> None:
    mute = Mute("", "@shop.example", date(2026, 11, 1), date(2026, 12, 1))
    explained = _explained(bench, facts={"sender": "a@shop.example"}, mutes=(mute,))
    assert _course(explained, "mutes") is TAKES
    assert _course(explained, "fine examples") is LEAVES
    assert explained.now is not None
    assert not explained.now.matched
    assert said_words(explained) == f"set aside: you muted {mute}"


def test_a_copy_of_a_fine_example_is_named_at_its_step(bench: Bench) -> None:
    explained = _explained(bench, PARCEL, patterns=[], flag=[PARCEL, GIFT_CARDS], fine=[PARCEL])
    assert _course(explained, "mutes") is LEAVES
    if _course(explained, "match") is MATCHES:
        assert _course(explained, "fine examples") is TAKES
    assert explained.outcome is Outcome.CLEAN


def test_tactics_tell_who_answered_with_score_and_threshold(bench: Bench) -> None:
    explained = _explained(bench, patterns=[], tactics="money_request and not flattery", thresholds={"flattery": 0.99})
    (tactics,) = (road for step in explained.steps for road in step.roads)
    assert tactics.matched
    by = {(row["id"], answer["by"]): answer for row in tactics.facts["tactics"] for answer in row["answers"]}
    assert by["money_request", "rule"]["matched"]
    assert by["flattery", "model"]["threshold"] == 0.99
    assert tactics.facts["expression"] == "money_request and not flattery"
    evidence = explained.inspection.evidence
    for (name, kind), answer in by.items():
        if kind == "model":
            assert answer["score"] == pytest.approx(evidence.scores[answer["label"]], abs=1e-4), name


def test_patterns_tell_where_they_found_what(bench: Bench) -> None:
    explained = _explained(bench, patterns=["gift cards", "bitcoin"])
    found, missed = (road.facts for step in explained.steps for road in step.roads)
    (span,) = found["spans"]
    raw = explained.inspection.evidence.message.raw
    assert raw[span["start"] : span["end"]] == b"gift cards"
    assert (missed["matched"], missed["spans"]) == (False, [])


def test_examples_tell_their_distances_nearest_first(bench: Bench) -> None:
    explained = _explained(bench, patterns=[], flag=[GIFT_CARDS], fine=[RENT, PARCEL])
    (examples,) = (road for step in explained.steps for road in step.roads)
    nearest = examples.facts["nearest"]
    assert nearest[0]["number"] == 1
    assert nearest[0]["distance"] == pytest.approx(0, abs=1e-3)
    assert [row["distance"] for row in nearest] == sorted(row["distance"] for row in nearest)
    assert examples.matched
    assert explained.now is not None
    assert examples.facts["score"] == pytest.approx(explained.now.score, abs=1e-4)


def test_what_was_not_judged_is_said(bench: Bench) -> None:
    explained = _explained(bench, NOT_ENGLISH)
    assert explained.outcome is Outcome.UNSCREENED
    assert any(line.startswith("not judged: ") for line in explained_lines(explained))


def test_a_policy_on_trial_gives_notice_at_most(bench: Bench) -> None:
    explained = _explained(bench, status=Status.TEST)
    assert (explained.outcome, explained.action) == (Outcome.NOTICE, Action.NOTICE)
    assert said_words(explained).startswith("notice: matched by ")


@pytest.mark.long
def test_what_is_said_of_the_example_inbox_is_what_the_matcher_says(bench: Bench) -> None:
    """Every starter policy on every seventh message: the roads and exceptions add up to the match."""
    policies = load_policies(STARTER_POLICIES).policies
    files = list_files([REPOSITORY / "examples" / "inbox"])[::7]
    inspections = list(bench.inspect_all(read_files(files, channel=None, max_bytes=1 << 20)))
    assert len(inspections) >= 5
    matched = 0
    for inspection in inspections:
        for policy in policies:
            explained = explain(policy, inspection, bench)
            wide = replace(as_if_in_force(policy), channels=(inspection.evidence.message.channel,))
            (match,) = bench.matcher([wide], bench.embeddings([wide])).match(inspection.evidence, inspection.findings)
            assert (_course(explained, "match") is MATCHES) == (match.matched or bool(match.excused))
            assert (explained.now is None) == (inspection.evidence.message.channel not in policy.channels)
            matched += match.matched
    assert matched >= 3


def test_without_the_text_patterns_and_examples_are_not_known(bench: Bench) -> None:
    inspection = _inspected(bench, RENT)
    policy = a_policy(tactics="money_request", patterns=["rent"], flag=[GIFT_CARDS], fine=[RENT])
    explained = explain(policy, inspection, bench, has_text=False)
    assert _course(explained, "match") is UNKNOWN
    assert _course(explained, "fine examples") is UNKNOWN
    assert "the text was not kept" in "\n".join(explained_lines(explained))
    known = explain(a_policy(tactics="money_request"), inspection, bench, has_text=False)
    assert _course(known, "match") is SILENT


def test_nothing_of_a_message_or_policy_reaches_a_terminal_raw(bench: Bench) -> None:
    hostile = "gift \x1b]52;c;x\x07\u202e cards"
    explained = _explained(
        bench,
        hostile,
        facts={"sender": "\x1b[2J@x.example", "id": "\x1b"},
        patterns=["gift .*cards", "\u202ex"],
        flag=[hostile],
        title="T\x1b[1m",
    )
    shown = "\n".join([*explained_lines(explained), said_words(explained)])
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert json.loads(json.dumps(explained_json(explained)))["steps"][0]["step"] == "status"
