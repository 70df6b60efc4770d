"""The check of `guardian doctor` that tells what is remembered of conversations, and where.

Invariant: a check reports, it never raises for what it finds; no key is asked for.
"""

from __future__ import annotations

from typing import Final

from guardian.commands.doctor_checks import Check, Level
from guardian.journal.standing import standing
from guardian.settings import Settings

_WHAT: Final = "conversations"


def check_conversations(settings: Settings) -> Check:
    """For how long a sender's messages are judged together, and whether other runs know of them."""
    hours = settings.conversation.remember_hours
    if not hours:
        return Check(Level.OK, _WHAT, "each message is judged by itself (conversation.remember_hours = 0)")
    told = f"a sender's messages of {hours} h are judged together as well as alone"
    now = standing(settings)
    if now.trouble:
        return Check(Level.WARN, _WHAT, f"{told}; within one run only, because the journal cannot be used")
    return Check(
        Level.OK, _WHAT, f"{told}; they are kept sealed under the journal's key, and in memory alone while it is locked"
    )
