"""Promises of the shipped content: it is there for every tactic, and it is fit to be sent."""

from __future__ import annotations

import re

import pytest

from guardian.assembly import Assembled
from guardian.assistant.readings import READINGS
from guardian.assistant.replies import REPLIES
from guardian.message import Message
from guardian.safe_text import safe_line
from guardian.tactics import GROUPS, RISK, TACTICS
from guardian.verdict import Outcome

EVERYTHING = {*TACTICS, *GROUPS, RISK.id}
ACCUSATIONS = re.compile(r"\b(you are (lying|a liar|a thief|crazy)|scam(mer)?|fraud|liar|criminal|how dare)\b", re.I)
PROMISES = re.compile(r"\b(i will (pay|send|buy|transfer)|here is my|the code is|all right, i will)\b", re.I)


def test_every_tactic_group_and_risk_has_a_reading_and_replies_and_nothing_else_has() -> None:
    assert set(READINGS) == EVERYTHING
    assert set(REPLIES) == EVERYTHING


@pytest.mark.parametrize("tactic", sorted(EVERYTHING))
def test_a_reading_is_two_whole_texts_and_the_check_is_something_to_do(tactic: str) -> None:
    reading = READINGS[tactic]
    for text in (reading.honest, reading.check):
        assert text == safe_line(text)
        assert text[0].isupper() or text[0] == "\u2018"
        assert text.endswith(".")
        assert len(text) <= 200
    assert reading.honest != reading.check


@pytest.mark.parametrize("tactic", sorted(EVERYTHING))
def test_replies_are_two_or_three_short_and_neither_accuse_nor_give_in(tactic: str) -> None:
    replies = REPLIES[tactic]
    assert 2 <= len(replies) <= 3
    for reply in replies:
        assert reply == safe_line(reply)
        assert len(reply) <= 130
        assert not ACCUSATIONS.search(reply)
        assert not PROMISES.search(reply)


def test_no_reply_is_offered_twice() -> None:
    everything = [reply for replies in REPLIES.values() for reply in replies]
    assert len(everything) == len(set(everything))


def test_every_reply_is_clean_by_the_starter_policies_and_the_real_model(parts: Assembled) -> None:
    messages = (Message(reply.encode(), id=tactic) for tactic, replies in REPLIES.items() for reply in replies)
    told = [
        (screened.message.id, screened.message.raw.decode(), [match.because for match in screened.verdict.matched])
        for screened in parts.gate.screen_all(messages)
        if screened.verdict.outcome is not Outcome.CLEAN
    ]
    assert told == []
