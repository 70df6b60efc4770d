"""Parts that were sent one after the other, and slow cons, are judged together; honest talk is not made worse by it.

The splits are those of texts of our own held-out voices; see `talks.py` for the conversations.
"""

from __future__ import annotations

import importlib
import os
import random
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from talks import CONS, HONEST

from guardian.assembly import assembled
from guardian.gate import Gate, Screened
from guardian.message import Channel, Message
from guardian.recording import Seen
from guardian.settings import load_settings
from guardian.verdict import Outcome, Verdict

TRAINING = Path(__file__).resolve().parents[2] / "models" / "training"
MEMORY = ("Could you buy four gift", "cards of 100 and", "send me photos of the codes before three?")


class Kept:
    """A recorder that keeps nothing on disk: conversations are then remembered for one run."""

    def record(self, message: Message, verdict: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """Nothing."""
        return None

    def record_late(self, message: Message, before: Verdict, now: Verdict, seen: Seen) -> Mapping[str, Any] | None:
        """Nothing."""
        return None


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    env = {**os.environ, "GUARDIAN_HOME": str(tmp_path_factory.mktemp("home"))}
    with assembled(load_settings(env, {}), recorder=Kept()) as parts:
        yield parts.gate


def is_flagged(screened: Screened) -> bool:
    return screened.verdict.outcome is Outcome.FLAGGED


def talk(gate: Gate, sender: str | None, turns: tuple[str, ...]) -> list[bool]:
    return [is_flagged(each) for each in gate.screen_all(Message(turn.encode(), sender=sender) for turn in turns)]


def test_a_demand_in_parts_is_found_where_it_ends_and_says_so(gate: Gate) -> None:
    assert not any(talk(gate, None, MEMORY))
    last = list(gate.screen_all(Message(part.encode(), sender="bob@x.example") for part in MEMORY))[-1].verdict
    assert last.outcome is Outcome.FLAGGED
    assert last.together == 2
    assert last.to_json()["together"] == 2
    joint = [finding for finding in last.findings if finding.is_joint]
    assert joint
    assert all(finding.say.endswith("together with what was sent before") for finding in joint)
    assert any("gift cards" in span.quote for finding in joint for span in finding.spans)


def test_what_was_sent_before_never_lowers_a_score(gate: Gate) -> None:
    kind = "Thank you for the lovely evening, the children still talk of it."
    ask = "Read me the six digits that you have just received, quickly."
    alone = gate.screen(Message(ask.encode())).verdict
    gate.screen(Message(kind.encode(), sender="kind@x.example"))
    after = gate.screen(Message(ask.encode(), sender="kind@x.example")).verdict
    assert after.together == 1
    assert all(after.scores[name] >= score - 1e-3 for name, score in alone.scores.items())


def test_trying_a_policy_leaves_no_memory_and_finds_none(gate: Gate) -> None:
    gate.screen(Message(b"Could you buy four gift", sender="eve@x.example"))
    (inspected,) = gate.inspect_all([Message(b"cards for me", sender="eve@x.example")])
    assert inspected.evidence.reading.earlier == 0


@pytest.mark.long
def test_slow_cons_end_flagged_and_honest_talks_do_not(gate: Gate) -> None:
    ended = [name for name, turns in CONS.items() if talk(gate, f"{name}@con.example", turns)[-1]]
    assert len(CONS) >= 12
    assert len(ended) >= 0.8 * len(CONS)
    flagged = [name for name, turns in HONEST.items() if any(talk(gate, f"{name}@home.example", turns))]
    assert len(HONEST) >= 24
    assert flagged == []


@pytest.fixture(scope="module")
def own_texts() -> Iterator[list[Any]]:
    """Rows of the held-out voices, in an order of chance that is the same each time."""
    sys.path.insert(0, str(TRAINING))
    rows = importlib.import_module("corpus").read_corpus(TRAINING / "corpus")
    chosen = [row for row in rows if row.is_held_out and not row.context]
    random.Random(7).shuffle(chosen)
    yield chosen
    sys.path.remove(str(TRAINING))


@pytest.mark.slow
def test_the_last_part_of_a_split_text_is_flagged_as_the_whole_is(gate: Gate, own_texts: list[Any]) -> None:
    flagged: list[Any] = []
    for row in (row for row in own_texts if row.label and len(row.text.split()) >= 12):
        if len(flagged) < 100 and is_flagged(gate.screen(Message(row.text.encode(), channel=Channel(row.channel)))):
            flagged.append(row)
    found = 0
    for number, row in enumerate(flagged):
        words, parts = row.text.split(), 2 + number % 5
        cuts = [round(place * len(words) / parts) for place in range(parts + 1)]
        messages = [
            Message(" ".join(words[first:last]).encode(), channel=Channel(row.channel), sender=f"split{number}")
            for first, last in pairwise(cuts)
        ]
        found += is_flagged(list(gate.screen_all(messages))[-1])
    assert len(flagged) == 100
    assert found >= 90


@pytest.mark.slow
def test_two_honest_messages_are_not_flagged_more_together(gate: Gate, own_texts: list[Any]) -> None:
    clean = [row for row in own_texts if not row.label and row.channel == "incoming"][:400]
    pairs = list(zip(clean[::2], clean[1::2], strict=True))

    def flagged_pairs(sender: str | None) -> int:
        return sum(
            any(talk(gate, sender and f"{sender}{number}", (first.text, second.text)))
            for number, (first, second) in enumerate(pairs)
        )

    assert flagged_pairs("pair") - flagged_pairs(None) <= 0.005 * len(pairs)
