"""Turns as messages: each with the conversation before it, and with a key that is its own.

Invariants: what the owner wrote is context and is never a message; a turn that could not be read is a message with
its fault; memory is bounded by `MOST_CONVERSATIONS` conversations of `MOST_TURNS` turns; the same export gives the same
keys in every process, and so does a longer export of the same chat.
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from guardian.message import Channel, Message
from guardian.rolling.turns import MOST_TURN_BYTES, MOST_TURNS
from guardian.sources.chats.base import Turn

MOST_CONVERSATIONS: Final = 1000
"""Conversations of one export whose last turns are remembered."""
_KEY_BYTES: Final = 16


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """A message of a chat."""

    message: Message
    key: bytes
    """Which turn it is: the same in a later export of the same chat."""
    number: int
    """Which message of the export it is, from 1."""


class Telling:
    """Remembers the last turns of each conversation. One for each export, or for each line to a messenger."""

    def __init__(self, *, source: str, channel: Channel, max_bytes: int) -> None:
        self._source, self._channel, self._max_bytes = source, channel, max_bytes
        self._recent: OrderedDict[str, deque[str]] = OrderedDict()
        self._same: Counter[bytes] = Counter()
        self._faults: Counter[bytes] = Counter()
        self._at: tuple[str, str] = ("", "")
        self._number = 0

    def tell(self, turns: Iterable[Turn]) -> Iterator[Told]:
        """The messages among the turns, in order."""
        for turn in turns:
            key = self._key(turn)
            context = tuple(self._recent.get(turn.conversation, ()))
            if turn.fault or (not turn.is_owner and turn.text.strip()):
                self._number += 1
                yield Told(self._message(turn, context), key, self._number)
            self._remember(turn)

    def _message(self, turn: Turn, context: tuple[str, ...]) -> Message:
        raw = turn.text.encode("utf-8", "surrogatepass")
        return Message(
            raw[: self._max_bytes + 1],
            channel=self._channel,
            id=turn.id or str(self._number),
            sender=turn.sender or None,
            source=self._source,
            context=context,
            fault=turn.fault,
            cut=turn.cut or len(raw) > self._max_bytes,
        )

    def _key(self, turn: Turn) -> bytes:
        """What was said where and when, and which of the same words of the same moment it is. Who said it is not in
        it, since people are renamed."""
        same = self._faults if turn.fault else self._same
        if not turn.fault and (turn.conversation, turn.at) != self._at:
            self._at = (turn.conversation, turn.at)
            same.clear()
        digest = hashlib.sha256()
        for part in (turn.conversation, turn.id or turn.at, turn.text, turn.fault):
            raw = part.encode("utf-8", "surrogatepass")
            digest.update(len(raw).to_bytes(8, "big") + raw)
        key = digest.digest()[:_KEY_BYTES]
        same[key] += 1
        return key + same[key].to_bytes(4, "big")

    def _remember(self, turn: Turn) -> None:
        if not turn.text.strip():
            return
        recent = self._recent.setdefault(turn.conversation, deque(maxlen=MOST_TURNS))
        recent.append(turn.text.strip()[-MOST_TURN_BYTES:])
        self._recent.move_to_end(turn.conversation)
        if len(self._recent) > MOST_CONVERSATIONS:
            self._recent.popitem(last=False)
