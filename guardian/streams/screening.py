"""What is asked about an answer while it streams, and what becomes of its sentences by what is answered.

In hold mode a lane asks for one sentence at a time: the next window is what the reader will see, so that a sentence
that was held back weighs on no later one. In annotate mode nothing waits, and every window is asked at once.

A sentence is judged behind those before it, and by itself as well: calm sentences in front of it must not calm the
model about it.

Invariants: those of `guardian.streams.base`; a unit passes only by verdicts that are not `flagged`, or, where none
came, by the owner's own setting; a held unit is recorded once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b

from guardian.message import Channel, Message
from guardian.streams import words
from guardian.streams.arguments import held_arguments
from guardian.streams.base import Ask, Delivery, Judged, LaneKey, LaneKind, Mode, Purpose
from guardian.streams.lane import Lane, Unit
from guardian.streams.voice import FlaggedWindow, Voice
from guardian.verdict import Outcome

_PARTLY = frozenset({Outcome.UNSURE, Outcome.UNSCREENED})


@dataclass(slots=True, repr=False)
class _Fate:
    """What was said so far of a sentence that waits."""

    awaited: int
    flagged: _Question | None = None
    unscreened_why: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class _Question:
    purpose: Purpose
    voice: Voice
    text: str
    place: str
    """Which part of the voice it is about: the same for a window and its record."""
    lane: Lane | None = None
    unit: Unit | None = None
    first: Judged | None = None
    """What was said of the draft that is now to be recorded."""
    fate: _Fate | None = None
    is_alone: bool = False
    """Whether it is about the sentence by itself."""


class Screening:
    """The questions of one turn."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._is_holding = delivery.mode is Mode.HOLD
        self._voices: dict[int, Voice] = {}
        self._all: list[Voice] = []
        self._questions: dict[int, _Question] = {}
        self._count = 0
        self._new: list[Ask] = []
        self.is_cut = False
        """Whether the answer broke off, or was too long: the verdict on the whole then says that it saw a part."""

    @property
    def outstanding(self) -> int:
        """Questions that were not answered."""
        return len(self._questions)

    @property
    def has_held(self) -> bool:
        """Whether anything of the answer was held back."""
        return any(voice.held for voice in self._all)

    @property
    def voices(self) -> tuple[Voice, ...]:
        """Every voice that has spoken."""
        return tuple(self._all)

    @property
    def lanes(self) -> list[Lane]:
        """Every lane of the voices that still speak."""
        return [lane for voice in self._all if not voice.is_ended for lane in voice.lanes]

    def voice_lanes(self, number: int) -> list[Lane]:
        """The lanes of the voice that spoke last under this number."""
        voice = self._voices.get(number)
        return voice.lanes if voice is not None else []

    def voice(self, number: int) -> Voice:
        """The voice that speaks under this number."""
        voice = self._voices.get(number)
        if voice is None or voice.is_ended:
            voice = Voice(number, len(self._all))
            self._voices[number] = voice
            self._all.append(voice)
        return voice

    def latest_voice(self, number: int) -> Voice | None:
        """The voice that spoke last under this number, whether it ended or not."""
        return self._voices.get(number)

    def new_lane(self, key: LaneKey) -> Lane:
        """A lane that begins, and with its first one a voice."""
        voice = self.voice(key.voice)
        lane = Lane(key, len(voice.lanes))
        voice.lanes.append(lane)
        return lane

    def take_asks(self) -> list[Ask]:
        """What is to be asked now."""
        for voice in self._all:
            for lane in voice.lanes:
                self._ask_windows(voice, lane)
        new, self._new = self._new, []
        return new

    def foreseen(self) -> list[Message]:
        """What will be asked next, if what has come of a sentence is all of it. To be thrown away where it is not."""
        if not self._is_holding:
            return []
        units = [(lane, unit) for lane in self.lanes if (unit := lane.foreseen()) is not None and not unit.is_blank]
        return [self._draft(text) for lane, unit in units for text in _texts(lane, unit)]

    def end(self, voice: Voice) -> None:
        """The voice ends: nothing of it waits for more, and the whole of it is asked."""
        if voice.is_ended:
            return
        voice.is_ended = True
        for lane in voice.lanes:
            lane.close()
        text = voice.text
        if text:
            self._ask(_Question(Purpose.TURN, voice, text, "turn"))

    def answer(self, number: int, judged: Judged | None, why: str = "") -> None:
        """What was said to a question; None where nothing was, and `why`. Raises KeyError where it was not asked."""
        question = self._questions.pop(number)
        voice = question.voice
        voice.waiting -= 1
        if question.purpose is Purpose.TURN:
            voice.turn, voice.turn_why = judged, "" if judged is not None else why or "no answer"
        elif question.purpose is Purpose.WINDOW:
            self._answer_window(question, judged, why)
        else:
            self._answer_record(question, judged)
        self._tell_of_windows(voice)

    def _ask_windows(self, voice: Voice, lane: Lane) -> None:
        while lane.units and not lane.is_asking:
            unit = lane.units[0]
            if unit.is_blank:
                lane.decide(unit, None)
                continue
            place = f"{lane.number}/{unit.start}"
            texts = _texts(lane, unit)
            fate = _Fate(len(texts))
            for number, text in enumerate(texts):
                is_alone = number > 0
                self._ask(_Question(Purpose.WINDOW, voice, text, place, lane, unit, fate=fate, is_alone=is_alone))
            if self._is_holding:
                lane.is_asking = True
            else:
                lane.decide(unit, None)

    def _ask(self, question: _Question) -> None:
        self._count += 1
        message = self._draft(question.text)
        if question.purpose is not Purpose.WINDOW:
            is_cut = question.purpose is Purpose.TURN and self.is_cut
            message = replace(message, cut=is_cut, draft=False, once=self._once(question))
        self._questions[self._count] = question
        question.voice.waiting += 1
        self._new.append(Ask(self._count, question.purpose, message))

    def _draft(self, text: str) -> Message:
        return Message(
            # two halves of a surrogate pair that came in two pieces are one character again
            raw=text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode(),
            channel=Channel.AI_OUTPUT,
            source=self._delivery.source,
            context=self._delivery.context,
            draft=True,
        )

    def _once(self, question: _Question) -> bytes:
        if not self._delivery.key:
            return b""
        name = f"{question.voice.serial}/{question.place}".encode()
        return blake2b(name, key=blake2b(self._delivery.key).digest(), digest_size=32).digest()

    def _answer_window(self, question: _Question, judged: Judged | None, why: str) -> None:
        voice, lane, unit, fate = question.voice, question.lane, question.unit, question.fate
        assert lane is not None
        assert unit is not None
        assert fate is not None
        fate.awaited -= 1
        if judged is not None and judged.outcome is Outcome.FLAGGED:
            fate.flagged = fate.flagged or replace(question, purpose=Purpose.RECORD, first=judged)
            if not self._is_holding:
                voice.flagged.append(FlaggedWindow(lane.number, unit.start, question.text, judged))
        elif not question.is_alone and (judged is None or judged.outcome in _PARTLY):
            # of the sentence by itself this says little: what was judged behind others was judged
            fate.unscreened_why = (why or "no answer") if judged is None else (judged.short or judged.outcome.value)
        if self._is_holding and not fate.awaited:
            self._settle(question, fate)

    def _settle(self, question: _Question, fate: _Fate) -> None:
        """Everything was said of a sentence that waits."""
        assert question.lane is not None
        if fate.flagged is not None:
            self._ask(fate.flagged)
            return
        notice = None
        if fate.unscreened_why:
            if self._delivery.fail_closed:
                notice = words.unscreened_notice(question.lane.key.kind, fate.unscreened_why)
            else:
                voice = question.voice
                voice.unscreened += 1
                voice.unscreened_why = voice.unscreened_why or fate.unscreened_why
        self._decide(question, notice)

    def _answer_record(self, question: _Question, judged: Judged | None) -> None:
        first = question.first
        assert first is not None
        if not self._is_holding:
            question.voice.told = judged if judged is not None and judged.outcome is Outcome.FLAGGED else first
            return
        assert question.lane is not None
        seq = judged.seq if judged is not None else None
        self._decide(question, words.held_notice(question.lane.key.kind, first.short, seq))

    def _decide(self, question: _Question, notice: str | None) -> None:
        lane, unit = question.lane, question.unit
        assert lane is not None
        assert unit is not None
        if notice is not None:
            question.voice.held += 1
            notice = held_arguments(notice) if lane.key.kind is LaneKind.ARGUMENTS else notice
        lane.decide(unit, notice)
        lane.is_asking = False

    def _tell_of_windows(self, voice: Voice) -> None:
        """A sentence was flagged that had passed, and the whole was not: the sentence is recorded, and told."""
        if self._is_holding or not voice.is_settled or not voice.flagged:
            return
        window = min(voice.flagged, key=lambda flagged: (flagged.lane, flagged.start))
        voice.flagged.clear()
        if voice.turn is None or voice.turn.outcome is not Outcome.FLAGGED:
            place = f"{window.lane}/{window.start}"
            self._ask(_Question(Purpose.RECORD, voice, window.text, place, first=window.judged))


def _texts(lane: Lane, unit: Unit) -> tuple[str, ...]:
    """What is judged of a sentence: it behind those before it, and where there are any, it by itself."""
    window, alone = lane.window(unit), unit.text.strip()
    return (window, alone) if window.endswith(alone) and window != alone else (window,)
