"""Examples are tests: each comes out as its owner says, or is named with what to do; and none proves itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from policy_builders import STARTER_POLICIES, a_policy
from trial_rig import GIFT_CARDS, NOT_ENGLISH, PARCEL, RENT, a_bench, a_message, house

from guardian.assembly import open_gate
from guardian.message import Channel
from guardian.policy.base import Hours, Mute, Status, Turns
from guardian.policy.load import load_policies, load_policy_file
from guardian.policy.trying.bench import Bench
from guardian.policy.trying.trial import Standing, Trial, try_policies
from guardian.policy.trying.trial_words import EXAMPLE_FAILS, counts_words, trial_lines, trial_problems
from guardian.settings import Origin, OriginKind

PASSES, UNPROVEN, FAILS, NOT_JUDGED = Standing
BATCH = 5e-3
"""How far a score moves with the other texts that are in the same pass of the model."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trial-home")


@pytest.fixture(scope="module")
def bench(home: Path) -> Iterator[Bench]:
    with a_bench(home) as opened:
        yield opened


@pytest.fixture(scope="module")
def starters(bench: Bench) -> list[Trial]:
    return list(try_policies(load_policies(STARTER_POLICIES).policies, bench))


def _standings(bench: Bench, **fields: object) -> list[Standing]:
    (trial,) = try_policies([a_policy(**fields)], bench)  # type: ignore[arg-type]
    return [each.standing for each in trial.examples]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"patterns": ["gift cards"], "flag": [GIFT_CARDS]}, [PASSES], id="a pattern knows it"),
        pytest.param({"patterns": ["rent"], "flag": [GIFT_CARDS], "fine": [RENT]}, [UNPROVEN, FAILS], id="too wide"),
        pytest.param({"flag": [GIFT_CARDS]}, [UNPROVEN], id="an example that knows itself proves nothing"),
        pytest.param({"flag": [GIFT_CARDS, GIFT_CARDS]}, [UNPROVEN, UNPROVEN], id="nor does the same text twice"),
        pytest.param(
            {"flag": [GIFT_CARDS, GIFT_CARDS.replace("client", "customer")]},
            [UNPROVEN, UNPROVEN],
            id="nor nearly the same",
        ),
        pytest.param({"flag": [PARCEL], "fine": [PARCEL]}, [FAILS, PASSES], id="a policy that contradicts itself"),
        pytest.param({"patterns": ["gift cards"], "fine": [RENT]}, [PASSES], id="what is fine and not found"),
        pytest.param({"tactics": "money_request", "flag": [GIFT_CARDS]}, [PASSES], id="a rule knows it"),
        pytest.param({"patterns": ["gift cards"], "flag": [NOT_ENGLISH]}, [NOT_JUDGED], id="a language it cannot read"),
        pytest.param(
            {"patterns": ["gift cards"], "fine": [NOT_ENGLISH]}, [NOT_JUDGED], id="nor is that said to be fine"
        ),
        pytest.param({"patterns": ["."], "flag": [NOT_ENGLISH]}, [PASSES], id="but a pattern reads any language"),
    ],
)
def test_an_example_stands_to_its_policy(bench: Bench, fields: dict[str, object], expected: list[Standing]) -> None:
    assert _standings(bench, **fields) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Status.DRAFT},
        {"status": Status.RETIRED},
        {"senders_only": ("boss@bank.example",)},
        {"senders_except": ("*@*",)},
        {"hours": (Hours(0, 1),)},
        {"conversation": Turns.ONGOING},
        {"mutes": (Mute("", "", date(2020, 1, 1), date(2099, 1, 1)),)},
    ],
)
def test_a_trial_is_of_what_a_policy_looks_for_and_not_of_whom(bench: Bench, fields: dict[str, object]) -> None:
    assert _standings(bench, patterns=["gift cards"], flag=[GIFT_CARDS], **fields) == [PASSES]


def test_every_channel_of_the_policy_is_tried(bench: Bench) -> None:
    policy = a_policy(patterns=["gift"], flag=[GIFT_CARDS], channels=(Channel.INCOMING, Channel.AI_OUTPUT))
    (trial,) = try_policies([policy], bench)
    assert [each.channel for each in trial.examples] == [Channel.INCOMING, Channel.AI_OUTPUT]
    assert any("[ai_output]" in line for line in trial_lines(trial))


