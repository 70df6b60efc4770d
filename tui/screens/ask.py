"""The Ask screen: any text, who wrote it, what it does, and what can be asked about that; and talking with a model."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from tui.screens.base import GuardianScreen
from tui.talking import TalkLeft, TalkWanted
from tui.widgets.ask import AskPane
from tui.widgets.editor import Editor
from tui.widgets.talk import TalkPane


class AskScreen(GuardianScreen):
    """Text and speaker, verdict and answers; in its place, when wanted, a conversation."""

    CSS_PATH = "ask.tcss"
    name_in_bar = "Ask"

    def body(self) -> Iterable[Widget]:
        """The two panes, of which one is shown."""
        yield AskPane()
        yield TalkPane()

    def on_mount(self) -> None:
        """Begin with the text."""
        self.query_one(TalkPane).display = False

    def main(self) -> Widget:
        """The editor, or the line of the conversation."""
        talk = self.query_one(TalkPane)
        return talk.query_one("#talk-line") if talk.display else self.query_one("#editor", Editor)

    @on(TalkWanted)
    def _talk_wanted(self, message: TalkWanted) -> None:
        message.stop()
        self.talk(message)

    def talk(self, wanted: TalkWanted) -> None:
        """Show the conversation, and go on with it as is wanted."""
        self._show(talking=True)
        self.query_one(TalkPane).begin(wanted)

    @on(TalkLeft)
    def _talk_left(self, message: TalkLeft) -> None:
        message.stop()
        self._show(talking=False)
        self.focus_main()

    def _show(self, *, talking: bool) -> None:
        self.query_one(TalkPane).display = talking
        self.query_one(AskPane).display = not talking
