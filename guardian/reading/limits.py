"""How much of a message is read, and why no more.

Invariant: every limit has its reason beside it; a message that runs into one is never called clean, because the
reader that met the limit adds a coverage reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from guardian.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading. The values are those of traps.md 5 where it names them."""

    max_bytes_read: int = 25 * 1024 * 1024
    """Bytes of one message that are read. Mail systems commonly refuse more than 25 MiB, and the standard
    library's parser holds several times a mail's size in memory. A longer text is read at both ends."""
    window_bytes: int = 1000
    """UTF-8 bytes in one window. English averages about four bytes a token, so a window is about 250 tokens: well
    inside the encoder's 512 positions even where the text is denser than that."""
    overlap_bytes: int = 200
    """Bytes that a window at least repeats of the one before it: two sentences, so that a demand that lies over an
    edge stands whole in one of them."""
    max_windows: int = 64
    """Windows of one message that are judged: some 50 kB of text, about three seconds of a slow processor."""
    max_parts: int = 500
    """Parts of one mail. Parsing costs about 0.2 ms a part, and honest mails have fewer than 50."""
    max_depth: int = 50
    """Depth of parts in parts. The parser recurses, and it asks every open boundary about every line."""
    max_header_bytes: int = 64 * 1024
    """Bytes of one block of headers. Large mail systems accept about this much."""
    max_headers: int = 1000
    """Header lines in one block. Honest mails have fewer than 200."""
    max_address_bytes: int = 998
    """Bytes of a From or Reply-To that are taken apart: one line of RFC 5322. The standard library's address parser
    is quadratic (50 s for 64 kB of quotation marks)."""
    max_html_tags: int = 100_000
    """Tags of one HTML text; a long newsletter has 5,000. Bounds the memory of the tree."""
    max_html_attributes: int = 100
    """Attributes of one tag. The HTML parser compares each with all before it (200,000 took 108 s)."""
    max_html_depth: int = 512
    """Elements in elements. Browsers stop here too (Blink: 512). The HTML parser walks the open elements at every tag,
    so 100,000 nested `<div>` took it 16 s."""
    max_html_nodes: int = 500_000
    """Nodes that the HTML parser may make. It opens every unclosed formatting element again in each paragraph, so that
    41 kB became a million nodes."""

    def __post_init__(self) -> None:
        small = next((name for name in self.__slots__ if getattr(self, name) < 1 and name != "overlap_bytes"), None)
        if small is not None:
            raise SettingsError(f"limit {small} is {getattr(self, small)}", hint="it must be at least 1")
        if not 0 <= 4 * self.overlap_bytes <= self.window_bytes:
            raise SettingsError(
                f"limit overlap_bytes is {self.overlap_bytes} of window_bytes {self.window_bytes}",
                hint="the overlap may be at most a quarter of the window",
            )
