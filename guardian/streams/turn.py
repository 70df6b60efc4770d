"""One answer of an AI, from its first byte to its last: what passes, what is asked, what stands for what may not pass.

Invariants: those of `guardian.streams.base`. Events pass in the order in which they came. In hold mode an event passes
when the fate of every character in it is known; in annotate mode at once. In both the event that ends a voice waits
until all verdicts on that voice are in, for their note stands before it or in it.
"""

from __future__ import annotations

from collections import deque

from guardian.message import Message
from guardian.streams.base import Delivery, Json, Judged, Mode, Release, Step
from guardian.streams.dialects.base import Dialect, write_error_note
from guardian.streams.events import Event, Framing
from guardian.streams.held import HeldEvent
from guardian.streams.intake import Intake
from guardian.streams.payload import render
from guardian.streams.screening import Screening
from guardian.streams.voice import Voice

MOST_HELD_BYTES = 1 << 20
"""Bytes that wait for verdicts, after which no more should be read from the upstream."""
MOST_OUTSTANDING = 64
"""Questions without an answer, after which no more should be read."""


class Turn:
    """One answer. `framing` is new for each; `delivery` says what is to become of it."""

    def __init__(self, dialect: Dialect, framing: Framing, delivery: Delivery) -> None:
        self._dialect = dialect
        self._framing = framing
        self._is_holding = delivery.mode is Mode.HOLD
        self._is_dropping = self._is_holding and delivery.fail_closed
        self._screening = Screening(delivery)
        self._intake = Intake(dialect, self._screening)
        self._queue: deque[HeldEvent] = deque()
        self._held_bytes = 0
        self._is_finished = False
        self._told_unread = 0

    @property
    def is_done(self) -> bool:
        """Whether all has passed and all was answered."""
        return self._is_finished and not self._queue and not self._screening.outstanding

    @property
    def is_full(self) -> bool:
        """Whether so much waits for answers that no more should be read from the upstream until some have come."""
        waiting = self._screening.outstanding
        return waiting >= MOST_OUTSTANDING or (waiting > 0 and self._held_bytes > MOST_HELD_BYTES)

    @property
    def voices(self) -> tuple[Voice, ...]:
        """The answers in it, with what was said of them."""
        return self._screening.voices

    @property
    def unread(self) -> int:
        """Events that could not be read, so that nothing in them was judged."""
        return self._intake.unread

    def feed(self, data: bytes) -> list[Step]:
        """The next bytes of the upstream."""
        events = self._framing.feed(data)
        for event in events:
            self._take(event)
        return self._steps() if events else []

    def foreseen(self) -> list[Message]:
        """Messages that `feed` will ask about next, if a sentence has ended where the bytes end. In most answers nobody
        knows that before the next word; whoever asks at once, and throws away what was not to be asked, saves that
        wait. Nothing is released by it."""
        return self._screening.foreseen()

    def finish(self, *, broken: bool = False) -> list[Step]:
        """The upstream has ended; `broken` where it did so before its time. A second call does nothing."""
        if self._is_finished:
            return []
        self._is_finished = True
        self._screening.is_cut |= broken
        left = self._framing.finish()
        for event in left:
            self._take(event)
        if not left:  # a note needs an event that it may stand before
            self._queue.append(HeldEvent(Event(b"")))
        elif self._is_holding and self._queue[-1].is_unread and (broken or self._framing.is_stream):
            # it broke off: no client can read it, so that nothing is lost; and nothing unjudged passes in it
            self._queue[-1] = HeldEvent(Event(b""))
            self._told_unread += 1
        self._intake.end_all(self._queue[-1])
        return self._steps()

    def answer(self, number: int, judged: Judged) -> list[Step]:
        """The answer to an `Ask`. Raises KeyError where nothing of that number is waited for."""
        self._screening.answer(number, judged)
        return self._steps()

    def unanswered(self, number: int, why: str) -> list[Step]:
        """No answer comes to an `Ask`, and `why`: what it is about passes as not screened, or stays back
        (`Delivery.fail_closed`). Raises KeyError as `answer` does."""
        self._screening.answer(number, None, why)
        return self._steps()

    def _take(self, event: Event) -> None:
        self._queue.append(self._intake.take(event))
        self._held_bytes += len(event.raw)

    def _steps(self) -> list[Step]:
        asks = self._screening.take_asks()
        passed: list[bytes] = []
        while self._queue and self._may_pass(self._queue[0]):
            held = self._queue.popleft()
            self._held_bytes -= len(held.event.raw)
            passed.append(self._passing(held))
        data = b"".join(passed)
        return [*([Release(data)] if data else []), *asks]

    def _may_pass(self, held: HeldEvent) -> bool:
        is_judged = held.is_decided or not self._is_holding
        return is_judged and all(voice.is_settled for voice in held.ends)

    def _passing(self, held: HeldEvent) -> bytes:
        """What passes of the event, with the notes that are due before it or in it."""
        is_dropped = held.is_unread and (self._is_dropping or not self._can_tell_in(held))
        raw = b"" if is_dropped else held.event.raw
        if not is_dropped and self._is_holding and held.hold_back(has_held=self._screening.has_held):
            raw = held.written()
        notes: list[bytes] = []
        for voice in held.ends:
            before, is_changed = self._note(held, voice, into=None if is_dropped else held.payload)
            notes += before
            raw = held.written() if is_changed else raw
        return b"".join((*notes, raw))

    def _can_tell_in(self, held: HeldEvent) -> bool:
        """Whether a note may say of the event that it was not read. Nothing stands beside a body that comes whole."""
        return self._framing.is_stream or held.payload is not None

    def _note(self, held: HeldEvent, voice: Voice, *, into: Json | None) -> tuple[list[bytes], bool]:
        """The events of a voice's note that stand before the event, and whether the event itself was changed."""
        unread = 0 if self._is_dropping else self._intake.unread - self._told_unread
        note = voice.note(unread)
        if not note:
            return [], False
        self._told_unread += unread
        like: Json = held.payload if held.payload is not None else self._intake.like
        is_streamed = self._framing.is_stream
        events = self._dialect.note_events(like, voice.number, note)
        is_written = is_changed = False
        if into is not None:
            earlier = render(into)
            is_written = self._dialect.write_note(into, voice.number, note, is_streamed=is_streamed)
            is_changed = render(into) != earlier
            if not is_changed and not is_streamed:  # an error in place of an answer, and no event can stand before it
                is_written = is_changed = write_error_note(into, note)
        return [] if is_written else [self._framing.event(render(said), name) for name, said in events], is_changed
