"""From an event of the upstream to the lanes of its texts.

Invariants: every text that a dialect points at is in a lane, once; a text that is said again is the same lane's, so
that it shares the fate of the first; what could not be read is counted. What is kept is bounded: a sentence that does
not end is cut, and an answer longer than `MOST_TURN_CHARS` is read no further.
"""

from __future__ import annotations

from guardian.streams.base import Json, LaneKind, Role, Slot
from guardian.streams.dialects.base import Dialect, error_slots
from guardian.streams.events import Event
from guardian.streams.held import HeldEvent, Part
from guardian.streams.lane import Lane
from guardian.streams.payload import parse, render, value_at
from guardian.streams.screening import Screening
from guardian.streams.voice import Voice

MOST_TURN_CHARS = 2 << 20
"""Longest answer that is read."""
MOST_LANES = 512
"""Most running texts of one answer that are read."""
MOST_UNIT_BYTES = 4 << 20
"""Bytes of the stream after which a sentence, or the input of a tool, that has not ended is cut."""


class Intake:
    """What has come of one answer."""

    def __init__(self, dialect: Dialect, screening: Screening) -> None:
        self._dialect = dialect
        self._screening = screening
        self._bytes = 0
        self._chars = 0
        self._was_unread = self._was_too_long = False
        """What the last event was."""
        self.unread = 0
        """Events that could not be read."""
        self.like: Json = {}
        """The last event that could be: new ones are made after it."""

    def take(self, event: Event) -> HeldEvent:
        """The event with its texts in their lanes."""
        self._bytes += len(event.raw)
        if event.is_tail:
            return HeldEvent(event, is_unread=self._was_unread)
        held = HeldEvent(event)
        if event.data is not None and event.data.strip() in self._dialect.end_words:
            self.end_all(held)
        elif event.data is not None and event.data.strip():
            self._read(held, event.data)
        self._count_unread(held)
        self._cut_what_does_not_end()
        return held

    def end_all(self, held: HeldEvent) -> None:
        """The whole answer ends with this event."""
        if self.unread and not self._screening.voices:
            self._screening.voice(0)
        self._end(held, [voice for voice in self._screening.voices if not voice.is_ended])

    def _read(self, held: HeldEvent, data: str) -> None:
        held.payload = parse(data)
        if held.payload is None:
            held.is_unread = True
            return
        self.like = held.payload
        held.spoken = self._dialect.read(held.payload)
        errors = error_slots(held.payload)
        for slot in (*held.spoken.slots, *errors):
            part = self._part(slot, held.payload)
            if part is None:
                held.is_unread = self._screening.is_cut = True
            else:
                held.parts.append(part)
        self._pause_others(held)
        for key in (*held.spoken.closes, *(slot.lane for slot in errors)):
            voice = self._screening.latest_voice(key.voice)
            for lane in voice.lanes_of(key) if voice is not None else ():
                lane.close()
        found = [self._screening.latest_voice(number) for number in held.spoken.ends]
        self._end(held, [voice for voice in found if voice is not None and not voice.is_ended])
        if held.spoken.is_last:
            self.end_all(held)

    def _pause_others(self, held: HeldEvent) -> None:
        """What a voice was saying elsewhere has come to its end, for now."""
        speaking = {id(part.lane) for part in held.parts}
        for number in {part.slot.lane.voice for part in held.parts}:
            for lane in self._screening.voice_lanes(number):
                if id(lane) not in speaking:
                    lane.pause()

    def _end(self, held: HeldEvent, voices: list[Voice]) -> None:
        for voice in voices:
            self._screening.end(voice)
            held.ends.append(voice)

    def _part(self, slot: Slot, payload: Json) -> Part | None:
        """Where the slot's text lies; None where it cannot be kept."""
        value = value_at(payload, slot.path)
        text = render(value) if slot.is_object else str(value)
        if slot.role is Role.WHOLE:
            again = self._said_again(slot, text)
            if again is not None:
                return again
        voice = self._screening.latest_voice(slot.lane.voice)
        lanes = voice.lanes_of(slot.lane) if voice is not None and not voice.is_ended else []
        lane = next((lane for lane in lanes if not lane.is_closed), None)
        if slot.role is Role.WHOLE and lane is not None and lane.length:
            lane.close()  # it is said to have been otherwise: that is another text
            lane = None
        if self._is_too_much(lane, text):
            return None
        lane = lane if lane is not None else self._screening.new_lane(slot.lane)
        start = lane.length
        self._add(lane, text)
        return Part(slot, lane, start, text)

    def _said_again(self, slot: Slot, text: str) -> Part | None:
        """The part, where the lane is known and says the same so far."""
        voice = self._screening.latest_voice(slot.lane.voice)
        if voice is None:
            return None
        lanes = voice.lanes_of(slot.lane)
        for lane in lanes:
            if lane.length == len(text) and lane.text == text:
                return Part(slot, lane, 0, text)
        for lane in lanes:
            so_far = lane.text
            is_more = not lane.is_closed and so_far and text.startswith(so_far)
            if is_more and not self._is_too_much(lane, text[len(so_far) :]):
                self._add(lane, text[len(so_far) :])
                return Part(slot, lane, 0, text)
        return None

    def _add(self, lane: Lane, text: str) -> None:
        self._chars += len(text)
        lane.add(text, self._bytes)

    def _is_too_much(self, lane: Lane | None, text: str) -> bool:
        lanes = sum(len(voice.lanes) for voice in self._screening.voices) if lane is None else 0
        return self._chars + len(text) > MOST_TURN_CHARS or lanes >= MOST_LANES

    def _count_unread(self, held: HeldEvent) -> None:
        """Count an event, and not the parts in which one that is too long was let go."""
        is_going_on = held.event.is_too_long and self._was_unread and self._was_too_long
        held.is_unread |= held.event.is_too_long
        self.unread += held.is_unread and not is_going_on
        self._was_unread, self._was_too_long = held.is_unread, held.event.is_too_long

    def _cut_what_does_not_end(self) -> None:
        for lane in self._screening.lanes:
            if 0 <= lane.waits_since_bytes < self._bytes - MOST_UNIT_BYTES:
                if lane.key.kind is LaneKind.ARGUMENTS:
                    lane.close()
                else:
                    lane.flush()
