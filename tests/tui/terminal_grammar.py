"""What the app may send to a terminal: every byte is held against this, and anything else is named.

The sequences are those that Textual 8.2.8 sends of its own for a screen, seen on a pseudo-terminal: modes (ECMA-48,
xterm's private ones), cursor places, colours, keyboard protocols, the shape of the mouse's pointer. Whatever is no
such sequence must be text, and the same after `safe_text`.
"""

from __future__ import annotations

import re
from typing import Final

from guardian.safe_text import safe_text

_MODES: Final = "7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048"
"""Wrapping, cursor, mouse, focus, alternate screen, bracketed paste, synchronised output, theme and size reports."""

MEANT: Final = re.compile(
    "|".join(
        (
            r"\x1b\[[0-9;:]*m",  # colours
            r"\x1b\[\d+;\d+H",  # the cursor's place
            rf"\x1b\[\?(?:{_MODES})[hl]",
            r"\x1b\[\?(?:2026|2031|2048)\$p",  # asks whether the terminal knows a mode
            r"\x1b\[[<>]\d*u",  # kitty's keyboard protocol, on and off
            r"\x1b\]22;[a-z-]+\x07",  # the shape of the mouse's pointer
            r"\r\n|\n|\r",
        )
    )
)
CLIPBOARD: Final = re.compile(r"\x1b\]52;c;[A-Za-z0-9+/=]*\x07")
"""What a copy at the owner's word sends; nothing else may."""


def not_meant(sent: bytes, *, copies: int = 0) -> list[str]:
    """Everything in `sent` that the app may not send, each with a few characters round it; `copies` copies may be."""
    text = sent.decode("utf-8", "surrogateescape")
    found = []
    if copies:
        text, count = CLIPBOARD.subn("", text)
        found += [f"{count} writes to the clipboard, {copies} were asked for"] if count != copies else []
    place = 0
    for match in MEANT.finditer(text):
        found += _unsafe(text, place, match.start())
        place = match.end()
    return found + _unsafe(text, place, len(text))


def _unsafe(text: str, start: int, end: int) -> list[str]:
    run = text[start:end]
    if safe_text(run) == run:
        return []
    around = text[max(start - 20, 0) : min(end + 20, len(text))]
    return [ascii(around)]
