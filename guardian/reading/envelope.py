"""What a mail says about itself: who wrote, to whom an answer goes, what is attached, what a server vouches for.

Everything here is a stranger's word, bounded in length and number. Leaf: standard library and views only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guardian.reading.base import View

MOST_SENDERS: Final = 8
MOST_THREAD: Final = 20
MOST_AUTHENTICATION: Final = 8
MOST_RESULTS: Final = 16
MOST_ATTACHMENTS: Final = 500
LONGEST_NAME: Final = 255
"""Characters of a file's name that are kept: its end, since that says what the file is."""
LONGEST_ID: Final = 250
"""Characters of one message id or of a server's name."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """One Authentication-Results header (RFC 8601): what some server says that it checked."""

    server: str
    """The server's own name for itself, lower case. Anybody can write one: see `guardian.sender_facts`."""
    results: tuple[tuple[str, str], ...]
    """Method and result, lower case, such as `("dmarc", "fail")`."""


@dataclass(frozen=True, slots=True, repr=False)
class Attachment:
    """One file of a mail."""

    name: str
    """As its sender names it, decoded; empty where it has none."""
    kind: str
    """Declared MIME type."""
    size_bytes: int
    """As it stands in the mail."""
    start: int
    """First byte of its content in the message's raw bytes."""
    end: int
    is_read: bool
    """Whether what it says is among the views."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One multipart/alternative: the forms in which the mail claims to say the same. A program shows one of them."""

    plain: tuple[View, ...]
    html: tuple[View, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers of a mail that tell a person whether to trust its sender."""

    senders: tuple[str, ...] = ()
    """Every address that From headers name, each once."""
    from_headers: int = 0
    """How many From headers there are; RFC 5322 allows one, and programs differ in which of several they show."""
    sent_by: str | None = None
    """Address of the Sender header, where it has one."""
    is_list: bool = False
    """Whether it says that it comes by a mailing list or goes to many."""
    thread: tuple[str, ...] = ()
    """Message ids of the mails before it (References, In-Reply-To), oldest first."""
    authentication: tuple[Authentication, ...] = ()
    """Topmost first: a receiving server writes above what was there."""

    @property
    def is_reply(self) -> bool:
        """Whether it says that it answers an earlier mail."""
        return bool(self.thread)
