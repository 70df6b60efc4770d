"""What a model is asked: the policy before the data, the question behind it, and a fence that nobody can forge."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging_rig import NUMBER, incoming, make_policy

from guardian.inference.generative import GenerationFailure, Prompt
from guardian.judge.base import Case, Label
from guardian.judge.fence import draw_number, raise_fence
from guardian.judge.labels import LabelSet
from guardian.judge.prompt_frames import FRAMES
from guardian.judge.question import LONGEST_EXAMPLE_CHARACTERS, PolicyText, fit, write_policy
from guardian.judge.showing import Showing, fixed_parts
from guardian.judge.tactic_words import definitions_for, looks_for_proxy_agency, named_tactics
from guardian.message import Channel
from guardian.policy.base import Example
from guardian.policy.expression import AllOf, AnyOf, Name, Not
from guardian.tactics import definition_for

LABELS = LabelSet(("yes",), ("no",), ("maybe",))
ORDER = (Label.YES, Label.NO, Label.UNSURE)
GUARD_QUESTIONS = {
    "llama-guard": (
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nTask: Check if there is unsafe content in 'User' "
        "messages in conversations according our safety policy with the below categories.\n\n"
        "<BEGIN UNSAFE CONTENT CATEGORIES>\nS1: T.\nPOLICY\n<END UNSAFE CONTENT CATEGORIES>\n\n<BEGIN CONVERSATION>"
        "\n\nUser: DATA\n\n<END CONVERSATION>\n\nProvide your safety assessment for ONLY THE LAST User message in the "
        "above conversation:\n - First line must read 'unsafe' or 'safe'.\n - If unsafe, a second line must include a "
        "comma-separated list of violated categories.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
    ),
    "granite-guardian": (
        "<|start_of_role|>user<|end_of_role|>You are a safety agent trying to help determine whether the user message "
        "is harmful according to the safety risk definition below.\n\n<start_of_turn>\nUser Message: DATA\n"
        "<end_of_turn>\n\nOur safety risk definition is defined below:\n<start_of_risk_definition>\n* T: the 'User' "
        "message is what the policy below asks to flag.\nPOLICY\n<end_of_risk_definition>\n\nIs the user message "
        "harmful based on the risk definition? Your answer must be either 'Yes' or 'No'.<|end_of_text|>\n"
        "<|start_of_role|>assistant<|end_of_role|>"
    ),
    "shieldgemma": (
        "<bos>You are a policy expert trying to help determine whether a Human Question is in violation of the defined "
        "safety policies.\n\n<start_of_turn>\nHuman Question: DATA\n<end_of_turn>\n\nOur safety principle is defined "
        'in the below:\n\n* "No T": The Human Question shall not be what the policy below asks to flag.\nPOLICY\n\n'
        "Does the Human Question violate the above principle? Your answer must start with 'Yes' or 'No'. And then walk "
        "through step by step to be sure we answer correctly.\n"
    ),
    "qwen3guard": (
        "<|im_start|>user\n# Task:\n1) Evaluate whether THE LAST USER's message belongs to safe or unsafe content "
        "based on our safety policy.\n2) Identify the category of unsafe content found.\n\n<BEGIN SAFETY POLICY>\n"
        "Safety: Safe: The message is not what the category below asks to flag.\nSafety: Unsafe: The message is what "
        "it asks to flag.\nSafety: Controversial: This cannot be told from the message.\n<END SAFETY POLICY>\n\n"
        "<BEGIN UNSAFE CONTENT CATEGORIES>\nT.\nPOLICY\n<END UNSAFE CONTENT CATEGORIES>\n\n<BEGIN CONVERSATION>\n\n"
        "USER: DATA\n\n<END CONVERSATION>\n\nProvide your safety assessment for ONLY THE LAST USER's message in the "
        "above conversation:\n - The first line must be one of: 'Safety: Unsafe', 'Safety: Safe' or 'Safety: "
        "Controversial'.\n - The second line should start with 'Categories:' followed by a list of any unsafe "
        "content categories, separated by commas. If the content is safe, use 'Categories: None'.<|im_end|>\n"
        "<|im_start|>assistant\n<think>\n\n</think>\n\nSafety:"
    ),
}
"""With the policy POLICY of title T, and DATA for what stands inside the fence. Written from the families' pages."""


