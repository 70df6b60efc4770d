"""What the gate knows of conversations: the seam between it and their memory.

Invariants: a memory never raises and never takes anything away from what a message says by itself: it may add one view,
in which earlier messages stand before this one.
"""

from __future__ import annotations

from typing import Protocol, final

from guardian.message import Message
from guardian.reading.base import Reading


class Conversations(Protocol):
    """Remembers what was sent, for a while."""

    def with_earlier(self, message: Message, reading: Reading) -> Reading:
        """The reading with a view and a window in which earlier messages of the conversation stand before this one; as
        it was where there are none, or where the source gave the conversation itself. Remembers this message."""
        ...

    def told(self, message: Message, reading: Reading) -> None:
        """This message was flagged by its own words."""
        ...


@final
class NoConversations:
    """Remembers nothing: for runs that are to leave no trace and find none, and where the owner wants none."""

    def with_earlier(self, message: Message, reading: Reading) -> Reading:
        """The reading as it was."""
        return reading

    def told(self, message: Message, reading: Reading) -> None:
        """Nothing."""
