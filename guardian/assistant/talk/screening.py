"""A model's answer on its way through the gate: pieces of text go in, judged sentences come out.

The questions are those that the proxy asks in hold mode (`guardian.streams.screening`): each sentence behind those
before it and by itself, what is flagged once more to be recorded, the whole answer at its end.

Invariants: nothing comes out but what went through the gate; a flagged sentence does not, unless it is, word for word,
one of Guardian's own: its advice asks the owner to do something, as manipulation does. Such a sentence is not the
model's, so that what stands round it is judged without it. One that could not be judged, or in part only (a language
that Guardian's model does not know), comes out with its verdict, which marks it. The whole is recorded, also where
nobody waits for it any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from guardian.assistant.talk.base import TALK_SOURCE, Sentence
from guardian.message import Message
from guardian.outcome import Outcome
from guardian.streams.base import Ask, Delivery, LaneKey, LaneKind, Mode, Purpose
from guardian.streams.screening import Screening
from guardian.verdict_words import short_reason

if TYPE_CHECKING:
    from guardian.gate import Screened

_MOST_UNWAITED: Final = 16
"""Sentences that are judged one by one where nobody waits for them; a server can send thousands at once."""
Screen = Callable[[Message], "Screened"]
"""The gate. May raise GuardianError where there is none."""


@dataclass(frozen=True, slots=True, repr=False)
class _Judged:
    """A screened message as `guardian.streams` reads it."""

    screened: Screened
    is_own: bool = False
    """Whether it is about a sentence of Guardian's own."""

    @property
    def outcome(self) -> Outcome:
        outcome = self.screened.verdict.outcome
        return Outcome.NOTICE if self.is_own and outcome is Outcome.FLAGGED else outcome

    @property
    def seq(self) -> int | None:
        place = self.screened.verdict.journal
        seq = place.get("seq") if place is not None else None
        return seq if isinstance(seq, int) else None

    @property
    def short(self) -> str:
        return short_reason(self.screened.verdict)


class AnswerScreening:
    """One answer. `context` is the dialogue before it; `key` names the delivery (`Message.once`); `is_own` knows the
    sentences of Guardian's own."""

    def __init__(self, screen: Screen, context: tuple[str, ...], key: bytes, is_own: Callable[[str], bool]) -> None:
        delivery = Delivery(mode=Mode.HOLD, source=TALK_SOURCE, context=context, key=key)
        self._screen, self._is_own = screen, is_own
        self._screening = Screening(delivery)
        self._lane = self._screening.new_lane(LaneKey(0, LaneKind.TEXT))
        self._text = ""
        self._shown = 0
        """Characters whose sentences came out."""
        self._own: list[str] = []
        """Sentences of Guardian's own that it said."""
        self._drafts: list[Screened] = []
        """What was said of the sentence that is being judged: behind others, and by itself."""
        self.whole: Screened | None = None
        """The answer, judged and recorded."""
        self._voice = self._screening.voice(0)

    @property
    def held(self) -> int:
        """Sentences that were flagged."""
        return self._voice.held

    def feed(self, piece: str) -> Iterator[Sentence]:
        """The sentences that the piece completes."""
        self._text += piece
        self._lane.add(piece, 0)
        yield from self._judged()

    def flush(self) -> Iterator[Sentence]:
        """The last sentence."""
        self._lane.flush()
        yield from self._judged()

    def finish(self, *, is_cut: bool) -> tuple[str, ...]:
        """Judge and record the whole; `is_cut` where it is not all that was to come. Returns what is to be told of
        it. A second call does nothing."""
        if self._voice.is_ended:
            return ()
        self._screening.is_cut |= is_cut
        self._screening.end(self._voice)
        # behind a flush there are none; those that nobody waits for are not shown, and the whole holds them all
        for number, _ in enumerate(self._judged(), start=1):
            if number >= _MOST_UNWAITED:
                self._lane.units.clear()
        return tuple(line for line in self._voice.note(0).splitlines() if line)

    def _judged(self) -> Iterator[Sentence]:
        while asks := self._screening.take_asks():
            for ask in asks:
                self._answer(ask)
            if self._lane.decided > self._shown and self._drafts:
                yield self._sentence()

    def _answer(self, ask: Ask) -> None:
        is_own = False
        if ask.purpose is Purpose.WINDOW:
            unit = self._lane.units[0].text.strip()
            is_own = self._is_own(unit)
            screened = self._screen(ask.message if is_own else self._without_own(ask.message))
            self._drafts.append(screened)
            if is_own and unit not in self._own:
                self._own.append(unit)
        else:
            screened = self._screen(self._without_own(ask.message))
        if ask.purpose is Purpose.TURN:
            self.whole = screened
        self._screening.answer(ask.number, _Judged(screened, is_own))

    def _without_own(self, message: Message) -> Message:
        """The message without what in it is Guardian's own; as it is where nothing would be left."""
        text = message.raw.decode("utf-8", "replace")
        for sentence in self._own:
            text = text.replace(sentence, "")
        return replace(message, raw=text.strip().encode()) if self._own and text.strip() else message

    def _sentence(self) -> Sentence:
        """The sentence whose fate has just been decided."""
        start, self._shown = self._shown, self._lane.decided
        unit = self._text[start : self._shown]
        drafts, self._drafts = self._drafts, []
        notice = next((cut.words for cut in self._lane.cuts if start <= cut.start < self._shown), "")
        return Sentence(drafts[-1], _lead(unit) if start else "", notice, is_own=self._is_own(unit))


def _lead(unit: str) -> str:
    """The white space that a sentence begins with, as it is shown: a space, a new line, or a new paragraph."""
    lines = unit[: len(unit) - len(unit.lstrip())].count("\n")
    return "\n" * min(lines, 2) or " "
