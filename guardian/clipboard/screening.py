"""What lies on the clipboard, judged by the warm service.

It is judged as a draft first, which leaves no trace: most of what is copied is the owner's own, and clean. Whatever is
not clean is judged again for the journal, like a message from anywhere else. So of clean content nothing is kept, not
even that there was some.

Invariants: no model and no journal in this process; content is said to be clean only by an `Answer`; what could not be
asked about is told as not screened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from guardian.clipboard.base import Clipboard, ClipboardError, Content, Selection
from guardian.errors import GuardianError
from guardian.message import Channel, Message
from guardian.outcome import Outcome

if TYPE_CHECKING:
    from guardian.service.answer import Answer

ASKED: Final = {Selection.CLIPBOARD: "clipboard once", Selection.PRIMARY: "selection"}
"""The source of what the owner asks about: the asker tells the desktop of it (`guardian.notifications.notable`)."""
WATCHED: Final = "clipboard"
"""The source of what is screened as it is copied."""


class Asks(Protocol):
    """What this module needs of `guardian.service.client.ServiceClient`."""

    def screen(self, message: Message, *, all_policies: bool = False) -> Answer:
        """The verdict. Raises GuardianError where there is none to be had."""
        ...


@dataclass(frozen=True, slots=True)
class NotScreened:
    """There was a text, and nobody judged it."""

    why: str
    """One line."""


def ask_about(content: Content, client: Asks, channel: Channel, source: str) -> Answer:
    """The verdict on a text. Raises GuardianError where the service gives none."""
    message = Message(content.data, channel=channel, source=source, cut=content.cut, draft=True)
    answer = client.screen(message)
    if answer.outcome is Outcome.CLEAN:
        return answer
    return client.screen(replace(message, draft=False))


def watch(clipboard: Clipboard, client: Asks, channel: Channel, most_bytes: int) -> Iterator[Answer | NotScreened]:
    """The verdict on each text that is copied, as long as the clipboard is there. What is copied twice in a row, as
    programs do that keep a history, is judged once. Raises ClipboardError where changes can't be followed."""
    last = b""
    for is_data in clipboard.changes():
        try:
            found = clipboard.read(Selection.CLIPBOARD, most_bytes) if is_data else None
        except ClipboardError as error:  # whoever holds it does not answer: that is no reason to be blind from then on
            last = b""
            yield NotScreened(error.line())
            continue
        if not isinstance(found, Content):
            last = b""
            continue
        mark = hashlib.sha256(found.data).digest()
        if mark == last:
            continue
        last = mark
        try:
            yield ask_about(found, client, channel, WATCHED)
        except GuardianError as error:
            last = b""  # copied again, it is asked again
            yield NotScreened(error.line())