@pytest.mark.long
def test_a_trial_says_what_the_gate_says(starters: list[Trial], home: Path) -> None:
    """The starter policies' examples, each also screened as a message by a gate with these policies in force."""
    settings = house(home)
    hermetic = replace(
        settings,
        policies_dir=STARTER_POLICIES,
        origins={**settings.origins, "policies_dir": Origin(OriginKind.FLAG)},
    )
    examples = [each for trial in starters for each in trial.examples]
    with open_gate(hermetic) as gate:
        screened = list(gate.screen_all(a_message(each.example.text, each.channel) for each in examples))
    for each, answer in zip(examples, screened, strict=True):
        (row,) = (match for match in answer.verdict.policies if match.id == each.match.id)
        assert row.score == pytest.approx(each.match.score, abs=BATCH)
        if abs(row.score - row.threshold) > BATCH:
            one, other = row, each.match
            assert (one.matched, one.because, one.excused) == (other.matched, other.because, other.excused)


def test_the_starter_policies_are_tried_on_all_their_examples(starters: list[Trial]) -> None:
    policies = load_policies(STARTER_POLICIES).policies
    assert [(trial.policy.id, len(trial.examples)) for trial in starters] == [
        (policy.id, len(policy.examples) * len(policy.channels)) for policy in policies
    ]
    assert not any(trial.of(NOT_JUDGED) for trial in starters)


def test_no_starter_policy_flags_what_it_says_is_fine(starters: list[Trial]) -> None:
    assert [each.number for trial in starters for each in trial.failed if not each.example.flag] == []


def test_what_passes_passes_without_the_example_too(starters: list[Trial]) -> None:
    passed = [each for trial in starters for each in trial.of(PASSES)]
    assert len(passed) >= 50
    for each in passed:
        assert each.match.matched == each.unseen.matched == each.example.flag
        assert each.margin >= 0
        assert f"example:{each.number}" not in each.unseen.because


def test_what_is_unproven_is_right_by_itself_alone(starters: list[Trial]) -> None:
    unproven = [each for trial in starters for each in trial.of(UNPROVEN)]
    assert unproven, "few examples of a few-shot probe all recognise each other"
    for each in unproven:
        assert each.match.matched == each.example.flag != each.unseen.matched


def test_a_trial_records_nothing(starters: list[Trial], home: Path) -> None:
    assert starters
    assert not (home / "data").exists()
    assert {path.name for path in (home / "cache").iterdir()} == {"examples.cache"}


def _file(folder: Path, *examples: tuple[str, bool]) -> Path:
    path = folder / "a.toml"
    head = (
        'id = "a"\ntitle = "A"\nwhy = "B"\nsince = 2026-11-21\nchannels = ["incoming"]\n[match]\npatterns = ["rent"]\n'
    )
    rows = [f"[[examples]]\ntext = {json.dumps(text)}\nflag = {str(flag).lower()}\n" for text, flag in examples]
    path.write_text(head + "".join(rows), encoding="utf-8")
    return path


def test_a_failing_example_is_a_problem_at_its_text(bench: Bench, tmp_path: Path) -> None:
    file = load_policy_file(_file(tmp_path, (GIFT_CARDS, False), (RENT, False)))
    assert file.policy is not None
    (trial,) = try_policies([file.policy], bench)
    (problem,) = trial_problems(trial, file)
    assert (problem.line, problem.column, problem.code) == (12, 8, EXAMPLE_FAILS)
    assert problem.message == "example 2 is flagged, though it is fine: matched by its pattern 1"
    assert problem.hint == "make the pattern narrower"


def test_the_report_counts_quotes_and_says_what_to_do(bench: Bench) -> None:
    hostile = "The rent\x1b[2J is \u202edue"
    policy = a_policy(id="rent", patterns=["rent"], fine=[hostile, PARCEL])
    (trial,) = try_policies([policy], bench)
    lines = list(trial_lines(trial))
    assert lines[0] == "rent (active): 1 pass, 1 fail"
    assert lines[1].split(maxsplit=3) == ["FAIL", "1", "fine", "matched by its pattern 1"]
    assert '"The rent\\x1b[2J is \\u{202e}due"' in lines[2]
    assert lines[3].strip() == "what to do: make the pattern narrower"
    assert lines[4].split()[:3] == ["pass", "2", "fine"]


def test_a_policy_without_examples_says_so(bench: Bench) -> None:
    (trial,) = try_policies([a_policy(id="bare", patterns=["rent"])], bench)
    assert list(trial_lines(trial)) == ["bare (active): no examples, so there is nothing to test"]
    assert counts_words(trial.examples) == ""


def test_json_holds_both_answers(bench: Bench) -> None:
    (trial,) = try_policies([a_policy(flag=[GIFT_CARDS])], bench)
    row = trial.to_json()
    assert (row["passes"], row["unproven"], row["fails"], row["not_judged"]) == (0, 1, 0, 0)
    (example,) = row["examples"]
    assert example["as_it_stands"]["matched"]
    assert not example["had_it_not_seen_it"]["matched"]
    assert example["margin"] < 0
    json.dumps(row)
