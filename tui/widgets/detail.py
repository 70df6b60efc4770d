"""One message beside the list: its text with the words that did it, then the reasons in order.

Invariants: every public method takes a `Screened`; the text is read again in a worker, since a hostile mail takes its
time, and what arrives for a message that is no longer shown is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from guardian.settings import Settings
from tui.crash import crash_line
from tui.messages import TextMarked
from tui.widgets.scroll import KeyScroll

if TYPE_CHECKING:
    from guardian.gate import Screened


class Reasons(KeyScroll):
    """Why: what the message does, which policy of the owner's says so, what one can do, scores last."""

    def compose(self) -> ComposeResult:
        """One flowing text."""
        yield Static("", markup=False)

    def show(self, screened: Screened) -> None:
        """Show a verdict in words."""
        from tui.rendering import reasons  # imports the gate: not before there is a verdict

        self._put(reasons(screened))

    def say(self, words: str) -> None:
        """Show words of the app's own."""
        self._put(Content.styled(words, "$foreground-muted"))

    def _put(self, content: Content) -> None:
        self.query_one(Static).update(content)
        self.scroll_home(animate=False)


class MessageText(KeyScroll):
    """The text of a message as it was sent, with the quoted words marked in place."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="text")
        self._settings = settings
        self._shown: Screened | None = None

    def compose(self) -> ComposeResult:
        """One flowing text."""
        yield Static("", markup=False)

    def show(self, screened: Screened) -> None:
        """Show a message's text as soon as it is read."""
        self._shown = screened
        self.query_one(Static).update("")
        self.scroll_home(animate=False)
        self._read(screened)

    @work(thread=True, exclusive=True, group="message-text")
    def _read(self, screened: Screened) -> None:
        from guardian.assembly import limits_of
        from tui.marking import Piece, Role, marked_text

        try:
            pieces = marked_text(screened, limits_of(self._settings))
        except Exception as error:  # a text that cannot be shown must not end the app
            pieces = (Piece(f"this text cannot be shown: {crash_line(error)}", Role.NOTE),)
        self.post_message(TextMarked(screened, pieces))

    @on(TextMarked)
    def _put(self, message: TextMarked) -> None:
        from tui.rendering import marked

        message.stop()
        if message.screened is self._shown:
            self.query_one(Static).update(marked(message.pieces))


class Detail(Vertical):
    """Title, text and reasons of one message."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="detail")
        self._settings = settings

    def compose(self) -> ComposeResult:
        """Title, text, reasons, from top to bottom."""
        yield Static("", markup=False, id="title")
        yield MessageText(self._settings)
        yield Reasons(id="reasons")

    def show(self, screened: Screened) -> None:
        """Show a message and its verdict."""
        from tui.rendering import title

        self.query_one("#title", Static).update(title(screened))
        self.query_one(MessageText).show(screened)
        self.query_one(Reasons).show(screened)
