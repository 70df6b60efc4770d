"""From a `Screened` to what a widget draws. Every word of a message passes `safe_text` here or in the core.

Invariants: no markup is parsed; an outcome is always a word and a shape, and a colour on top. Imported only once there
is something to draw: behind it stands the whole gate, which the first paint must not wait for.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.style import Style
from rich.text import Text
from textual.content import Content

from guardian.gate import Screened
from guardian.message import Channel
from guardian.safe_text import safe_line
from guardian.sinks.lines import short_reason, verdict_lines
from guardian.verdict import Outcome
from guardian.verdict_words import MARKS
from tui.marking import Piece, Role
from tui.triage import Item

COLOURS = {
    Outcome.CLEAN: "$text-success",
    Outcome.NOTICE: "$text-primary",
    Outcome.FLAGGED: "$text-error",
    Outcome.UNSURE: "$text-warning",
    Outcome.UNSCREENED: "$text-warning",
}
SPEAKERS = {Channel.INCOMING: "from a person", Channel.AI_OUTPUT: "from an AI"}
_ROLE_STYLES = {Role.PLAIN: "", Role.MARK: "bold underline $text-warning", Role.NOTE: "$foreground-muted italic"}
_SCORE_LINES = 2
"""Lines of numbers at the end of `verdict_lines` with scores."""
_DOES = "it"
"""How a line of `verdict_lines` begins that says what the message does; the words that do it stand behind a colon."""
_MUTED = "$foreground-muted"


class OutcomeCell(Text):
    """The first cell of a row, which carries the row's item, so that the table can sort by it."""

    __slots__ = ("item",)

    def __init__(self, item: Item, style: Style) -> None:
        outcome = item.screened.verdict.outcome
        super().__init__(MARKS[outcome] + outcome.value, style=style, no_wrap=True, end="")
        self.item = item


def cell(words: str) -> Text:
    """A table cell of one line, cut with an ellipsis where the column ends. `words` must be safe."""
    return Text(words, no_wrap=True, overflow="ellipsis", end="")


def reason_cell(screened: Screened) -> Text:
    """What the message does, or why it was not judged, in a few words."""
    return cell(short_reason(screened, 200))


def title(screened: Screened) -> Content:
    """Outcome, name and speaker of a message."""
    message, outcome = screened.message, screened.verdict.outcome
    name = safe_line(message.id or message.source)
    speaker = safe_line(message.sender) if message.sender else SPEAKERS[message.channel]
    mark = f"{MARKS[outcome]}{outcome.value}".strip()
    return Content.assemble((mark, f"bold {COLOURS[outcome]}"), "  ", (name, "bold"), "  ", (speaker, _MUTED))


def reasons(screened: Screened) -> Content:
    """Headline; what was not judged; what it does; your policy and your why; what you can do; scores last."""
    head, *lines = (line.strip() for line in verdict_lines(screened, scores=True))
    outcome = screened.verdict.outcome
    parts = [[Content.styled(f"{MARKS[outcome]}{head}".strip(), f"bold {COLOURS[outcome]}")]]
    lines, scores = lines[:-_SCORE_LINES], lines[-_SCORE_LINES:]
    for kind, grouped in groupby(lines, key=lambda line: line.split()[0]):
        group = list(grouped)
        parts.append(_doings(group) if kind == _DOES else [_labelled(line) for line in group])
    parts.append([Content.styled(line, _MUTED) for line in scores])
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
