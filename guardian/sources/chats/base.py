"""What every chat export comes down to: turns, in the order in which the export has them.

Invariants: a `Turn` never shows its text in `repr`; `is_owner` is true only where the export's own structure, or the
owner, says so.
"""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Final

MAX_TEXT_BYTES: Final = 1 << 20
"""UTF-8 bytes of one turn that are read; messengers allow 4 to 64 KiB. A longer one is cut and says so."""
HEAD_BYTES: Final = 8 * 1024
"""Bytes at the beginning of a file by which a format is recognised."""
MAX_NAME_CHARACTERS: Final = 200
"""Characters of a sender, an id, a time or a conversation's name that are kept."""


@dataclass(frozen=True, slots=True, repr=False)
class Turn:
    """One message of a chat, by whoever wrote it."""

    text: str
    """What was written. Untrusted, as is every other string here."""
    sender: str = ""
    """Who wrote it, as the export names them; empty for lines that name nobody."""
    is_owner: bool = False
    """Whether the owner wrote it: then it is context, and is not screened."""
    conversation: str = ""
    """Which conversation it belongs to, where one export holds several."""
    id: str = ""
    """The messenger's own name for it, unique in its conversation; empty where the export has none."""
    at: str = ""
    """When, as the export writes it."""
    fault: str = ""
    """Why it could not be read. One lower-case line, safe to show."""
    cut: bool = False
    """Whether the text was longer than what was read of it."""

    def __repr__(self) -> str:
        return f"Turn(id={self.id!r}, characters={len(self.text)}, is_owner={self.is_owner})"


class ChatFormat(ABC):
    """One kind of export. Registered by being in this folder."""

    name: ClassVar[str]
    """Stable name: the kind in `sources.toml`."""
    title: ClassVar[str]
    """What the owner calls it."""
    suffixes: ClassVar[frozenset[str]]
    """What the files end in, lower case, with the dot."""
    names_chats: ClassVar[bool] = True
    """Whether the turns say which conversation they belong to; else each file is one, and its name names it."""

    @abstractmethod
    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with `head` (at most `HEAD_BYTES`) is such an export. Never raises."""

    @abstractmethod
    def turns(self, stream: BinaryIO, *, me: tuple[str, ...] = ()) -> Iterator[Turn]:
        """The turns, in the file's order. `me`: how the export names the owner.

        Never raises for what the file holds; an OSError of the stream passes.
        """


def name_of(value: object) -> str:
    """A name, id or time out of an export as text: one line, bounded; empty where it is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)[: 4 * MAX_NAME_CHARACTERS] if isinstance(value, str) or abs(value) < 1 << 64 else ""
    return " ".join(text.split())[:MAX_NAME_CHARACTERS]


def is_me(name: str, me: tuple[str, ...]) -> bool:
    """Whether the owner goes by that name; marks that do not show, letter case and white space do not count."""
    plain = plain_name(name)
    return bool(plain) and any(plain == plain_name(each) for each in me)


def plain_name(name: str) -> str:
    """A name as it is compared: composed, without format characters, in small letters."""
    shown = (each for each in unicodedata.normalize("NFC", name) if unicodedata.category(each) != "Cf")
    return " ".join("".join(shown).casefold().split())


def clipped(text: str) -> tuple[str, bool]:
    """`text` within `MAX_TEXT_BYTES`, and whether it was longer."""
    if len(text) * 4 <= MAX_TEXT_BYTES:
        return text, False
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) <= MAX_TEXT_BYTES:
        return text, False
    return raw[:MAX_TEXT_BYTES].decode("utf-8", "ignore"), True
