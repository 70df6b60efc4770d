"""The page of one message: its text, why it is here, what is hidden in it, its way through policies, its receipt.

Invariants: reading, hashing and the journal stay off the painting thread; what arrives for a message that is no longer
the one on the page is dropped; a message that can't be shown says why, in words; leaving it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Static, TabbedContent, TabPane

from guardian.safe_text import safe_line
from tui.alert_actions import AlertActions
from tui.copying import copy, write
from tui.desk import Job
from tui.keys import MESSAGE_KEYS
from tui.messages import WorkFailed
from tui.records import Records
from tui.screens.base import GuardianScreen, app_of
from tui.talking import TalkAbout, TalkWanted, talk_in
from tui.widgets.receipt import ReceiptPane
from tui.widgets.text_view import TextView
from tui.widgets.way import WayList

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.gate import Screened
    from tui.bridge import Bridge
    from tui.shown import Shown

PARTS: Final = ("said", "hidden", "way", "receipt")
"""The tabs, from left to right."""
_NAMES: Final = {"said": "Message", "hidden": "Hidden", "way": "Its way", "receipt": "Receipt"}


@dataclass(repr=False)
class MessageOpened(AppMessage):
    """What the gate or the journal holds under a key."""

    key: int
    shown: Shown


@dataclass(repr=False)
class MessageRead(AppMessage):
    """The text, ready to be shown."""

    shown: Shown
    said: Content
    hidden: Content
    concealed: int
    """Hidden and decoded parts, and one more where characters that nobody sees are in it."""


class MessageScreen(GuardianScreen, AlertActions):
    """One message.

    `key`: the alert's, or a record's number. `neighbours` gives the keys of the list that the owner came from, in its
    order; left out: all alerts, newest first. `moved` is told of each other key that the page goes on to.
    """

    CSS_PATH = "message.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(MESSAGE_KEYS)

    def __init__(
        self,
        key: int,
        neighbours: Callable[[], Sequence[int]] | None = None,
        moved: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__()
        self.key = key
        """Of the message on the page."""
        self._neighbours, self._moved = neighbours, moved
        self._shown: Shown | None = None

    def body(self) -> Iterable[Widget]:
        """A title, and the parts on tabs."""
        yield Static("", markup=False, id="message-title")
        with TabbedContent(initial=PARTS[0]):
            with TabPane(_NAMES["said"], id="said"), Container(id="said-pane"):
                yield TextView(id="said-text")
                yield TextView(id="said-reasons")
            with TabPane(_NAMES["hidden"], id="hidden"):
                yield TextView(id="hidden-text")
            with TabPane(_NAMES["way"], id="way"):
                yield WayList()
            with TabPane(_NAMES["receipt"], id="receipt"):
                yield ReceiptPane()

    def on_mount(self) -> None:
        """Open the message."""
        app_of(self).alerts_changed.subscribe(self, self._alerts_changed)
        self._open(self.key)

    def main(self) -> Widget:
        """Its text."""
        return self.query_one("#said-text")

    def chosen_alert(self) -> Alert | None:
        """The alert on the page."""
        alert = app_of(self).book.get(self.key)
        if alert is None and self._shown is not None and self._shown.view is not None:
            from guardian.alerts.alert import alert_of_view

            return alert_of_view(self._shown.view)  # an old record, opened from the Journal
        return alert

    # Opening

    def _open(self, key: int) -> None:
        self.key, self._shown = key, None
        app = app_of(self)
        self._say("opening …")
        alert, screened = app.book.get(key), app.book.screened(key)
        app.desk.do("open", partial(_open_message, key, alert, screened, app.records), self)

    @on(MessageOpened)
    def _opened(self, message: MessageOpened) -> None:
        """Show the verdict at once, and have the text read."""
        from tui.rendering import reasons, record_facts

        message.stop()
        if message.key != self.key:
            return
        app, shown = app_of(self), message.shown
        self._shown = shown
        app.seen.see(self.key)
        self._show_title()
        small_print = record_facts(shown)
        self.query_one("#said-reasons", TextView).show(Content("\n\n").join([reasons(shown.verdict), small_print]))
        for place in ("#said-text", "#hidden-text"):
            self.query_one(place, TextView).say("reading …")
        app.desk.do("text", partial(_read_message, shown, app.bridge), self)
        self._fill_part(self._part)

    @on(MessageRead)
    def _read(self, message: MessageRead) -> None:
        message.stop()
        if message.shown is not self._shown:
            return
        self.query_one("#said-text", TextView).show(message.said)
        self.query_one("#hidden-text", TextView).show(message.hidden)
        count = f" ({message.concealed})" if message.concealed else ""
        self.query_one(TabbedContent).get_tab("hidden").label = Content(_NAMES["hidden"] + count)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        if message.key == "text":
            self.query_one("#said-text", TextView).say(f"this text can't be read: {message.line}")
            self.query_one("#hidden-text", TextView).say("")
        else:
            self._say(f"x this can't be shown: {message.line}")

    def _say(self, words: str) -> None:
        """Words of the app's own in place of a message."""
        self.query_one("#message-title", Static).update(Content(words))
        for place in ("#said-text", "#said-reasons", "#hidden-text"):
            self.query_one(place, TextView).say("")

    def _show_title(self) -> None:
        from tui.rendering import title

        if self._shown is None:
            return
        alert = app_of(self).book.get(self.key)
        said = f"you said: {alert.says}" if alert is not None and alert.says else ""
        mark = str(getattr(alert, "mark", None) or "")
        words = "  ".join(filter(None, (said, safe_line(mark))))
        own = Content.styled(f"  [{words}]" if words else "", "bold $text-primary")
        self.query_one("#message-title", Static).update(title(self._shown) + own)

    def _alerts_changed(self, keys: tuple[int, ...]) -> None:
        if self.key not in keys or self._shown is None:
            return
        if self.key not in app_of(self).book:
            self._shown = None
            self._say("this was forgotten meanwhile, and is gone")
            return
        alert, view = app_of(self).book.get(self.key), self._shown.view
        if alert is not None and view is not None and alert.opinion != view.opinion:
            self._open(self.key)  # the judge spoke meanwhile: another verdict counts
            return
        self._show_title()

    # Moving

    @property
    def _part(self) -> str:
        return self.query_one(TabbedContent).active or PARTS[0]

    def action_part(self, part: str) -> None:
        """Go to a tab, ready for its keys."""
        self.query_one(TabbedContent).active = part
        main = {"said": "#said-text", "hidden": "#hidden-text", "way": "#way-list", "receipt": "#field-outcome"}
        widget = self.query_one(main[part])
        self.set_focus(widget if widget.is_on_screen or widget.display else None)

    def action_step_part(self, steps: int) -> None:
        """The next tab, or the one before; round at the ends."""
        self.action_part(PARTS[(PARTS.index(self._part) + steps) % len(PARTS)])

    @on(TabbedContent.TabActivated)
    def _part_shown(self, message: TabbedContent.TabActivated) -> None:
        message.stop()
        self._fill_part(message.pane.id or "")

    def _fill_part(self, part: str) -> None:
        """What costs something is worked out when its tab is looked at."""
        if self._shown is None:
            return
        if part == "way":
            self.query_one(WayList).show(self._shown)
        elif part == "receipt":
            self.query_one(ReceiptPane).show(self._shown, self._why_not_recorded(self._shown))

    def _why_not_recorded(self, shown: Shown) -> str:
        place = shown.verdict.journal
        if place is not None and place.get("problem"):
            waits = "; it waits, sealed, until it can be put in" if place.get("waiting") else ""
            return f"it is not in the journal: {place['problem']}{waits}"
        if app_of(self).records is None:
            return "this run leaves the journal alone, so it was not recorded"
        return "it is not in the journal: messages like it are only counted there (guardian config show journal.clean)"

    def action_step_alert(self, steps: int) -> None:
        """The next alert of the list, or the one before."""
        book = app_of(self).book
        keys = list(self._neighbours() if self._neighbours else (alert.key for alert in book.everything()))
        place = keys.index(self.key) + steps if self.key in keys else 0
        if not 0 <= place < len(keys):
            self.notify("that was the last one" if steps > 0 else "that was the first one", markup=False, timeout=2)
            return
        self._open(keys[place])
        if self._moved is not None:
            self._moved(self.key)

    def action_leave(self) -> None:
        """Back to where the owner came from."""
        self.dismiss()

    def action_talk(self) -> None:
        """Ask the owner's own language model about it, on the Ask screen."""
        if self._shown is None:
            return
        shown = self._shown
        name = f"record {shown.seq}" if shown.seq is not None else "this message"
        wanted = TalkWanted(TalkAbout(name, shown.verdict, shown.message))
        self.app.call_next(talk_in, app_of(self), wanted)

    # Copying

    def action_copy(self) -> None:
        """Copy what has the keys, as it is shown."""
        text, what = self._in_focus()
        copy(app_of(self), text, what)

    def action_write(self) -> None:
        """Write it to a private file, as it is shown."""
        text, what = self._in_focus()
        write(app_of(self), text, what)

    def _in_focus(self) -> tuple[str, str]:
        """The words of the part that has the keys, and what they are."""
        if self._part == "way":
            return self.query_one(WayList).plain, "its way"
        if self._part == "receipt":
            return self.query_one(ReceiptPane).plain, "the receipt"
        if self._part == "hidden":
            return self.query_one("#hidden-text", TextView).plain, "what is hidden"
        reasons = self.query_one("#said-reasons", TextView)
        if reasons.has_focus:
            return reasons.plain, "the reasons"
        return self.query_one("#said-text", TextView).plain, "the message"


def _open_message(
    key: int, alert: Alert | None, screened: Screened | None, records: Records | None, _job: Job
) -> MessageOpened:
    from tui.shown import shown_under

    return MessageOpened(key, shown_under(key, alert, screened, records))


def _read_message(shown: Shown, bridge: Bridge, _job: Job) -> MessageRead:
    from tui.concealed import concealed_pieces, hint_pieces, source_pieces
    from tui.marking import read_text
    from tui.rendering import marked

    text = read_text(shown, bridge.reader)
    concealed = text.hidden_parts + bool(text.unseen)
    hidden = marked((*concealed_pieces(text), *source_pieces(shown)))
    return MessageRead(shown, marked((*text.said, *hint_pieces(text))), hidden, concealed)
