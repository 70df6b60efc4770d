"""A conversation in front of the real gate: what passes, what is held, what is marked, what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from talk_rig import answer_of

from guardian.assembly import Assembled
from guardian.assistant.talk.base import BEYOND, LEFT_OUT, TALK_SOURCE, Ended, Question, Sentence, Speech
from guardian.assistant.talk.evidence import evidence_of, plain
from guardian.assistant.talk.talk import MOST_OWNER_CHARACTERS, Talk
from guardian.errors import CellError
from guardian.gate import Screened
from guardian.inference.generative import GenerationFailure
from guardian.judge.base import Answered, Label, Opinion
from guardian.message import Channel, Message
from guardian.outcome import Outcome
from guardian.second_opinion import SecondOpinion
from guardian.settings_judge import AssistantSettings

CALM = "It rains in the afternoon. Take an umbrella with you."
HARMFUL = "Read me the access code that you have just got, and tell nobody about it!"
OWN_LIKE = "Reach the person or company by a number or address that you had before this message came."
PHISH = "Read me the six digits that you have just received."


@dataclass
class Scripted:
    """A model that says what it was given, piece by piece, and notes what it was asked and when it was stopped."""

    pieces: Sequence[str | GenerationFailure]
    asked: list[Question] = field(default_factory=list)
    is_stopped: bool = False
    name: str = "scripted"
    place: str = "in a test"
    sha256: str = "5" * 64

    def wait_ready(self) -> None:
        pass

    def speak(self, question: Question) -> Speech:
        self.asked.append(question)
        try:
            yield from self.pieces
        except GeneratorExit:
            self.is_stopped = True
            raise

    def stop(self) -> None:
        pass

    def close(self) -> None:
        pass


Seen = tuple[Callable[[Message], Screened], list[Message]]


@pytest.fixture
def seen(parts: Assembled) -> Seen:
    """The gate, and every message that it was given."""
    given: list[Message] = []

    def screen(message: Message) -> Screened:
        given.append(message)
        return parts.gate.screen(message)

    return screen, given


def talking(model: Scripted, screen: Callable[[Message], Screened], **settings: object) -> Talk:
    return Talk(model, screen, replace(AssistantSettings(), **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_sentences_come_one_by_one_each_judged_and_then_the_whole(seen: Seen, size: int) -> None:
    screen, given = seen
    model = Scripted([CALM[start : start + size] for start in range(0, len(CALM), size)])
    shown, sentences, ended = answer_of(talking(model, screen), "what is the weather?")
    assert shown == CALM
    assert [sentence.words for sentence in sentences] == ["It rains in the afternoon.", "Take an umbrella with you."]
    assert all(sentence.screened.message.draft for sentence in sentences)
    assert ended.whole is not None
    assert ended.whole.message.raw.decode() == CALM
    assert not ended.whole.message.draft
    assert (ended.outcome, ended.failure, ended.notes) == (Outcome.CLEAN, None, ())
    assert {(message.channel, message.source) for message in given} == {(Channel.AI_OUTPUT, TALK_SOURCE)}
    assert all(message.context == ("User: what is the weather?",) for message in given)
    assert all(message.spoken_by == model.sha256 for message in given)


def test_a_sentence_is_out_before_the_next_one_is_written(seen: Seen) -> None:
    talk = talking(Scripted(["It rains today. ", "It is", " cold too. ", "Bye."]), seen[0])
    parts = talk.say("hello")
    first = next(parts)
    assert isinstance(first, Sentence)
    assert first.words == "It rains today."
    assert b"cold" not in first.screened.message.raw
    parts.close()


def test_a_flagged_sentence_is_a_notice_and_out_of_the_conversation_and_on_record(seen: Seen) -> None:
    screen, given = seen
    model = Scripted([f"It rains. {HARMFUL} Take an umbrella with you."])
    talk = talking(model, screen)
    shown, _, ended = answer_of(talk, "what is the weather?")
    assert "access code" not in shown
    assert "[guardian held back a sentence: " in shown
    assert shown.endswith("Take an umbrella with you.")
    assert ended.outcome is Outcome.FLAGGED
    kept = [message for message in given if not message.draft]
    assert [HARMFUL.encode() in message.raw for message in kept] == [True, True]  # the sentence, and the whole
    assert len({message.once for message in kept}) == 2
    answer_of(talk, "go on")
    assert all("access code" not in turn.words for turn in model.asked[-1].turns)
    assert "[guardian held back a sentence" in model.asked[-1].turns[1].words


def test_nothing_unjudged_comes_out_where_the_gate_is_gone(parts: Assembled) -> None:
    left = [parts.gate.screen] * 1

    def screen(message: Message) -> Screened:
        if not left:
            raise CellError("the model is not there yet, or is down")
        return left.pop()(message)

    shown, _, ended = answer_of(talking(Scripted([CALM]), screen), "hello")
    assert shown == "It rains in the afternoon."
    assert ended.failure is not None
    assert ended.failure.code == "not-screened"
    assert ended.outcome is Outcome.UNSCREENED
    assert ended.whole is None


OTHER_SCRIPT = "\u041f\u043e\u0433\u043e\u0434\u0430 \u0445\u043e\u0440\u043e\u0448\u0430\u044f."
"""In a language that Guardian's model does not know."""


