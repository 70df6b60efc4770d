"""A unified difference as it is shown: lines by their sign, and within a changed line the words that changed.

Invariants: the signs stay, so that it reads the same without colours; every line passes `safe_text`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content

from guardian.safe_text import safe_text

_WORD: Final = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST_LINE: Final = 2_000
"""A longer line is shown without its changed words: finding them is quadratic."""
_ALIKE: Final = 0.4
"""Lines that share less than this are others, and no change of one another."""
_STYLES: Final = {"+": "$text-success", "-": "$text-error"}
_CHANGED: Final = " bold underline"


def diff_content(diff: str) -> Content:
    """The difference, ready to be drawn; its two lines of file names are left out."""
    lines = [line for line in safe_text(diff).split("\n") if not line.startswith(("--- ", "+++ "))]
    shown: list[Content] = []
    at = 0
    while at < len(lines):
        taken = _run(lines, at, "-")
        added = _run(lines, at + len(taken), "+")
        if taken or added:
            shown += _changed(taken, added)
            at += len(taken) + len(added)
        else:
            shown.append(Content.styled(lines[at], "$foreground-muted" if lines[at].startswith("@@") else ""))
            at += 1
    return Content("\n").join(shown)


def _run(lines: Sequence[str], start: int, sign: str) -> list[str]:
    end = start
    while end < len(lines) and lines[end].startswith(sign):
        end += 1
    return list(lines[start:end])


def _changed(taken: Sequence[str], added: Sequence[str]) -> Iterator[Content]:
    """Lines that went, then those that came; each pair that is alike with its words marked."""
    pairs = [_marked(old, new) for old, new in zip(taken, added, strict=False)]
    for number, old in enumerate(taken):
        yield pairs[number][0] if number < len(pairs) else Content.styled(old, _STYLES["-"])
    for number, new in enumerate(added):
        yield pairs[number][1] if number < len(pairs) else Content.styled(new, _STYLES["+"])


def _marked(old: str, new: str) -> tuple[Content, Content]:
    plain = Content.styled(old, _STYLES["-"]), Content.styled(new, _STYLES["+"])
    if max(len(old), len(new)) > _LONGEST_LINE:
        return plain
    before, after = _WORD.findall(old[1:]), _WORD.findall(new[1:])
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return plain
    went: list[tuple[str, str]] = [("-", _STYLES["-"])]
    came: list[tuple[str, str]] = [("+", _STYLES["+"])]
    for step, start, end, new_start, new_end in matcher.get_opcodes():
        mark = "" if step == "equal" else _CHANGED
        went.append(("".join(before[start:end]), _STYLES["-"] + mark))
        came.append(("".join(after[new_start:new_end]), _STYLES["+"] + mark))
    return tuple(Content.assemble(*(part for part in parts if part[0])) for parts in (went, came))  # type: ignore[return-value]
