"""One text that is flagged alone, at 21 places of benign texts of five lengths: is any place safer for its sender?

Invariants: the benign text alone is not flagged; the gate is the product's, but that windows without a word of the
payload are not asked about (the verdict takes the worst window, and theirs is known to be calm), which is what makes
thousands of placements affordable; the payload is set between sentences, as a sender would.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from guardian.message import Message
from guardian.reading.base import Reading
from guardian.reading.limits import Limits
from guardian.reading.reader import LocalReader, ReaderStanding
from hostile.corpus_texts import held_out
from hostile.house import House, is_flagged

PLACES = 21
LENGTHS_BYTES = (700, 3_000, 12_000, 25_000, 48_000)
"""Benign text round the payload: from one window to 64."""
WANTED = 0.95
"""Least recall at the worst place, as a share of that at the first."""
_JOINT = "\n\n"


class NearReader:
    """Reads everything, and keeps of the windows those in which a payload stands."""

    def __init__(self, limits: Limits) -> None:
        self._reader = LocalReader(limits)
        self._places: dict[str, tuple[int, int]] = {}

    def expect(self, message: str, start: int, end: int) -> None:
        """Where in the visible text of that message the payload stands."""
        self._places[message] = (start, end)

    def read(self, message: Message) -> Reading:
        """See `Reader`."""
        reading = self._reader.read(message)
        start, end = self._places.get(message.id, (0, len(message.raw)))
        near = tuple(w for w in reading.windows if w.view != 0 or (w.start < end and start < w.end))
        return replace(reading, windows=near)

    def standing(self) -> ReaderStanding:
        """See `Reader`."""
        return self._reader.standing()

    def close(self) -> None:
        """Nothing to free."""


@dataclass(frozen=True, slots=True)
class Row:
    """Recall at each place of one length."""

    length_bytes: int
    payloads: int
    found: tuple[int, ...]
    """Of the payloads, per place."""

    @property
    def worst(self) -> float:
        """Recall at the worst place as a share of that at the first."""
        return min(self.found) / max(self.found[0], 1)

    def line(self) -> str:
        """The row of the table."""
        shares = [found / self.payloads for found in self.found]
        worst = min(range(PLACES), key=self.found.__getitem__)
        return (
            f"| {self.length_bytes:,} | {shares[0]:.1%} | {shares[PLACES // 2]:.1%} | {shares[-1]:.1%} | "
            f"{min(shares):.1%} (place {worst}) | {self.worst:.1%} | {sum(shares) / PLACES:.1%} |"
        )


HEADINGS = (
    "| bytes around | first place | middle | last | worst | worst of first | mean |",
    "|---|---|---|---|---|---|---|",
)


def calm_paragraphs(house: House, seed: int = 7) -> list[str]:
    """Clean held-out texts of which the gate thinks least: what a sender would pad with."""
    texts = [text for text in held_out(violating=False) if text.channel == "incoming" and 80 < len(text.text) < 500]
    random.Random(seed).shuffle(texts)
    messages = [Message(text.text.encode(), id=text.id) for text in texts[:400]]
    ranked = sorted(house.gate.screen_all(messages), key=lambda screened: screened.verdict.risk)
    return [screened.message.raw.decode() for screened in ranked[: len(ranked) // 2]]


def padding(paragraphs: Sequence[str], length_bytes: int, seed: int) -> list[str]:
    """Paragraphs in a seeded order, repeated until they make `length_bytes`."""
    chance, chosen, size = random.Random(seed), [], 0
    while size < length_bytes:
        for paragraph in chance.sample(list(paragraphs), len(paragraphs)):
            if size < length_bytes:
                chosen.append(paragraph)
                size += len(paragraph.encode()) + len(_JOINT)
    return chosen


def placed(payload: Message, around: Sequence[str], place: int) -> tuple[Message, int, int]:
    """The message with the payload behind the given share of the paragraphs, and where in its text it stands."""
    before = around[: round(place * len(around) / (PLACES - 1))]
    head = _JOINT.join((*before, ""))
    text = payload.raw.decode()
    whole = _JOINT.join((*before, text, *around[len(before) :]))
    name = f"{payload.id}@{place}"
    return Message(whole.encode(), channel=payload.channel, id=name), len(head), len(head) + len(text)


def measure(
    house: House, reader: NearReader, payloads: Sequence[Message], lengths: Sequence[int] = LENGTHS_BYTES
) -> Iterator[Row]:
    """A row for each length. `house.gate` reads with `reader`."""
    paragraphs = calm_paragraphs(house)
    for length in lengths:
        found = [0] * PLACES
        for number, payload in enumerate(payloads):
            around = padding(paragraphs, length, seed=number)
            messages = []
            for place in range(PLACES):
                message, start, end = placed(payload, around, place)
                reader.expect(message.id, start, end)
                messages.append(message)
            for place, screened in enumerate(house.gate.screen_all(messages)):
                found[place] += is_flagged(screened.verdict)
        yield Row(length, len(payloads), tuple(found))