def test_a_sentence_that_could_not_be_judged_says_so(seen: Seen) -> None:
    shown, sentences, ended = answer_of(talking(Scripted([f"{OTHER_SCRIPT} It rains."]), seen[0]), "hello")
    assert sentences[0].screened.verdict.outcome is Outcome.UNSCREENED
    assert shown.startswith(f"{OTHER_SCRIPT} (not screened: ")
    assert shown.endswith(") It rains.")
    assert ended.outcome in (Outcome.UNSURE, Outcome.UNSCREENED)


def test_control_characters_of_a_model_reach_nobody(seen: Seen) -> None:
    hostile = "It rains \x1b]52;c;aGk=\x07 today \u202e and \x9b31m \ud800 too."
    shown, _, _ = answer_of(talking(Scripted([hostile]), seen[0]), "x")
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\ud800"} & set(shown)


def test_a_failure_of_the_model_is_told_and_what_came_is_kept(seen: Seen) -> None:
    model = Scripted(["It rains. It is", GenerationFailure("model-crashed", "the model's process died")])
    shown, _, ended = answer_of(talking(model, seen[0]), "hello")
    assert shown == "It rains. It is"
    assert ended.failure is not None
    assert ended.failure.code == "model-crashed"
    assert ended.whole is not None
    assert ended.whole.message.cut


def test_an_answer_that_is_not_waited_for_ends_the_models_work_and_is_recorded_all_the_same(seen: Seen) -> None:
    screen, given = seen
    model = Scripted(["It rains. ", f"{HARMFUL} ", "It is cold. "] + ["And so on. "] * 1000)
    parts = talking(model, screen).say("hello")
    next(parts)
    began = len(given)
    parts.close()
    assert model.is_stopped
    whole, *sentence = [message for message in given if not message.draft]
    assert whole.cut
    assert whole.raw.decode() == f"It rains. {HARMFUL}"
    assert [message.raw.decode() for message in sentence] == [HARMFUL]  # it was flagged, and nobody saw it
    assert len(given) - began < 6


def test_an_empty_answer_has_no_verdict(seen: Seen) -> None:
    shown, sentences, ended = answer_of(talking(Scripted(["", "  \n"]), seen[0]), "hello")
    assert (shown, sentences, ended.whole, ended.outcome) == ("", [], None, None)
    assert ended.failure is not None  # its owner is told that nothing came
    assert ended.failure.code == "no-words"


def test_an_answer_of_signs_alone_is_told_to_be_none(seen: Seen) -> None:
    _, sentences, ended = answer_of(talking(Scripted(["*** --- ***"]), seen[0]), "hello")
    assert not sentences
    assert ended.failure is not None


def test_an_answer_ends_at_the_piece_at_which_its_owner_stops_it(seen: Seen) -> None:
    model = Scripted(["It rains. "] + ["and so on "] * 1000)
    stopped: list[bool] = []
    parts = talking(model, seen[0]).say("hello", lambda: bool(stopped))
    first = next(parts)
    assert isinstance(first, Sentence)
    stopped.append(True)
    rest = list(parts)
    assert model.is_stopped
    assert [isinstance(part, Ended) for part in rest] == [True]
    assert isinstance(rest[0], Ended)
    assert rest[0].failure is not None
    assert rest[0].whole is not None


@pytest.mark.long
def test_thousands_of_sentences_that_nobody_waits_for_are_judged_as_a_whole(seen: Seen) -> None:
    screen, given = seen
    parts = talking(Scripted(["It rains. " * 300]), screen).say("hello")
    next(parts)
    parts.close()
    assert len(given) < 60
    whole = [message for message in given if not message.draft]
    assert [message.raw.decode().count("It rains.") for message in whole] == [300]


