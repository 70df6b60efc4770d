"""The one door through which untrusted text reaches a terminal, stream, log, title or notification.

Invariant: the result holds no control character but line feed and tab, no escape, no C1 control, no bidi
control, no line or paragraph separator, no lone surrogate and no tag character. Each becomes a visible
escape such as `\\x1b` or `\\u{202e}`, so nothing is silently dropped.

Sources: ECMA-48 (C0, C1), Unicode Standard Annex 9 (bidi controls), Unicode 16 section 23.9 (tag characters).
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f"  # C0 but TAB and LF; DEL
    "\x80-\x9f"  # C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi controls
    "\u2028\u2029"  # line and paragraph separator
    "\ud800-\udfff"  # lone surrogates
    "\U000e0000-\U000e007f"  # tag characters
    "]"
)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def safe_text(text: str) -> str:
    """`text` with every dangerous character made visible. Line feeds and tabs stay. Idempotent."""
    return _UNSAFE.sub(_escape, text)


def safe_line(text: str, limit: int | None = None) -> str:
    """`safe_text` on one line: runs of white space become one space; cut at `limit` characters with an ellipsis."""
    line = " ".join(safe_text(text).split())
    if limit is not None and len(line) > limit:
        return line[: max(limit - 1, 0)] + "…"
    return line
