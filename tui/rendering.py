"""From a verdict to what a widget draws. Every word of a message passes `safe_text` here or in the core.

Invariants: no markup is parsed; an outcome is always a word and a shape, and a colour on top. Imported only once there
is something to draw: behind it stands the whole gate, which the first paint must not wait for.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from textual.content import Content

from guardian.message import Channel
from guardian.safe_text import safe_line
from guardian.verdict import Outcome, Verdict
from guardian.verdict_words import HEADLINES, MARKS, reason_lines, score_lines
from tui.marking import Piece, Role
from tui.shown import Shown

COLOURS = {
    Outcome.CLEAN: "$text-success",
    Outcome.NOTICE: "$text-primary",
    Outcome.FLAGGED: "$text-error",
    Outcome.UNSURE: "$text-warning",
    Outcome.UNSCREENED: "$text-warning",
}
SPEAKERS = {Channel.INCOMING: "from a person", Channel.AI_OUTPUT: "from an AI"}
_ROLE_STYLES = {Role.PLAIN: "", Role.MARK: "bold underline $text-warning", Role.NOTE: "$foreground-muted italic"}
_DOES = "it"
"""How a line of `reason_lines` begins that says what the message does; the words that do it stand behind a colon."""
_MUTED = "$foreground-muted"


def title(shown: Shown) -> Content:
    """Outcome, name and speaker of a message."""
    outcome = shown.verdict.outcome
    name = safe_line(shown.name)
    speaker = safe_line(shown.sender) if shown.sender else SPEAKERS[Channel(shown.verdict.channel)]
    mark = f"{MARKS[outcome]}{outcome.value}".strip()
    return Content.assemble((mark, f"bold {COLOURS[outcome]}"), "  ", (name, "bold"), "  ", (speaker, _MUTED))


def reasons(verdict: Verdict) -> Content:
    """Headline; what was not judged; what it does; your policy and your why; what you can do; scores last."""
    outcome = verdict.outcome
    head = Content.styled(f"{MARKS[outcome]}{HEADLINES[outcome]}".strip(), f"bold {COLOURS[outcome]}")
    parts = [[head]]
    lines = reason_lines(verdict)
    for kind, grouped in groupby(lines, key=lambda line: line.split()[0]):
        group = list(grouped)
        parts.append(_doings(group) if kind == _DOES else [_labelled(line) for line in group])
    parts.append([Content.styled(line, _MUTED) for line in score_lines(verdict)])
    return Content("\n\n").join(Content("\n").join(part) for part in parts)


def marked(pieces: Iterable[Piece]) -> Content:
    """A message's text with its marks."""
    return Content.assemble(*((piece.text, _ROLE_STYLES[piece.role]) for piece in pieces)).rstrip()


def _doings(lines: Iterable[str]) -> list[Content]:
    """What the message does, with each quote said once, below all that it stands for."""
    by_quote: dict[str, list[str]] = {}
    for line in lines:
        doing, _, quote = line.partition(": ")
        by_quote.setdefault(quote, []).append(doing)
    shown: list[Content] = []
    for quote, doings in by_quote.items():
        shown += [Content.styled(doing, "bold") for doing in doings]
        shown += [Content.styled(quote, COLOURS[Outcome.UNSURE])] if quote else []
    return shown


def _labelled(line: str) -> Content:
    label, colon, rest = line.partition(": ")
    return Content.assemble((label, "bold $text-primary"), colon, rest)
