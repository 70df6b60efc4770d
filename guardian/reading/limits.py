"""How much of a message is read, and why no more.

Invariants: every limit has its reason beside it, a range, and a key in the owner's `[limits]`; a message that runs into
one is never called clean, because the reader that met the limit adds a coverage reason. The table of
docs/guide/limits.md is made of this file (`scripts/limit_table.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from guardian.errors import SettingsError
from guardian.settings_rules import Rule, Whole


def _bound(default: int, low: int, high: int) -> int:
    """A limit that the owner can set within a range: a field with metadata as `settings_sections.setting` makes it."""
    made: int = field(default=default, metadata={"rule": Whole(low, high), "flag": ""})
    return made


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading. The values are those of traps.md 5 where it names them."""

    max_bytes_read: int = _bound(25 * 1024 * 1024, 1024, 1024**3)
    """Bytes of one message that are read. Mail systems commonly refuse more than 25 MiB, and the standard
    library's parser holds several times a mail's size in memory. A longer text is read at both ends."""
    window_bytes: int = _bound(1000, 100, 4000)
    """UTF-8 bytes in one window. English averages about four bytes a token, so a window is about 250 tokens: well
    inside the encoder's 512 positions even where the text is denser than that."""
    overlap_bytes: int = _bound(200, 0, 1000)
    """Bytes that a window at least repeats of the one before it: two sentences, so that a demand that lies over an
    edge stands whole in one of them."""
    max_windows: int = _bound(64, 1, 4096)
    """Windows of one message that are judged: some 50 kB of text, about three seconds of a slow processor."""
    max_parts: int = _bound(500, 1, 10_000)
    """Parts of one mail. Parsing costs about 0.2 ms a part, and honest mails have fewer than 50."""
    max_depth: int = _bound(50, 1, 200)
    """Depth of parts in parts. The parser recurses, and it asks every open boundary about every line."""
    max_header_bytes: int = _bound(64 * 1024, 1024, 1024**2)
    """Bytes of one block of headers. Large mail systems accept about this much."""
    max_headers: int = _bound(1000, 1, 10_000)
    """Header lines in one block. Honest mails have fewer than 200."""
    max_address_bytes: int = _bound(998, 100, 4096)
    """Bytes of a From or Reply-To that are taken apart: one line of RFC 5322. The standard library's address parser
    is quadratic (50 s for 64 kB of quotation marks)."""
    max_html_tags: int = _bound(100_000, 100, 1_000_000)
    """Tags of one HTML text; a long newsletter has 5,000. Bounds the memory of the tree."""
    max_html_attributes: int = _bound(100, 10, 1000)
    """Attributes of one tag. The HTML parser compares each with all before it (200,000 took 108 s)."""
    max_html_depth: int = _bound(512, 10, 2048)
    """Elements in elements. Browsers stop here too (Blink: 512). The HTML parser walks the open elements at every tag,
    so 100,000 nested `<div>` took it 16 s."""
    max_html_nodes: int = _bound(500_000, 1000, 5_000_000)
    """Nodes that the HTML parser may make. It opens every unclosed formatting element again in each paragraph, so that
    41 kB became a million nodes."""
    max_decode_depth: int = _bound(3, 1, 8)
    """Encodings inside each other that are undone. Honest texts have one at most, or two (a forwarded mail's)."""
    max_decode_growth: int = _bound(10, 1, 100)
    """Times its packed size that a packed text is unpacked to. Prose packs three or four times; bombs a thousand."""
    max_decode_texts: int = _bound(1000, 1, 100_000)
    """Encoded texts that are decoded. Honest messages have a few; each takes some 0.05 ms to judge."""
    max_decode_packed: int = _bound(100, 1, 10_000)
    """Packed texts that are unpacked. Each takes some 0.1 ms, however short it is."""
    max_decoded_bytes: int = _bound(1024 * 1024, 1024, 16 * 1024**2)
    """Bytes of text, in all, that are decoded from one message: more than its windows could judge."""
    max_undisguised_chars: int = _bound(256 * 1024, 1024, 16 * 1024**2)
    """Characters of one message in which disguised words are looked for; of longer texts, at both ends: about a second
    of a slow processor where every word is disguised, and five times what the windows could judge."""

    def __post_init__(self) -> None:
        small = next((name for name in self.__slots__ if getattr(self, name) < 1 and name != "overlap_bytes"), None)
        if small is not None:
            raise SettingsError(f"limit {small} is {getattr(self, small)}", hint="it must be at least 1")
        if not 0 <= 4 * self.overlap_bytes <= self.window_bytes:
            raise SettingsError(
                f"limit overlap_bytes is {self.overlap_bytes} of window_bytes {self.window_bytes}",
                hint="the overlap may be at most a quarter of the window",
            )


def changed_limits(limits: Limits) -> list[str]:
    """The limits that are not at their defaults, as `name value`."""
    usual = Limits()
    return [
        f"{each.name} {getattr(limits, each.name):,}"
        for each in fields(limits)
        if getattr(limits, each.name) != getattr(usual, each.name)
    ]


def limit_rules() -> dict[str, Rule]:
    """Each limit's range, by name."""
    return {each.name: each.metadata["rule"] for each in fields(Limits)}
