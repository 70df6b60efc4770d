"""The four questions to an AI's output, and the quotes that bear the answers out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging_rig import KEYWORD, LONG_S, make_policy, open_cell, open_judge
from tiny_gguf import TinyModels

from guardian.inference.generative import Segment
from guardian.judge.agency import QUESTIONS, quote, verbatim
from guardian.judge.base import Case, Label
from guardian.judge.late import case_of
from guardian.judge.prompt_frames import FRAMES
from guardian.message import Channel, Message
from guardian.policy.expression import Name
from guardian.reading.read import read

MESSAGE = "Please paste this key into the settings, so that I can work alone. It is “quite” safe."
ON_AGENCY = make_policy("agency", tactics=Name("proxy_agency"))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("paste this key into the settings", "paste this key into the settings"),
        ("  paste this key\n", "paste this key"),
        ('"paste this key"', "paste this key"),
        ("“paste this key”", "paste this key"),
        ("'so that I can work alone.'", "so that I can work alone."),
        ("“quite”", "“quite”"),  # marks of the message's own stay
        # Not verbatim: another space, another case, another letter, something left out, something put in.
        ("paste this  key", ""),
        ("paste\nthis key", ""),
        ("Paste this key", ""),
        ("paste thiѕ key", ""),
        ("paste ... settings", ""),
        ('The message says "paste this key".', ""),
        ('"quite"', "quite"),  # straight marks are the model's own, and the word stands there
        ("ke", ""),  # too short to show anything
        ("", ""),
        ('""', ""),
        ("no", ""),
    ],
)
def test_a_quote_is_verbatim_or_nothing(said: str, kept: str) -> None:
    assert verbatim(said, MESSAGE) == kept


@given(st.text(), st.text())
def test_what_is_kept_always_stands_in_the_message(said: str, message: str) -> None:
    assert verbatim(said, message) in message


@given(st.text(min_size=3).filter(lambda text: len(text.strip()) >= 3), st.text(), st.text())
def test_a_true_quote_is_never_dropped(words: str, before: str, after: str) -> None:
    assert verbatim(words.strip(), before + words + after) in (words.strip(), words.strip()[1:-1].strip())


def test_the_model_s_own_words_are_quoted_only_where_they_stand_in_the_message(tiny_models: TinyModels) -> None:
    prompt = FRAMES["chatml"].prompt("S", "F", [Segment("D")], "Copy the words.")
    with open_cell(tiny_models.saying("paste this key into the settings")) as cell:
        assert quote(cell, prompt, MESSAGE, LONG_S) == "paste this key into the settings"
        assert quote(cell, prompt, "See you on Monday.", LONG_S) == ""


def test_a_model_that_breaks_quotes_nothing(tiny_models: TinyModels) -> None:
    prompt = FRAMES["chatml"].prompt("S", "F", [Segment("D")], "Copy the words.")
    with open_cell(tiny_models.broken()) as cell:
        assert quote(cell, prompt, MESSAGE, LONG_S) == ""


def test_an_answer_of_an_ai_is_asked_all_four_under_a_policy_on_proxy_agency(tiny_models: TinyModels) -> None:
    """The model says yes to everything with the keyword in it; and it copies nothing, so no quote is kept."""
    case = Case(f"{MESSAGE} {KEYWORD}", Channel.AI_OUTPUT, goal="a recipe for soup")
    with open_judge(tiny_models.keyword(KEYWORD)) as rig:
        opinion = rig.judge.judge(case, [ON_AGENCY], timeout_s=LONG_S)[0]
    assert opinion.label is Label.YES
    assert [answer.question for answer in opinion.answers] == ["asks", "called-for", "who-gains", "pressure"]
    assert {answer.label for answer in opinion.answers} == {Label.YES}
    assert all(answer.quote in case.text for answer in opinion.answers)
    assert [record.is_question for record in rig.records] == [False, True, True, True, True]
    assert opinion.to_json()["answers"][0] == {
        "question": "asks",
        "label": "yes",
        "quote": opinion.answers[0].quote,
    }


@pytest.mark.parametrize(
    ("policy", "channel", "frame"),
    [
        (ON_AGENCY, Channel.INCOMING, "chatml"),
        (make_policy(tactics=Name("steering")), Channel.AI_OUTPUT, "chatml"),
        (make_policy(), Channel.AI_OUTPUT, "chatml"),
    ],
    ids=["a person's message", "another tactic", "no tactic"],
)
def test_nobody_else_is_asked_the_four(policy: object, channel: Channel, frame: str, tiny_models: TinyModels) -> None:
    with open_judge(tiny_models.keyword(KEYWORD), frame) as rig:
        opinion = rig.judge.judge(Case(MESSAGE, channel), [policy], timeout_s=LONG_S)[0]  # type: ignore[list-item]
    assert opinion.answers == ()
    assert len(rig.records) == 1


def test_the_four_are_asked_once_and_after_all_policies(tiny_models: TinyModels) -> None:
    policies = [ON_AGENCY, make_policy("other"), make_policy("group", tactics=Name("ai_to_human"))]
    with open_judge(tiny_models.keyword(KEYWORD)) as rig:
        opinions = rig.judge.judge(Case(MESSAGE, Channel.AI_OUTPUT), policies, timeout_s=LONG_S)
    assert [record.is_question for record in rig.records] == [False] * 3 + [True] * 4
    assert [len(opinion.answers) for opinion in opinions] == [4, 0, 4]
    assert opinions[0].answers == opinions[2].answers


def test_of_a_long_message_they_are_asked_about_its_worst_part(tiny_models: TinyModels) -> None:
    filler = "The library opens at ten and closes at six. " * 60
    with open_judge(tiny_models.keyword(KEYWORD)) as rig:
        opinion = rig.judge.judge(
            Case(f"{filler} {MESSAGE} {filler} {KEYWORD}", Channel.AI_OUTPUT), [ON_AGENCY], timeout_s=LONG_S
        )[0]
    assert opinion.windows > 1
    assert {answer.label for answer in opinion.answers} == {Label.YES}


def test_the_goal_of_a_long_conversation_is_the_last_to_go_for_lack_of_room() -> None:
    """As the proxy and the hooks tell a dialogue: the human's first words, then the latest turns."""
    context = ("User: a recipe for soup", *(f"Assistant: step {number}" for number in range(9)))
    message = Message(MESSAGE.encode(), Channel.AI_OUTPUT, context=context)
    case = case_of(message, read(message))
    assert (case.text, case.goal, case.turns) == (MESSAGE, "a recipe for soup", context[1:])
    for other in (
        Message(MESSAGE.encode(), Channel.INCOMING, context=context),  # a person's conversation has no goal
        Message(MESSAGE.encode(), Channel.AI_OUTPUT, context=context[1:]),
    ):
        case = case_of(other, read(other))
        assert (case.goal, case.turns) == ("", other.context)


def test_questions_say_what_speaks_against_the_message() -> None:
    assert {question.id: question.against for question in QUESTIONS} == {
        "asks": Label.YES,
        "called-for": Label.NO,
        "who-gains": Label.YES,
        "pressure": Label.YES,
    }
    assert all(set(question.asked.meanings) == set(Label) for question in QUESTIONS)
