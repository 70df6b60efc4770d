"""What of a sentence must stand in the evidence: quotes, numbers, places, names, and most of its words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.assistant.talk.evidence import Evidence
from guardian.assistant.talk.grounding import Grounds
from guardian.assistant.talk.ordinary_words import ORDINARY

EVIDENCE = Evidence(
    "record 7",
    (
        "Guardian's verdict on a message from somebody: flagged: this may be working on you.",
        "It asks you to pass on a code that opens an account of yours.",
        "\u201cRead me the six digits that you have just received.\u201d",
        "Your policy \u2018Codes and passwords\u2019 looks for this. You wrote: nobody honest asks for them.",
        "What the owner can do: Ring the company by a number that you know.",
    ),
    "Dear Anna, read me the six digits that you have just received. Your account at Harbour Bank will be closed on "
    "12 March, 14:30. Pay 3,500 euros to harb0ur.example, or write to desk@harb0ur.example.",
)
GROUNDS = Grounds(EVIDENCE)


@pytest.mark.parametrize(
    "sentence",
    [
        "It asks you for a code.",
        "It asks for the six digits that you have just received.",
        "Somebody from Harbour Bank wants 3500 euros.",
        "It says \u201cread me the six digits\u201d.",
        "It threatens to close your account on 12 March at 14:30.",
        "Your policy Codes and passwords looks for this, and nobody honest asks for such codes.",
        "You could ring the company by a number that you know.",
        "It wants you to write to desk@harb0ur.example.",
        "5. It asks for the six digits.",
        "- 7) It asks you for a code.",
        "The evidence does not say.",
        "I can't tell.",
        "",
    ],
)
def test_a_sentence_made_of_the_evidence_holds_to_it(sentence: str) -> None:
    assert GROUNDS.beyond(sentence) == ()


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The sender is Peter Schmidt.", ("Peter", "Schmidt")),
        ("It came from Berlin.", ("Berlin",)),
        ("They want 4,000 euros.", ("4,000",)),
        ("It gives you five days.", ("five",)),
        ("It says \u201csend the money to my cousin\u201d.", ("send the money to my cousin",)),
        ("It says 'tell your bank nothing'.", ("tell your bank nothing",)),
        ("Go to https://evil.example/login now.", ("https://evil.example/login",)),
        ("Write to ann@x.example.", ("ann@x.example",)),
        ("It sends you to harbour.example.", ("harbour.example",)),
        ("7. They want 4,000 euros.", ("4,000",)),
        ("7 euros are wanted.", ("7",)),
    ],
)
def test_a_name_a_number_a_place_or_a_quote_of_its_own_goes_beyond(sentence: str, found: tuple[str, ...]) -> None:
    beyond = GROUNDS.beyond(sentence)
    assert set(found) <= set(beyond)


@pytest.mark.parametrize(
    ("place", "is_told"),
    [
        ("mybank.example", True),  # the message only makes it look so
        ("bank.example.evil.org", True),
        ("https://mybank.example.evil.org/log", True),
        ("evil.org", False),
        ("mybank.example.evil.org", False),
        ("https://mybank.example.evil.org/login", False),
    ],
)
def test_a_part_of_a_place_is_the_place_only_where_it_is_its_end(place: str, is_told: bool) -> None:
    grounds = Grounds(Evidence("record 1", (), "Go to https://mybank.example.evil.org/login at once."))
    assert (grounds.beyond(f"It leads to {place}.") == (place,)) is is_told


def test_a_sentence_about_something_else_goes_beyond_by_its_words() -> None:
    beyond = GROUNDS.beyond("Criminals usually resell stolen identities on hidden markets.")
    assert {"criminals", "stolen", "markets"} <= set(beyond)


def test_a_word_or_two_of_ones_own_in_a_sentence_of_the_evidence_is_no_claim() -> None:
    assert GROUNDS.beyond("It asks you to read the six digits, which is risky.") == ()


def test_what_the_owner_asks_is_no_evidence() -> None:
    """The name stands in the question alone, which `Grounds` never sees."""
    assert "Miller" in GROUNDS.beyond("Yes, the sender is Mr Miller.")


def test_the_forms_of_a_word_meet() -> None:
    grounds = Grounds(Evidence("record 1", ("It pressures you.",), "Closing accounts, urgently requested payments."))
    assert grounds.beyond("A close account and an urgent request for a payment put pressure there.") == ()


@given(st.text(max_size=300))
def test_any_sentence_is_answered_the_same_each_time_and_holds_to_itself(sentence: str) -> None:
    assert GROUNDS.beyond(sentence) == Grounds(EVIDENCE).beyond(sentence)
    assert Grounds(Evidence("record 1", (), sentence)).beyond(sentence) == ()


def test_ordinary_words_hold_no_number_and_no_capital() -> None:
    assert all(word == word.casefold() and not any(map(str.isdigit, word)) for word in ORDINARY)
