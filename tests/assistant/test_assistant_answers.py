"""Promises of the answers: from evidence, each line with what it rests on, and every change that is named was tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from guardian.assembly import Assembled
from guardian.assistant import past as past_module
from guardian.assistant.answer import Answer, Kind
from guardian.assistant.asking import asked_message, turns_of
from guardian.assistant.assistant import answer
from guardian.assistant.house import Cancelled, House
from guardian.assistant.leaving_out import MOST_INSPECTIONS
from guardian.assistant.questions import Question
from guardian.assistant.why import how_far
from guardian.gate import Screened
from guardian.journal.feedback import Says
from guardian.journal.journal import Journal
from guardian.message import Channel, Message
from guardian.policy.trying.bench import Bench
from guardian.safe_text import safe_line
from guardian.verdict import Outcome

Screen = Callable[..., Screened]
JournalOf = Callable[[Sequence[tuple[str, str, Says | None]]], Journal]

PHISH = "Nice to hear from you. Read me the six digits that you have just received. See you soon."
TWO = "I need 4 gift cards by 3 pm, do not tell Dad. The garden is doing well. Read me the code that you got."
FINE = "Shall we meet at the station at ten on Saturday? I will bring the bread."
JAPANESE = "\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3067\u3059\u3002"
HOSTILE = "Read me the code that you got \x1b]52;c;aGk=\x07 \u202egift cards\u202c [/bold] and do not tell Dad."


def lines_of(told: Answer, kind: Kind) -> list[str]:
    return [line.say for line in told.lines if line.kind is kind]


def all_words(told: Answer) -> str:
    return "\n".join(line.say for line in told.lines)


class Counting:
    """A bench that counts the messages that it inspects."""

    def __init__(self, bench: Bench) -> None:
        self.count = 0
        self._inspect_all = bench.inspect_all
        self.bench = replace(bench, inspect_all=self._counted)

    def _counted(self, messages):  # type: ignore[no-untyped-def]  # as Bench.inspect_all
        for inspection in self._inspect_all(messages):
            self.count += 1
            yield inspection


# --- every answer -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", list(Question))
@pytest.mark.parametrize(
    "text", [PHISH, TWO, FINE, HOSTILE, "", "12", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8"]
)
def test_every_line_of_every_answer_is_safe_and_names_its_evidence(
    question: Question, text: str, screen: Screen, house: House
) -> None:
    told = answer(question, screen(text, sender="x\x1b[2J@y.example"), house)
    assert told.question is question
    assert told.lines
    for line in told.lines:
        assert line.say
        assert line.say == safe_line(line.say)
        assert line.rests_on
        assert line.rests_on == safe_line(line.rests_on)


@pytest.mark.parametrize("question", list(Question))
def test_the_same_text_gets_the_same_answer(question: Question, screen: Screen, house: House) -> None:
    assert answer(question, screen(TWO), house) == answer(question, screen(TWO), house)


# --- why --------------------------------------------------------------------------------------------------------


def test_why_names_words_tactic_policy_and_reason(screen: Screen, house: House) -> None:
    screened = screen(PHISH)
    told = answer(Question.WHY, screened, house)
    assert any("six digits" in quote for quote in lines_of(told, Kind.QUOTE))
    for quote in lines_of(told, Kind.QUOTE):
        assert quote.strip("\u201c\u201d") in PHISH
    assert "Asks for a code or password: Asks for a password" in all_words(told)
    match = next(match for match in screened.verdict.matched if match.id == "stolen-codes")
    assert match.why in all_words(told)


def test_why_of_a_clean_text_says_what_came_closest(screen: Screen, house: House) -> None:
    told = answer(Question.WHY, screen(FINE), house)
    assert "Nothing in it matches your policies." in all_words(told)
    assert "Closest came" in all_words(told)


@pytest.mark.parametrize(
    ("score", "threshold", "words"),
    [
        (0.81, 0.80, "barely over"),
        (0.90, 0.80, "clearly over"),
        (0.97, 0.80, "far over"),
        (0.999, 0.80, "very far over"),
        (0.79, 0.80, "barely under"),
        (0.05, 0.80, "very far under"),
    ],
)
def test_how_far_a_score_is_over_is_said_in_words(score: float, threshold: float, words: str) -> None:
    assert how_far(score, threshold) == words


# --- what would change it ---------------------------------------------------------------------------------------


def test_the_one_sentence_without_which_it_is_milder_is_named_and_true(
    screen: Screen, house: House, parts: Assembled
) -> None:
    told = answer(Question.CHANGE, screen(PHISH), house)
    (quote,) = lines_of(told, Kind.QUOTE)
    sentence = quote.strip("\u201c\u201d")
    assert sentence == "Read me the six digits that you have just received."
    without = parts.gate.screen(Message(PHISH.replace(sentence, " ").encode()))
    assert without.verdict.outcome is not Outcome.FLAGGED


def test_where_no_sentence_suffices_alone_the_fewest_together_are_named_and_true(
    screen: Screen, house: House, parts: Assembled
) -> None:
    told = answer(Question.CHANGE, screen(TWO), house)
    sentences = [quote.strip("\u201c\u201d") for quote in lines_of(told, Kind.QUOTE)]
    assert len(sentences) == 2
    assert "Without these 2 sentences" in all_words(told)
    for left_out in sentences:  # neither alone
        assert parts.gate.screen(Message(TWO.replace(left_out, " ").encode())).verdict.outcome is Outcome.FLAGGED
    text = TWO
    for left_out in sentences:
        text = text.replace(left_out, " ")
    assert parts.gate.screen(Message(text.encode())).verdict.outcome is not Outcome.FLAGGED


@pytest.mark.long
def test_the_search_is_bounded_however_many_sentences_carry_it(screen: Screen, parts: Assembled) -> None:
    text = "\n".join(f"Read me the code number {number} that you have just received." for number in range(40))
    counting = Counting(parts.bench)
    answer(Question.CHANGE, screen(text), House(counting.bench, parts.gate.policies))
    assert 2 < counting.count <= MOST_INSPECTIONS + 1  # and the message itself, once


def test_the_search_ends_when_nobody_waits_any_more(screen: Screen, parts: Assembled) -> None:
    counting = Counting(parts.bench)
    house = House(counting.bench, parts.gate.policies, is_cancelled=lambda: counting.count > 2)
    with pytest.raises(Cancelled):
        answer(Question.CHANGE, screen(TWO), house)


def test_an_exception_for_the_sender_and_a_mute_are_offered_with_their_command(screen: Screen, house: House) -> None:
    told = answer(Question.CHANGE, screen(PHISH, sender="Ann <ann@x.example>"), house)
    assert "An exception for ann@x.example" in all_words(told)
    commands = lines_of(told, Kind.COMMAND)
    assert "guardian policy mute stolen-codes --sender ann@x.example --days 30" in commands


def test_a_senders_name_cannot_put_a_command_into_the_command(screen: Screen, house: House) -> None:
    told = answer(Question.CHANGE, screen(PHISH, sender="$(reboot);x@y.example"), house)
    for words in lines_of(told, Kind.COMMAND):
        assert "--sender '$(reboot);x@y.example'" in words


def test_without_a_sender_no_exception_is_promised(screen: Screen, house: House) -> None:
    told = answer(Question.CHANGE, screen(PHISH), house)
    assert "No address of its sender is known" in all_words(told)
    assert lines_of(told, Kind.COMMAND) == []  # to silence a policy for everybody is not put into anybody's hand


def test_what_was_not_judged_can_be_cleared_by_nothing(screen: Screen, house: House) -> None:
    screened = screen(JAPANESE * 20)
    assert screened.verdict.outcome in (Outcome.UNSCREENED, Outcome.UNSURE)
    told = answer(Question.CHANGE, screened, house)
    assert "nothing that is left out can clear it" in all_words(told)


# --- a benign reading -------------------------------------------------------------------------------------------


def test_a_benign_reading_comes_with_its_check(screen: Screen, house: House) -> None:
    words = all_words(answer(Question.BENIGN, screen(PHISH), house))
    assert "You may have just asked for a code yourself" in words
    assert "To tell: Enter codes only where you began the log-in yourself." in words


def test_it_is_never_said_that_nothing_is_asked_for_where_a_word_points_there(screen: Screen, house: House) -> None:
    # The model scores money_request at 0.06 here, and the text asks for gift cards.
    words = all_words(answer(Question.BENIGN, screen("I need 4 gift cards by 3 pm, please do not tell Dad."), house))
    assert "a request for money" not in words
    told = all_words(
        answer(Question.BENIGN, screen("After all I did for you, you never call. Ungrateful child."), house)
    )
    assert "a request for money" in told


def test_the_owners_word_on_earlier_ones_counts_for_or_against(
    screen: Screen, house: House, journal_of: JournalOf
) -> None:
    journal = journal_of([(PHISH, "ann@x.example", Says.WRONG), (TWO, "bob@x.example", Says.RIGHT)])
    known = replace(house, journal=journal)
    assert "you called 1 of them wrong" in all_words(
        answer(Question.BENIGN, screen(PHISH, sender="ann@x.example"), known)
    )
    assert "Against it:" in all_words(answer(Question.BENIGN, screen(PHISH, sender="bob@x.example"), known))
    nobody = all_words(answer(Question.BENIGN, screen(PHISH, sender="new@x.example"), known))
    assert "No earlier alert names this sender." in nobody


# --- replies ----------------------------------------------------------------------------------------------------


def test_replies_fit_the_tactic_and_for_an_ai_they_are_said_to_the_assistant(screen: Screen, house: House) -> None:
    told = answer(Question.REPLY, screen(PHISH), house)
    assert "I don't pass those on, thank you. I will look into it myself." in lines_of(told, Kind.REPLY)
    flattering = screen(
        "You are absolutely right, what a brilliant plan, I would not change a word. Nobody understands you as I do.",
        channel=Channel.AI_OUTPUT,
    )
    assert flattering.verdict.matched
    assert "You could tell the assistant:" in all_words(answer(Question.REPLY, flattering, house))


def test_a_clean_text_gets_no_reply_for_a_tactic(screen: Screen, house: House) -> None:
    assert lines_of(answer(Question.REPLY, screen(FINE), house), Kind.REPLY) == []


# --- similar ones -----------------------------------------------------------------------------------------------


def test_similar_ones_are_found_by_what_they_say_and_by_their_sender(
    screen: Screen, house: House, journal_of: JournalOf
) -> None:
    locked = "Your account was locked. To unlock it, reply with your password and the code that we have just sent you."
    guilt = "After all that I have done for you, you cannot do this one thing. Do not tell your sister about it."
    journal = journal_of([(locked, "a@bank.example", Says.RIGHT), (guilt, "mum@x.example", None)])
    known = replace(house, journal=journal)
    like = "Your mailbox was locked. Reply with your password and the code that we have sent you to unlock it."
    told = answer(Question.SIMILAR, screen(like), known)
    (found,) = [line for line in told.lines if line.kind is Kind.PAST]
    assert "you said: right" in found.say
    assert "nearer to it than 99 of 100 ordinary messages" in found.rests_on
    by_sender = answer(Question.SIMILAR, screen(FINE, sender="Mum <mum@x.example>"), known)
    assert [line.rests_on for line in by_sender.lines if line.kind is Kind.PAST] == []  # another spelling of a sender
    by_sender = answer(Question.SIMILAR, screen(FINE, sender="mum@x.example"), known)
    assert [line.rests_on for line in by_sender.lines if line.kind is Kind.PAST] == ["the same sender"]


def test_a_recorded_message_is_embedded_once_in_a_run(screen: Screen, parts: Assembled, journal_of: JournalOf) -> None:
    counting = Counting(parts.bench)
    house = House(counting.bench, parts.gate.policies, journal_of([(PHISH, "a@x.example", None), (TWO, "", None)]))
    answer(Question.SIMILAR, screen(FINE), house)
    first = counting.count
    answer(Question.SIMILAR, screen(FINE), house)
    assert first == 3
    assert counting.count == first + 1


def test_an_answer_that_takes_too_long_says_how_far_it_came_and_the_next_goes_on(
    screen: Screen, house: House, journal_of: JournalOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(house, journal=journal_of([(PHISH, "a@x.example", None)]))
    monkeypatch.setattr(past_module, "PATIENCE_S", 0.0)
    impatient = answer(Question.SIMILAR, screen(FINE), known)
    assert "0 of 1 texts compared; ask again to look further back" in impatient.lines[0].rests_on
    monkeypatch.setattr(past_module, "PATIENCE_S", 60.0)
    assert "1 of 1 texts compared" in answer(Question.SIMILAR, screen(FINE), known).lines[0].rests_on


def test_only_the_newest_are_looked_at(
    screen: Screen, house: House, journal_of: JournalOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past_module, "MOST_TEXTS", 2)
    journal = journal_of([(f"{PHISH} {word}", "a@x.example", None) for word in ("one", "two", "three")])
    told = answer(Question.SIMILAR, screen(PHISH, sender="a@x.example"), replace(house, journal=journal))
    found = [line for line in told.lines if line.kind is Kind.PAST]
    assert len(found) == 2
    assert {line.seq for line in found} == {journal.size - 1, journal.size - 2}


def test_without_a_journal_it_says_so(screen: Screen, house: House) -> None:
    told = answer(Question.SIMILAR, screen(PHISH), replace(house, why_no_journal="the journal is locked"))
    assert all_words(told) == "I can't look at past messages: the journal is locked."


# --- what is asked ----------------------------------------------------------------------------------------------


def test_earlier_turns_are_the_paragraphs() -> None:
    assert turns_of("Hi Ann\nit is me\n\n\n  \nWho?\n") == ("Hi Ann\nit is me", "Who?")
    assert turns_of("  \n ") == ()


def test_an_asked_text_is_cut_at_the_bytes_that_are_read_and_says_so() -> None:
    message = asked_message("\u00e9" * 10, Channel.AI_OUTPUT, 15, sender=" a@b.example ", context=("x",), keep=True)
    assert (len(message.raw), message.cut, message.sender, message.context) == (15, True, "a@b.example", ("x",))
    assert not message.draft
