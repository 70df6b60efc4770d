"""Where a text that is still being written may be cut: after a sentence, a line, a piece of code.

Invariants: where the cuts lie depends on the text alone, never on the pieces in which it came: a cut is made only once
no further character could move it. A unit is at most `MOST_CODE_CHARS` long (white space before it aside), begins where
the last one ended, and holds something to be read, unless the text ends. Linear in the length of the text.
"""

from __future__ import annotations

import re

from guardian.reading.sentences import MAX_SENTENCE_CHARS, split_sentences

MOST_CODE_CHARS = 1200
"""Longest piece of a code block that is judged at once: about thirty lines."""
_VIEW_CHARS = MAX_SENTENCE_CHARS + 20
"""How far a sentence is looked for: its greatest length, and what may stand behind its stop."""
_MOST_BLANK_CHARS = 4096
_FENCE = re.compile(r"```|~~~")
_BLANK = re.compile(r"\s*")
_MOST_CLOSING_CHARS = 4
_MAY_END = re.compile(r"""[.!?\u2026\u3002\uff01\uff1f]["'\u2019\u201d\u00bb)\]]*$""")
"""A stop, and what closes behind it (`guardian.reading.sentences`)."""


class UnitCutter:
    """Cuts one text, piece by piece."""

    def __init__(self) -> None:
        self._text = ""
        self._fence = ""
        """What ends the code block that the text is in; empty outside of one."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is waiting for its end."""
        return not self._text

    def feed(self, piece: str) -> list[str]:
        """The units that `piece` completes; together with what waits they are the text."""
        self._text += piece
        return self._cut(is_final=False)

    def flush(self) -> list[str]:
        """What waits, as units: no more is to be waited for."""
        return self._cut(is_final=True)

    def foreseen(self) -> str:
        """The unit that ends with what has come, if white space and a new sentence come next; empty where none would.

        Only that tells whether it has ended: this is a guess, by which nothing may pass.
        """
        said = self._text.rstrip()
        if self._fence or not _MAY_END.search(said[-_MOST_CLOSING_CHARS:]) or len(said) > MAX_SENTENCE_CHARS:
            return ""
        ahead = UnitCutter()
        units = ahead.feed(f"{self._text} A")
        return units[0] if units == [said] else ""

    def _cut(self, *, is_final: bool) -> list[str]:
        units: list[str] = []
        start = 0
        while start < len(self._text):
            end = self._end(start, is_final)
            if end is None:
                break
            units.append(self._text[start:end])
            start = end
        self._text = self._text[start:]
        return units

    def _end(self, start: int, is_final: bool) -> int | None:
        blank = _BLANK.match(self._text, start, start + _MOST_BLANK_CHARS)
        begin = blank.end() if blank is not None else start
        if begin - start == _MOST_BLANK_CHARS:
            return begin
        if begin == len(self._text):
            return begin if is_final else None
        if self._fence:
            return self._code_end(begin, start, self._fence, is_final)
        head = self._text[begin : begin + 3]
        if head in ("`", "``", "~", "~~") and not is_final:
            return None
        if _FENCE.fullmatch(head):
            return self._code_end(begin, begin + len(head), head, is_final)
        return self._sentence_end(begin, is_final)

    def _sentence_end(self, begin: int, is_final: bool) -> int | None:
        view = self._text[begin : begin + _VIEW_CHARS]
        ranges = split_sentences(view)
        is_full = len(view) == _VIEW_CHARS
        for number, (_, end) in enumerate(ranges):
            is_sure = number + 1 < len(ranges) or is_full
            if not is_sure:
                break
            # "1." of a list, "-" of a line: not yet anything to be read
            if any(map(str.isalpha, view[:end])) or (number + 1 == len(ranges) and is_full):
                return begin + end
        return len(self._text) if is_final else None

    def _code_end(self, begin: int, inside: int, fence: str, is_final: bool) -> int | None:
        """The end of the block that `fence` ends, or of what of it is judged at once."""
        close = self._text.find(fence, inside, begin + MOST_CODE_CHARS)
        if close >= 0:
            self._fence = ""
            return close + len(fence)
        is_full = len(self._text) - begin >= MOST_CODE_CHARS
        if not is_full and not is_final:
            return None
        self._fence = fence
        line = self._text.rfind("\n", begin + 1, begin + MOST_CODE_CHARS) if is_full else -1
        return line if line > begin else min(begin + MOST_CODE_CHARS, len(self._text))
