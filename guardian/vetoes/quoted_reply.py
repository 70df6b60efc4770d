"""Sets aside what is only quoted back in a reply: words that stand in a quotation and nowhere else.

A sender can write a quotation that nobody ever said, so the veto is narrow. It never touches words aimed at an AI
(which reads quotations like any other text), links (which can be opened from a quotation as well), disguises, or a
finding without words. It wants a reply round the quotation, one that does not send the reader down into it ("see
below"). What is passed on (a forwarded message) is there to be read, and stands. And a quotation that is marked only by
a line before it ("On ... wrote:", Outlook's block of headers) counts only in a mail that says which mail it answers,
and from a sender that this machine remembers: a stranger could write both.
"""

from __future__ import annotations

import re
from typing import Final

from guardian.detectors.base import Evidence
from guardian.finding import Finding, Span
from guardian.message import Format
from guardian.reading.base import ViewKind
from guardian.reading.zones import Zone, ZoneKind, zones_of
from guardian.tactics import group_of, is_known
from guardian.vetoes.base import Veto

_NEVER_GROUPS: Final = frozenset({"to_ai", "obfuscation", "ai_to_human"})
_NEVER_TACTICS: Final = frozenset({"deceptive_link", "impersonation", "false_authority"})
_FEWEST_OWN_LETTERS: Final = 20
"""Letters outside the quotation that make it a reply."""
_POINTS_DOWN: Final = re.compile(
    r"(?i)\b(?:(?:see|as|per|read|details?|instructions?|request|mail|e-?mail|message|follow\w*|info\w*|from \w+)"
    r" (?:\w+ ){0,3}?(?:below|underneath)|below (?:mail|e-?mail|message|request|instructions?)|fyi|please (?:handle"
    r"|process"
    r"|action|arrange|take care of)|siehe unten|wie unten|untenstehend\w*|voir ci-dessous|ci-dessous|véase abajo"
    r"|más abajo"
    r"|zie onder|hieronder|onderstaand\w*|patrz niżej|poniżej|poniższ\w*)\b"
)
"""Words that make the quotation the sender's own."""


class QuotedReplyVeto(Veto):
    """Objects to findings whose every word is quoted back in a reply."""

    name = "quoted_reply"

    def objection(self, finding: Finding, evidence: Evidence) -> str | None:
        """One plain sentence where every span of the finding stands in quotations only, else None."""
        if evidence.message.format is Format.HTML or not finding.spans or not is_known(finding.tactic):
            return None
        if finding.tactic in _NEVER_TACTICS or group_of(finding.tactic) in _NEVER_GROUPS:
            return None
        texts = [view.text for view in evidence.reading.visible]
        quoted = [(text, _quotations(text, evidence)) for text in texts]
        own = [_own(text, zones) for text, zones in quoted]
        if sum(letter.isalpha() for text in own for letter in text) < _FEWEST_OWN_LETTERS:
            return None
        if any(_POINTS_DOWN.search(text) for text in own):
            return None
        if all(_is_quoted(span, quoted) for span in finding.spans):
            return "these words are quoted from an earlier message, not said in this one"
        return None


def _quotations(text: str, evidence: Evidence) -> list[Zone]:
    """The quotations that may count in this message."""
    envelope, sender = evidence.reading.envelope, evidence.sender
    is_known = sender is not None and bool(sender.seen)
    is_answer = is_known and envelope is not None and envelope.is_reply
    zones = (zone for zone in zones_of(text) if zone.kind is ZoneKind.QUOTE)
    return [zone for zone in zones if is_answer or _is_marked(text[zone.start : zone.end])]


def _is_marked(text: str) -> bool:
    """Whether every line begins with `>`, but for the one that says who wrote."""
    lines = [line for line in text.split("\n") if line.strip()]
    bare = [number for number, line in enumerate(lines) if not line.lstrip(" \t").startswith(">")]
    return len(bare) < len(lines) and all(number < 2 for number in bare)


def _own(text: str, quotations: list[Zone]) -> str:
    """The text without its quotations."""
    kept, place = [], 0
    for zone in quotations:
        kept.append(text[place : zone.start])
        place = zone.end
    return "\n".join([*kept, text[place:]])


def _is_quoted(span: Span, quoted: list[tuple[str, list[Zone]]]) -> bool:
    """Whether the span's words occur in the visible text, and in quotations only."""
    if span.view != ViewKind.VISIBLE.value or not span.quote:
        return False
    occurs = False
    for text, quotations in quoted:
        start = text.find(span.quote)
        while start >= 0:
            occurs = True
            end = start + len(span.quote)
            if not any(zone.start <= start and end <= zone.end for zone in quotations):
                return False
            start = text.find(span.quote, end)
    return occurs
