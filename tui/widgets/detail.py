"""One message beside the list: its text with the words that did it, then the reasons in order.

Invariants: every public method takes a `Shown`, or the core's own words; the text is read again at the desk, since a
hostile mail takes its time, and what arrives for a message that is no longer shown is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widgets import Static

from guardian.verdict import Verdict
from tui.desk import Job
from tui.messages import WorkFailed
from tui.screens.base import app_of
from tui.widgets.scroll import KeyScroll

if TYPE_CHECKING:
    from tui.bridge import Bridge
    from tui.marking import Piece
    from tui.shown import Shown


PREVIEW_CHARS: Final = 8_000
"""Of the text, beside the list: more than fits on any screen. The message's own page has all of it."""


@dataclass(repr=False)
class TextMarked(AppMessage):
    """A message's text was read for showing, with the quoted words marked."""

    shown: Shown
    pieces: tuple[Piece, ...]


class Reasons(KeyScroll):
    """Why: what the message does, which policy of the owner's says so, what one can do, scores last."""

    def compose(self) -> ComposeResult:
        """One flowing text."""
        yield Static("", markup=False)

    def show(self, verdict: Verdict) -> None:
        """Show a verdict in words."""
        from tui.rendering import reasons  # imports the reading: not before there is a verdict

        self._put(reasons(verdict))

    def say(self, words: str) -> None:
        """Show words of the app's own."""
        self._put(Content.styled(words, "$foreground-muted"))

    def _put(self, content: Content) -> None:
        self.query_one(Static).update(content)
        self.scroll_home(animate=False)


class MessageText(KeyScroll):
    """The text of a message as it was sent, with the quoted words marked in place."""

    def __init__(self) -> None:
        super().__init__(id="text")
        self._shown: Shown | None = None

    def compose(self) -> ComposeResult:
        """One flowing text."""
        yield Static("", markup=False)

    def show(self, shown: Shown) -> None:
        """Show a message's text as soon as it is read."""
        self._shown = shown
        self.query_one(Static).update("")
        self.scroll_home(animate=False)
        app = app_of(self)
        app.desk.do("message-text", partial(_marked, shown, app.bridge), self)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self.query_one(Static).update(Content(f"this text cannot be shown: {message.line}"))

    @on(TextMarked)
    def _put(self, message: TextMarked) -> None:
        from tui.rendering import marked

        message.stop()
        if message.shown is self._shown:
            self.query_one(Static).update(marked(message.pieces))


def _marked(shown: Shown, bridge: Bridge, _job: Job) -> TextMarked:
    from tui.marking import beginning, marked_text

    return TextMarked(shown, beginning(marked_text(shown, bridge.reader), PREVIEW_CHARS))


class Detail(Vertical):
    """Title, text and reasons of one message."""

    def __init__(self) -> None:
        super().__init__(id="detail")

    def compose(self) -> ComposeResult:
        """Title, text, reasons, from top to bottom."""
        yield Static("", markup=False, id="title")
        yield MessageText()
        yield Reasons(id="reasons")

    def show(self, shown: Shown) -> None:
        """Show a message and its verdict."""
        from tui.rendering import title

        self.query_one("#title", Static).update(title(shown))
        self.query_one(MessageText).show(shown)
        self.query_one(Reasons).show(shown.verdict)
