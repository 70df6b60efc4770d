"""Remembers conversations: in memory, and over processes where there is a shelf to put them on.

Invariants: never raises; at most `MOST_CONVERSATIONS` conversations, the least recently used go first; a sender that
nobody named has no conversation, so that strangers are never read together; may be used from several threads.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Final, Protocol

from guardian.message import Message
from guardian.reading.base import Reading
from guardian.rolling.together import spoken, with_turns
from guardian.rolling.turns import Turn, kept, turn_of

MOST_CONVERSATIONS: Final = 2000
"""Conversations that are remembered."""
_LONGEST_NAME: Final = 1000
"""Characters of a sender that name a conversation."""


class Shelf(Protocol):
    """Where conversations are put for other processes."""

    def held(self) -> AbstractContextManager[bool]:
        """Keep other processes from changing it; False where it cannot be used now."""
        ...

    def load(self, conversation: str) -> tuple[Turn, ...]:
        """The turns of one conversation; none where it has none, or they cannot be read."""
        ...

    def save(self, conversation: str, turns: tuple[Turn, ...]) -> None:
        """Keep the turns of one conversation. Never raises."""
        ...


class RememberedConversations:
    """See `guardian.rolling.base.Conversations`."""

    def __init__(
        self,
        *,
        remember_s: float,
        window_bytes: int,
        shelf: Shelf | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock` gives seconds since 1970."""
        self._remember_s, self._window_bytes = remember_s, window_bytes
        self._shelf, self._clock = shelf, clock
        self._lock = threading.Lock()
        self._turns: OrderedDict[str, tuple[Turn, ...]] = OrderedDict()

    def with_earlier(self, message: Message, reading: Reading) -> Reading:
        """See `guardian.rolling.base.Conversations`."""
        name, view, now_s = conversation_of(message, reading), spoken(reading), self._clock()
        if not name or view is None:
            return reading
        turn = turn_of(view.text, now_s)
        before: tuple[Turn, ...] = ()

        def add(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
            nonlocal before
            before = turns
            others = (each for each in turns if each.text != turn.text)
            return kept((*others, turn), now_s, self._remember_s)

        self._change(name, now_s, add)
        if any(map(str.strip, message.context)):  # the source knows the conversation better
            return reading
        return with_turns(reading, before, now_s, self._window_bytes)

    def told(self, message: Message, reading: Reading) -> None:
        """See `guardian.rolling.base.Conversations`."""
        name, view, now_s = conversation_of(message, reading), spoken(reading), self._clock()
        if not name or view is None:
            return
        text = turn_of(view.text, now_s).text

        def mark(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
            return tuple(replace(each, is_told=True) if each.text == text else each for each in turns)

        self._change(name, now_s, mark)

    def _change(self, name: str, now_s: float, change: Callable[[tuple[Turn, ...]], tuple[Turn, ...]]) -> None:
        shelf = self._shelf
        with self._lock, shelf.held() if shelf is not None else nullcontext(False) as is_shared:
            known = shelf.load(name) if shelf is not None and is_shared else self._turns.get(name, ())
            turns = change(kept(known, now_s, self._remember_s))
            if shelf is not None and is_shared:
                shelf.save(name, turns)
                return
            self._turns[name] = turns
            self._turns.move_to_end(name)
            while len(self._turns) > MOST_CONVERSATIONS:
                self._turns.popitem(last=False)


def conversation_of(message: Message, reading: Reading) -> str:
    """Name of the conversation that a message belongs to: its channel and its sender, as the source or the mail itself
    names them. Empty where nobody does."""
    sender = " ".join((message.sender or reading.sender or "").casefold().split())[:_LONGEST_NAME]
    return f"{message.channel.value}\0{sender}" if sender else ""
