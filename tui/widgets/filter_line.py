"""The filter line of the Inbox: the journal's short codes, with what could stand there next, and what is wrong.

Invariants: a filter that can't be read takes nothing off the list; what is wrong is said at its column, below the line,
while the owner types; a word that is offered is taken with tab alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as AppMessage
from textual.timer import Timer
from textual.widgets import Input, Static

from tui.keys import FILTER_KEYS
from tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from guardian.journal.filters.completion import Completions, Option
    from guardian.journal.filters.matching import Filter

PAUSE_S: Final = 0.15
"""How long typing must have stopped before the list is filtered."""
MOST_OFFERED: Final = 6
_FEW_OFFERED: Final = 3
_LOW_LINES: Final = 30
"""On a lower screen few are offered, so that the list stays in sight."""
MOST_REMEMBERED: Final = 50


@dataclass(repr=False)
class FilterGiven(AppMessage):
    """From now on this filter is in force; None: none is."""

    filter: Filter | None
    text: str


@dataclass(repr=False)
class FilterDone(AppMessage):
    """The owner is through with typing."""


class FilterLine(Vertical):
    """A line, what can stand in it, what is wrong with it, and how much it finds."""

    BINDINGS: ClassVar[list[BindingType]] = list(FILTER_KEYS)

    def __init__(self) -> None:
        super().__init__(id="filter-line")
        self._policies: Sequence[str] = ()
        self._senders: Sequence[str] = ()
        self._offered: Completions | None = None
        self._pointed = 0
        self._earlier: list[str] = []
        self._at = 0
        self._timer: Timer | None = None
        self._in_force = ""

    def compose(self) -> ComposeResult:
        """The line, and below it what there is to say."""
        yield LineInput(
            placeholder="~o flagged ~d 7d !~s @bank.example gift   (~ shows the codes)", id="filter", compact=True
        )
        yield Static("", markup=False, id="filter-says")
        yield Static("", markup=False, id="filter-offers")

    @property
    def line(self) -> LineInput:
        """Where the owner types."""
        return self.query_one(LineInput)

    def open(self) -> None:
        """Let the owner type."""
        self.display = True
        self._at = len(self._earlier)
        self.line.focus()
        self._offer()

    def leave(self) -> None:
        """No filter any more."""
        self._remember()
        with self.line.prevent(Input.Changed):
            self.line.clear()
        self.display = False
        self._give("")

    def offer_from(self, policies: Sequence[str], senders: Sequence[str]) -> None:
        """What `~p` and `~s` may name."""
        self._policies, self._senders = policies, senders

    def say(self, words: str) -> None:
        """How much was found."""
        self._say(Content.styled(words, "$foreground-muted"))

    # Keys

    def action_take(self) -> None:
        """Take the word that is offered."""
        offered = self._offered
        if offered is None or not offered.options:
            return
        line, option = self.line, offered.options[self._pointed]
        end = line.cursor_position
        line.value = line.value[: offered.start] + option.value + line.value[end:]
        line.cursor_position = offered.start + len(option.value)
        self._offer()

    def action_point(self, step: int) -> None:
        """Another of the words that are offered; above the first of them the filters before."""
        shown = len(self._options())
        if step > 0 and self._at < len(self._earlier):
            self._recall(self._at + 1)
        elif step > 0 and shown:
            self._pointed = min(self._pointed + 1, shown - 1)
            self._show_offers()
        elif step < 0 and self._pointed:
            self._pointed -= 1
            self._show_offers()
        elif step < 0 and self._at > 0:
            self._recall(self._at - 1)

    def _recall(self, at: int) -> None:
        self._at = at
        line = self.line
        line.value = self._earlier[at] if at < len(self._earlier) else ""
        line.cursor_position = len(line.value)

    # Typing

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        self._offer()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE_S, self._use)

    @on(Input.Submitted)
    def _done(self, message: Input.Submitted) -> None:
        message.stop()
        self._use()
        self._remember()
        self.query_one("#filter-offers").display = False
        if not message.value.strip():
            self.display = False
        self.post_message(FilterDone())

    def _use(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._give(self.line.value)

    def _give(self, text: str) -> None:
        from guardian.journal.filters.query import FilterError, parse_filter

        try:
            found = parse_filter(text, datetime.now())
        except FilterError as error:
            if self._offered is not None and self._offered.options and error.column > self._offered.start:
                self._say(Content())  # it is not wrong, it is not finished
                return
            self._say_what_is_wrong(error.column, error.line())
            return
        self._say(Content())
        if text.strip() != self._in_force:
            self._in_force = text.strip()
            self.post_message(FilterGiven(None if found.is_everything else found, text))

    def _say_what_is_wrong(self, column: int, words: str) -> None:
        line = self.line
        indent = max(min(column - 1, max(len(line.value), 0)) - int(line.scroll_offset.x), 0)
        pointer = " " * min(indent, max(self.size.width - 2, 0)) + "^"
        said = words.partition("filter, column")[2].partition(": ")[2] or words
        self._say(Content.styled(f"{pointer}\n{said}", "$text-warning"))

    def _say(self, words: Content) -> None:
        says = self.query_one("#filter-says", Static)
        says.display = bool(words.plain)
        says.update(words)

    def _remember(self) -> None:
        text = self.line.value.strip()
        if text:
            self._earlier = [*(each for each in self._earlier if each != text), text][-MOST_REMEMBERED:]
        self._at = len(self._earlier)

    # What is offered

    def _offer(self) -> None:
        from guardian.journal.filters.completion import completions

        line = self.line
        self._pointed = 0
        self._offered = completions(line.value, line.cursor_position, self._policies, self._senders)
        self._show_offers()

    def _options(self) -> Sequence[Option]:
        """Those that there is room for."""
        most = MOST_OFFERED if self.app.size.height >= _LOW_LINES else _FEW_OFFERED
        return self._offered.options[:most] if self._offered is not None else ()

    def _show_offers(self) -> None:
        from guardian.safe_text import safe_line

        offers = self.query_one("#filter-offers", Static)
        options = self._options()
        offers.display = bool(options)
        lines = []
        for number, option in enumerate(options):
            value = f"{'>' if number == self._pointed else ' '} {safe_line(option.value, 40):<18} "
            lines.append(
                Content.assemble((value, "bold" if number == self._pointed else ""), (option.say, "$foreground-muted"))
            )
        if lines:
            lines.append(Content.styled("  tab takes it", "$foreground-muted italic"))
        offers.update(Content("\n").join(lines))
