"""Disguised copies of texts that are flagged plain: is each flagged, or named as a disguise?

Invariants: the texts are held-out ones of the project's corpus that the same gate flags as they stand; every copy goes
through the whole gate's reading and rules; the model is asked about the first `asked` copies of each transformation (it
is what costs) and about every copy that carries no evasion finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from guardian.detectors.base import Detector, Evidence
from guardian.detectors.load import load_detectors
from guardian.message import Channel, Format, Message
from guardian.reading.limits import Limits
from guardian.reading.read import read
from guardian.tactics import group_of
from hostile.corpus_texts import held_out
from hostile.house import EVASION, House, evasions, is_flagged
from hostile.tricks import Trick

MESSAGES = 200
WANTED = 0.95
"""Share of copies that must be flagged or named, for each single transformation."""


@dataclass(frozen=True, slots=True)
class Row:
    """One transformation and what became of its copies."""

    trick: str
    copies: int
    flagged: int
    """Of those that the model was asked about."""
    asked: int
    evasion: int
    """Copies with an evasion finding."""
    neither: int
    missed: tuple[str, ...]
    """Ids of the texts whose copies were neither."""

    @property
    def caught(self) -> float:
        """Share of copies that were flagged, or named as a disguise."""
        return 1 - self.neither / self.copies if self.copies else 1.0

    def line(self) -> str:
        """The row of the table."""
        return (
            f"| {self.trick} | {self.flagged / max(self.asked, 1):.0%} of {self.asked} | "
            f"{self.evasion / self.copies:.1%} | {self.neither / self.copies:.1%} | {self.caught:.1%} |"
        )


HEADINGS = (
    "| transformation | flagged (copies the model saw) | evasion finding | neither | caught |",
    "|---|---|---|---|---|",
)


def flagged_plain(house: House, count: int = MESSAGES) -> list[Message]:
    """`count` messages, spread over the corpus, that the gate flags as they stand; fewer where there are fewer."""
    texts = held_out(violating=True)
    messages = (Message(text.text.encode(), channel=Channel(text.channel), id=text.id) for text in texts)
    found = [screened.message for screened in house.gate.screen_all(messages) if is_flagged(screened.verdict)]
    return [found[at * len(found) // count] for at in range(count)] if count < len(found) else found


def transformed(message: Message, trick: Trick) -> Message:
    """The message's disguised copy."""
    text = trick(message.raw.decode())
    format = Format.HTML if text.startswith("<!DOCTYPE") else Format.TEXT
    return Message(text.encode(), channel=message.channel, id=message.id, format=format)


def measure(house: House, messages: Sequence[Message], tricks: Mapping[str, Trick], asked: int) -> Iterator[Row]:
    """A row for each transformation."""
    detectors = load_detectors(None)
    for name, trick in tricks.items():
        copies = [transformed(message, trick) for message in messages]
        told = [tells_evasion(copy, house.limits, detectors) for copy in copies]
        to_ask = [copy for place, copy in enumerate(copies) if place < asked or not told[place]]
        verdicts = {screened.verdict.id: screened.verdict for screened in house.gate.screen_all(to_ask)}
        first = [verdicts[copy.id] for copy in copies[:asked]]
        missed = tuple(
            copy.id
            for copy, named in zip(copies, told, strict=True)
            if not named and not (is_flagged(verdicts[copy.id]) or evasions(verdicts[copy.id]))
        )
        yield Row(name, len(copies), sum(map(is_flagged, first)), len(first), sum(told), len(missed), missed)


def tells_evasion(message: Message, limits: Limits, detectors: Sequence[Detector]) -> bool:
    """Whether rules alone name a way of hiding in it."""
    evidence = Evidence(message, read(message, limits))
    return any(group_of(found.tactic) == EVASION for detector in detectors for found in detector.detect(evidence))
