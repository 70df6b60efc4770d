"""What cannot be: no deceptive link without a link, no assistant's trick where no assistant wrote."""

from __future__ import annotations

import pytest

from guardian.detectors.possible import possible_scores
from guardian.message import Channel, Message
from guardian.reading.read import read

SCORES = {"risk": 0.9, "deceptive_link": 0.9, "sycophancy": 0.9, "ai_to_human": 0.9, "guilt": 0.9}

TEXTS = [
    ("Reply with the code that we sent you", False),
    ("Meet me at 6.30 in room 4.12", False),  # digits and dots are no address
    ("See https://bank.example/login", True),
    ("See bank-login.example now", True),
    ("www.parcel.example", True),
    ("hxxps://x.example", True),
]


@pytest.mark.parametrize(("text", "has_address"), TEXTS)
def test_a_link_must_be_there_to_deceive(text: str, has_address: bool) -> None:
    message = Message(text.encode())
    assert (possible_scores(SCORES, message, read(message))["deceptive_link"] > 0) is has_address


def test_a_link_behind_words_in_html_counts() -> None:
    message = Message(b'<html><body><a href="/x">here</a></body></html>')
    assert possible_scores(SCORES, message, read(message))["deceptive_link"] > 0


def test_an_assistants_tricks_are_an_assistants() -> None:
    for channel, kept in ((Channel.INCOMING, 0.0), (Channel.AI_OUTPUT, 0.9)):
        message = Message(b"You are right about everything.", channel=channel)
        scores = possible_scores(SCORES, message, read(message))
        assert (scores["sycophancy"], scores["ai_to_human"]) == (kept, kept)
        assert (scores["risk"], scores["guilt"]) == (0.9, 0.9)
