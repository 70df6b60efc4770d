"""Opens the memory of conversations that fits a run.

Invariants: a run that keeps nothing in the journal, or judges by policies that were named for it alone, neither reads
nor writes what is remembered; switched off, what was remembered is gone.
"""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

from guardian.journal.secret import Secret
from guardian.policy.life.standing import is_borrowed
from guardian.recording import NoRecord, Recorder
from guardian.rolling.base import Conversations, NoConversations
from guardian.rolling.memory import RememberedConversations
from guardian.settings import Settings

_HOUR_S: Final = 3600.0


@runtime_checkable
class HasKey(Protocol):
    """A recorder whose journal can seal more than verdicts."""

    def sealing_key(self, purpose: bytes) -> Secret | None:
        """A key derived from the journal's for one purpose; None while that is not to be had."""
        ...


def open_conversations(settings: Settings, recorder: Recorder | None) -> Conversations:
    """The memory for a run with this recorder. Nothing is read, and no key asked for, before the first message."""
    if recorder is None or isinstance(recorder, NoRecord) or is_borrowed(settings):
        return NoConversations()
    remember_s = settings.conversation.remember_hours * _HOUR_S
    if not remember_s:
        if settings.paths.conversations.exists():
            from guardian.rolling.sealed import forget_all

            forget_all(settings.paths.conversations)
        return NoConversations()
    window_bytes = settings.limits.window_bytes
    if not isinstance(recorder, HasKey):
        return RememberedConversations(remember_s=remember_s, window_bytes=window_bytes)
    from guardian.rolling.sealed import PURPOSE, SealedShelf  # here: a run that keeps nothing need not import ciphers

    keeper = recorder
    shelf = SealedShelf(settings.paths.conversations, lambda: keeper.sealing_key(PURPOSE), remember_s)
    return RememberedConversations(remember_s=remember_s, window_bytes=window_bytes, shelf=shelf)