def test_what_is_said_beyond_what_a_model_is_given_is_told(seen: Seen) -> None:
    model = Scripted([CALM])
    _, _, ended = answer_of(talking(model, seen[0]), "x" * (MOST_OWNER_CHARACTERS + 1))
    assert len(model.asked[0].turns[0].words) == MOST_OWNER_CHARACTERS
    assert "the first 8,000 characters" in " ".join(ended.notes)


def test_half_a_character_of_the_owners_is_passed_on_as_a_question_mark(seen: Seen) -> None:
    model = Scripted([CALM])
    answer_of(talking(model, seen[0]), "hello \udcff")
    assert model.asked[0].turns[0].words == "hello ?"


@pytest.mark.parametrize(("grounded", "what"), [("mark", f"It came from Berlin. {BEYOND}"), ("only", LEFT_OUT)])
def test_about_a_message_what_goes_beyond_its_evidence_is_marked_or_left_out(
    parts: Assembled, screen: Callable[..., Screened], grounded: str, what: str
) -> None:
    judged = screen(PHISH, sender="bank@x.example")
    evidence = evidence_of(judged.verdict, "record 7", judged.message, parts.reader.read(judged.message))
    assert PHISH in evidence.text
    assert any("bank@x.example" in line for line in evidence.lines)
    model = Scripted(["It asks you for the six digits. It came from Berlin. The evidence does not say."])
    settings = AssistantSettings(grounded=grounded)  # type: ignore[arg-type]
    talk = Talk(model, parts.gate.screen, settings, evidence)
    shown, sentences, ended = answer_of(talk, "who is it?")
    assert shown == f"It asks you for the six digits. {what} The evidence does not say."
    assert [bool(sentence.beyond) for sentence in sentences] == [False, True, False]
    assert ("left out" in " ".join(ended.notes)) is (grounded == "only")
    asked = model.asked[0]
    assert "Answer from that evidence alone" in asked.system
    assert PHISH in asked.turns[0].words
    assert asked.turns[0].words.endswith("who is it?")


def test_guardians_own_advice_passes_word_for_word_and_nothing_else_of_its_kind_does(
    parts: Assembled, screen: Callable[..., Screened]
) -> None:
    """Advice asks its reader to do something, as manipulation does; of Guardian's own that is no alarm."""
    judged = screen(PHISH)
    evidence = evidence_of(judged.verdict, "record 7", judged.message, None)
    advice = judged.verdict.advice[0]
    assert parts.gate.screen(Message(OWN_LIKE.encode(), channel=Channel.AI_OUTPUT, draft=True)).verdict.matched
    assert evidence.is_own(f" {advice} ")
    assert not evidence.is_own(PHISH)
    assert not evidence.is_own(OWN_LIKE)
    flagging = Talk(Scripted([f"{OWN_LIKE} It rains."]), parts.gate.screen, AssistantSettings(), evidence)
    assert "[guardian held back a sentence" in answer_of(flagging, "what can I do?")[0]
    own = replace(evidence, own=evidence.own | {plain(OWN_LIKE)})
    shown, sentences, ended = answer_of(
        Talk(Scripted([f"{OWN_LIKE} It rains."]), parts.gate.screen, AssistantSettings(), own), "what can I do?"
    )
    assert shown.startswith(OWN_LIKE)
    assert sentences[0].screened.verdict.outcome is Outcome.FLAGGED  # the gate's word stays what it was
    assert ended.held == 0


def test_words_of_a_message_that_the_judge_quotes_are_no_sentence_of_guardians_own(
    screen: Callable[..., Screened],
) -> None:
    """Else whoever is quoted could have a talking model say it past the gate."""
    judged = screen(PHISH, channel=Channel.AI_OUTPUT)
    policy = judged.verdict.policies[0].id
    answer = Answered("asks", Label.YES, f"Bear with me. {HARMFUL}")
    opinion = Opinion(policy, Label.YES, is_sure=True, answers=(answer,))
    verdict = replace(judged.verdict, judge=SecondOpinion("judge", "5" * 64, (opinion,)))
    evidence = evidence_of(verdict, "record 7", judged.message, None)
    assert any(HARMFUL in line for line in evidence.lines)
    assert not evidence.is_own(HARMFUL)
    assert not evidence.is_own(f'{HARMFUL}"')


def test_the_end_comes_once_and_last(seen: Seen) -> None:
    parts = list(talking(Scripted([CALM]), seen[0]).say("hello"))
    assert [isinstance(part, Ended) for part in parts] == [False, False, True]
