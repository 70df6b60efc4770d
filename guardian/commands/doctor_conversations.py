"""The checks of `guardian doctor` that tell what is remembered of conversations and of senders, and where.

Invariant: a check reports, it never raises for what it finds; no key is asked for, and nothing is written.
"""

from __future__ import annotations

from contextlib import closing
from typing import Final

from guardian.commands.doctor_checks import Check, Level
from guardian.journal.standing import standing
from guardian.settings import Settings

_WHAT: Final = "conversations"
_SENDERS: Final = "senders"
_NOBODY: Final = "nobody@guardian.invalid"


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


def check_senders(settings: Settings) -> Check:
    """Whether it is remembered from whom messages came, and whether that can be read."""
    if settings.senders.remember == "off":
        return Check(Level.OK, _SENDERS, "nobody is remembered (senders.remember = off)")
    from guardian.contacts import Contacts

    with closing(Contacts(settings.paths.contacts_file, settings.paths.contacts_key)) as contacts:
        contacts.look_up(_NOBODY, "")
        problem = contacts.problem
    if problem:
        return Check(Level.WARN, _SENDERS, f"{problem}; a new sender and a look-alike of a known one are not told")
    return Check(Level.OK, _SENDERS, "from whom messages came is remembered, as keyed hashes")
