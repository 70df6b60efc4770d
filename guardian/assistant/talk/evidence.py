"""What is known of one screened message, as a talking model is given it and as its answer is held against it.

Invariants: the lines are Guardian's own sentences, verbatim quotes and the owner's own words, as
`guardian.assistant.why` has them; the message's text is what a person sees of it, and bounded; nothing here comes from
a model that talks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guardian.assistant.answer import Kind
from guardian.assistant.why import why
from guardian.judge_words import judge_lines
from guardian.message import Channel, Message
from guardian.reading.base import Reading, ViewKind
from guardian.safe_text import safe_line
from guardian.streams.units import UnitCutter
from guardian.verdict import Verdict
from guardian.verdict_words import HEADLINES

MOST_TEXT_CHARACTERS: Final = 4_000
"""Of the message: with the findings and a short dialogue it fits in 4,096 tokens."""
MOST_LINES: Final = 40
MOST_LINE_CHARACTERS: Final = 300
_QUOTES: Final = dict.fromkeys(map(ord, "\"'\u2018\u2019\u201c\u201d"))


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """About one message."""

    about: str
    """Which message, in safe words of ours: `record 12`, `the text that you asked about`."""
    lines: tuple[str, ...]
    """What was found, each one safe line."""
    text: str
    """What the message says. Untrusted."""
    is_cut: bool = False
    """Whether the message says more."""
    own: frozenset[str] = frozenset()
    """Sentences of Guardian's own and of the owner's among the lines, as `plain` has them: none that quotes the
    message."""

    def is_own(self, sentence: str) -> bool:
        """Whether it is, word for word, one of those sentences."""
        return plain(sentence) in self.own

    @property
    def words(self) -> str:
        """All of it: what an answer may rest on."""
        return "\n".join((*self.lines, self.text))


def evidence_of(verdict: Verdict, about: str, message: Message | None, reading: Reading | None) -> Evidence:
    """The evidence on one verdict; `message` and `reading` are None where the text was not kept."""
    text = _visible(reading) if reading is not None else ""
    lines = tuple(safe_line(line, MOST_LINE_CHARACTERS) for line in _lines(verdict, message))
    is_cut = len(text) > MOST_TEXT_CHARACTERS
    return Evidence(about, lines[:MOST_LINES], text[:MOST_TEXT_CHARACTERS], is_cut, frozenset(_own_sentences(verdict)))


def plain(sentence: str) -> str:
    """A sentence as it is compared with others: one space between words, no quotation marks, no case, no stop."""
    kept = unicodedata.normalize("NFKC", sentence).translate(_QUOTES)
    return " ".join(kept.split()).casefold().strip(" .!")


def _lines(verdict: Verdict, message: Message | None) -> Iterator[str]:
    speaker = "an AI assistant" if verdict.channel == Channel.AI_OUTPUT.value else "somebody"
    yield f"Guardian's verdict on a message from {speaker}: {HEADLINES[verdict.outcome]}."
    if message is not None and message.sender:
        yield f"The message names as its sender: {message.sender}"
    yield from (line.say for line in why(verdict).lines)
    if verdict.sender is not None:
        yield from (f"Of the sender is known: {line}" for line in verdict.sender.lines())
    yield from (f"What the owner can do: {advice}" for advice in verdict.advice)


def _own_sentences(verdict: Verdict) -> Iterator[str]:
    quoting = frozenset(judge_lines(verdict))  # the judge's reasons quote the message within Guardian's sentence
    said = [line.say for line in why(verdict).lines if line.kind is Kind.SAY and line.say not in quoting]
    for line in (*said, *verdict.advice):
        cutter = UnitCutter()
        yield plain(line)
        yield from map(plain, (*cutter.feed(line), *cutter.flush()))


def _visible(reading: Reading) -> str:
    """What a person sees, view by view; bytes that are no text stand as question marks."""
    seen = [view.text for view in reading.views if view.kind is ViewKind.VISIBLE]
    return "\n".join(seen).encode("utf-8", "replace").decode("utf-8")
