"""What a message holds that its reader does not see: hidden and decoded parts, characters without a shape, its source.

Invariants: every piece is safe for a terminal; nothing is said to be hidden but what the reading found hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardian.safe_text import safe_line
from guardian.visible_text import unseen_words
from tui.marking import Piece, ReadText, Role, shown_text
from tui.shown import Shown

SOURCE_BYTES: Final = 64 << 10
"""Of what was really sent, that are shown."""


def hint_pieces(text: ReadText) -> Iterator[Piece]:
    """Below the message: that more is in it than meets the eye."""
    words = []
    if text.hidden_parts:
        words.append(counted(text.hidden_parts, "hidden part"))
    if text.unseen:
        words.append(f"{counted(text.unseen.total(), 'character')} that nobody sees, shown as escapes")
    if words:
        yield Piece(f"\n\n[{'; '.join(words)}: press H]", Role.NOTE)


def concealed_pieces(text: ReadText) -> Iterator[Piece]:
    """What is hidden in the message, and which characters nobody sees; or that there is nothing of the kind."""
    if text.unseen:
        yield Piece(f"Characters that nobody sees, shown as escapes: {unseen_words(text.unseen)}\n\n", Role.NOTE)
    if text.hidden:
        yield from text.hidden
        yield Piece("\n\n", Role.NOTE)
    elif not text.unseen:
        yield Piece("Nothing is hidden in it.\n\n" if text.is_kept else "", Role.NOTE)


def counted(number: int, what: str) -> str:
    """`1 part`, `2 parts`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def source_pieces(shown: Shown) -> Iterator[Piece]:
    """What was really sent, byte by byte, as far as it is shown."""
    if shown.message is None:
        yield Piece(f"What was sent was not kept: {safe_line(shown.why_not)}", Role.NOTE)
        return
    raw = shown.message.raw
    cut = f", the first {SOURCE_BYTES >> 10} kB of" if len(raw) > SOURCE_BYTES else ","
    yield Piece(f"[what was really sent{cut} {len(raw):,} bytes]\n", Role.NOTE)
    yield Piece(shown_text(raw[:SOURCE_BYTES].decode("utf-8", "backslashreplace")), Role.PLAIN)
