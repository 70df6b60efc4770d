"""Sets aside what is only quoted back in a reply: words that stand in lines beginning with `>` and nowhere else.

A sender can write `>` too, so the veto is narrow: it never touches words aimed at an AI (which reads quoted lines like
any others), links (which can be opened from a quote as well) or disguises; it never touches a finding without words;
and it wants a reply around the quote, so that a message made of quoted lines alone earns nothing.
"""

from __future__ import annotations

from typing import Final

from guardian.detectors.base import Evidence
from guardian.finding import Finding, Span
from guardian.message import Format
from guardian.reading.base import ViewKind
from guardian.tactics import group_of, is_known
from guardian.vetoes.base import Veto

_NEVER_GROUPS: Final = frozenset({"to_ai", "obfuscation", "ai_to_human"})
_NEVER_TACTICS: Final = frozenset({"deceptive_link"})
_FEWEST_OWN_LETTERS: Final = 20
"""Letters outside the quote that make it a reply."""


class QuotedReplyVeto(Veto):
    """Objects to findings whose every word is quoted back in a reply."""

    name = "quoted_reply"

    def objection(self, finding: Finding, evidence: Evidence) -> str | None:
        """One plain sentence where every span of the finding stands in quoted lines only, else None."""
        if evidence.message.format is Format.HTML or not finding.spans or not is_known(finding.tactic):
            return None
        if finding.tactic in _NEVER_TACTICS or group_of(finding.tactic) in _NEVER_GROUPS:
            return None
        texts = [view.text for view in evidence.reading.visible]
        if sum(_own_letters(text) for text in texts) < _FEWEST_OWN_LETTERS:
            return None
        if all(_is_quoted(span, texts) for span in finding.spans):
            return "these words are quoted from an earlier message, not said in this one"
        return None


def _is_quoted(span: Span, texts: list[str]) -> bool:
    """Whether the span's words occur in the visible text, and in quoted lines only."""
    if span.view != ViewKind.VISIBLE.value or not span.quote:
        return False
    occurs = False
    for text in texts:
        start = text.find(span.quote)
        while start >= 0:
            occurs = True
            if not _lines_are_quoted(text, start, start + len(span.quote)):
                return False
            start = text.find(span.quote, start + len(span.quote))
    return occurs


def _lines_are_quoted(text: str, start: int, end: int) -> bool:
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    lines = text[first : last if last >= 0 else len(text)].split("\n")
    return all(line.lstrip(" \t").startswith(">") for line in lines)


def _own_letters(text: str) -> int:
    own = (line for line in text.split("\n") if not line.lstrip(" \t").startswith(">"))
    return sum(letter.isalpha() for line in own for letter in line)
