"""What a model thinks before it answers is no answer: it is left out.

Models write it between two tags (DeepSeek-R1 and Qwen3 call them `<think>`), which a server may pass on as text.

Invariants: only what stands at the very beginning of an answer is left out; how the text came in pieces changes
nothing; thoughts that never end leave nothing.
"""

from __future__ import annotations

from typing import Final

_TAGS: Final = (("<think>", "</think>"), ("<thinking>", "</thinking>"))


class ThoughtFilter:
    """Takes one answer, piece by piece. White space before its first word goes too."""

    def __init__(self) -> None:
        self._held = ""
        self._end = ""
        """What ends the thoughts that are being left out."""
        self._is_past = False
        self.is_thinking = False
        """Whether it stands in thoughts that did not end."""

    def feed(self, piece: str) -> str:
        """What of the answer is known to be no thought."""
        if self._is_past:
            return piece
        self._held += piece
        if self.is_thinking:
            place = self._held.find(self._end)
            if place < 0:
                self._held = self._held[-len(self._end) :]
                return ""
            self._held = self._held[place + len(self._end) :]
            self.is_thinking = False
        self._held = self._held.lstrip()
        return self._begun()

    def finish(self) -> str:
        """What was held, at the end of the answer."""
        return "" if self._is_past or self.is_thinking else self._pass()

    def _begun(self) -> str:
        """What passes of an answer that has begun with what is held."""
        opened = None if self._end else next((tags for tags in _TAGS if self._held.startswith(tags[0])), None)
        if opened is not None:
            self._end, self.is_thinking = opened[1], True
            return self.feed("")
        is_open = not self._held or (not self._end and _may_open(self._held))
        return "" if is_open else self._pass()

    def _pass(self) -> str:
        held, self._held, self._is_past = self._held, "", True
        return held


def _may_open(begun: str) -> bool:
    """Whether it may yet become a tag."""
    return any(opening.startswith(begun) for opening, _ in _TAGS)