def tokens_of(text: str) -> int:
    return -(-len(text.encode()) // 3)


def shown(frame: str = "chatml", case: Case | None = None, *, policy: PolicyText | None = None) -> Showing:
    case = case or incoming("the text")
    return Showing(
        FRAMES[frame],
        LABELS,
        policy or PolicyText("T", "POLICY\n", False),
        case,
        raise_fence([case.text], lambda: NUMBER),
        case.turns,
        (case.text,),
        False,
    )


def written(prompt: Prompt) -> str:
    return "".join(segment.text for segment in (*prompt.fixed, *prompt.data))


@pytest.mark.parametrize("frame", GUARD_QUESTIONS)
def test_a_guard_is_asked_as_it_was_trained(frame: str) -> None:
    question = written(shown(frame).ask(0, ORDER))
    fenced = re.search(rf"What follows is .*\[{NUMBER}\] the message ends\n", question, re.DOTALL)
    assert fenced
    assert question.replace(fenced[0], "DATA\n") == GUARD_QUESTIONS[frame]


def test_the_question_stands_behind_the_message_and_names_the_labels_in_their_order() -> None:
    question = written(shown().ask(0, (Label.NO, Label.UNSURE, Label.YES)))
    message, asked = question.index("the text"), question.index('Is the message what the policy "T" asks to flag?')
    assert question.index("POLICY") < message < asked
    assert "one of these words: no, maybe, yes." in question[asked:]
    assert question[asked:].index("- no:") < question[asked:].index("- maybe:") < question[asked:].index("- yes:")


@pytest.mark.parametrize("frame", FRAMES)
def test_the_fixed_part_never_holds_the_fences_number(frame: str) -> None:
    prompt = shown(frame).ask(0, ORDER)
    assert NUMBER not in "".join(segment.text for segment in prompt.fixed)
    assert NUMBER in "".join(segment.text for segment in prompt.data)


@pytest.mark.parametrize("frame", FRAMES)
def test_the_message_is_in_a_segment_of_data_that_is_no_control(frame: str) -> None:
    prompt = shown(frame, incoming("THE TEXT", "A TURN")).ask(0, ORDER)
    for words in ("THE TEXT", "A TURN", "POLICY"):
        holding = [segment for segment in (*prompt.fixed, *prompt.data) if words in segment.text]
        assert len(holding) == 1
        assert not holding[0].is_control


def test_earlier_turns_and_the_goal_stand_fenced_before_the_message() -> None:
    case = Case("TEXT", Channel.AI_OUTPUT, ("ONE", "TWO"), goal="GOAL")
    question = written(shown(case=case).ask(0, ORDER))
    places = [question.index(words) for words in ("GOAL", "ONE", "TWO", "TEXT")]
    assert places == sorted(places)
    for words in ("GOAL", "ONE", "TWO", "TEXT"):
        assert re.search(rf"\[{NUMBER}\] [^\n]* begins\n{words}\n\[{NUMBER}\] [^\n]* ends\n", question)
    assert "what an AI answered the owner" in question


@given(st.text())
def test_no_text_can_hold_its_own_fences_number(text: str) -> None:
    assert raise_fence([text]).number not in text


def test_a_number_that_stands_in_the_text_is_drawn_again() -> None:
    numbers = iter(["aaaa", "BBBB", "cccc"])
    assert raise_fence(["see AAAA", "and bbbb"], lambda: next(numbers)).number == "cccc"


def test_numbers_that_are_not_random_are_an_error() -> None:
    with pytest.raises(ValueError, match="not random"):
        raise_fence(["0000"], lambda: "0000")


def test_numbers_are_new_each_time() -> None:
    assert len({draw_number() for _ in range(1000)}) == 1000


@given(st.text(min_size=1), st.booleans())
def test_an_example_can_never_end_its_own_line(text: str, flag: bool) -> None:
    policy = write_policy(make_policy(examples=(Example(text, flag),)), 4000, tokens_of)
    assert isinstance(policy, PolicyText)
    words = "Example of a message to flag: " if flag else "Example of a message that is fine: "
    line = next(line for line in policy.text.split("\n") if line.startswith(words))
    assert json.loads(line.removeprefix(words)) == text[:LONGEST_EXAMPLE_CHARACTERS]


def test_a_policy_is_told_by_prose_then_definitions_then_examples_of_both_sides() -> None:
    policy = make_policy(
        tactics=AnyOf((Name("urgency"), Not(Name("flattery")), AllOf((Name("secrecy"), Name("urgency"))))),
        examples=(Example("one", True), Example("two", True), Example("three", False)),
    )
    told = write_policy(policy, 4000, tokens_of)
    assert isinstance(told, PolicyText)
    wanted = ["presses me to pay", definition_for("urgency"), definition_for("secrecy"), '"one"', '"three"', '"two"']
    places = [told.text.index(words) for words in wanted]
    assert places == sorted(places)
    assert definition_for("flattery") not in told.text
    assert not told.is_truncated


def test_a_policy_without_prose_is_told_by_its_reason() -> None:
    told = write_policy(make_policy(prose=""), 4000, tokens_of)
    assert isinstance(told, PolicyText)
    assert "I lost money to a fake invoice." in told.text


@pytest.mark.parametrize(
    "policy",
    [
        make_policy(prose="press " * 5000),
        make_policy(examples=tuple(Example(f"{number} " + "word " * 50, True) for number in range(100))),
        make_policy(examples=(Example("x" * 19_000, True),)),
    ],
    ids=["long prose", "many examples", "a long example"],
)
def test_a_long_policy_is_cut_to_its_room_and_says_so(policy: object) -> None:
    told = write_policy(policy, 500, tokens_of)  # type: ignore[arg-type]
    assert isinstance(told, PolicyText)
    assert told.is_truncated
    assert tokens_of(told.text) <= 500
    assert "press" in told.text


def test_a_policy_that_just_fits_is_told_whole() -> None:
    policy = make_policy(examples=tuple(Example(f"{number} " + "word " * 20, number % 2 == 0) for number in range(20)))
    whole = write_policy(policy, 100_000, tokens_of)
    assert isinstance(whole, PolicyText)
    pieces = len(whole.text.splitlines())  # each may be rounded up to a token
    assert write_policy(policy, tokens_of(whole.text) + pieces, tokens_of) == whole


@given(st.text(), st.integers(0, 60))
def test_what_is_fitted_is_a_beginning_and_fits(text: str, most_tokens: int) -> None:
    fitted = fit(text, most_tokens, tokens_of)
    assert not isinstance(fitted, GenerationFailure)
    assert text.startswith(fitted[0])
    assert tokens_of(fitted[0]) <= most_tokens or not fitted[0]


def test_tactics_behind_a_not_are_no_part_of_what_is_looked_for() -> None:
    policy = make_policy(tactics=AllOf((Name("isolation"), Not(AnyOf((Name("urgency"), Name("threat")))))))
    assert named_tactics(policy) == ("isolation",)
    assert len(definitions_for(policy)) == 1


@pytest.mark.parametrize(
    ("tactics", "channels", "wanted"),
    [
        (Name("proxy_agency"), (Channel.AI_OUTPUT,), True),
        (AnyOf((Name("steering"), Name("proxy_agency"))), (Channel.INCOMING, Channel.AI_OUTPUT), True),
        (Name("ai_to_human"), (Channel.AI_OUTPUT,), True),
        (Name("proxy_agency"), (Channel.INCOMING,), False),
        (Not(Name("proxy_agency")), (Channel.AI_OUTPUT,), False),
        (Name("steering"), (Channel.AI_OUTPUT,), False),
        (None, (Channel.AI_OUTPUT,), False),
    ],
)
def test_the_four_questions_belong_to_policies_on_proxy_agency(
    tactics: object, channels: tuple[Channel, ...], wanted: bool
) -> None:
    assert looks_for_proxy_agency(make_policy(tactics=tactics, channels=channels)) is wanted  # type: ignore[arg-type]


@pytest.mark.parametrize("frame", FRAMES)
def test_braces_in_a_policy_are_its_own(frame: str) -> None:
    policy = PolicyText("{role} {words}", "{policy} {title} {}\n", False)
    system, fixed = fixed_parts(FRAMES[frame], policy, Channel.INCOMING)
    assert "{policy} {title} {}" in fixed
    assert "{" not in system
