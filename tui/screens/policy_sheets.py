"""Sheets on which the owner changes something about a policy: what would come of it is shown, and a reason is asked.

Invariants: closing a sheet changes nothing; what would come of a change is told at the desk, for the choice that is
shown now, and a late answer about another is dropped; what is typed enters a line safe for a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from textual import events, on
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from tui.desk import Job
from tui.keys import AGREE_KEYS, SHEET_KEYS
from tui.messages import WorkFailed
from tui.screens.base import GuardianSheet, app_of
from tui.widgets.line_input import LineInput
from tui.widgets.line_list import Line, LineList
from tui.widgets.scroll import KeyScroll

SHORT_LINES: Final = 4
"""Words of fewer lines get a sheet that is no taller than they are."""


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """One thing that the owner may choose on a sheet."""

    label: str
    """Safe for a terminal."""
    text: str
    """The new text of the policy's file."""


@dataclass(frozen=True, slots=True, repr=False)
class Decided:
    """What the owner chose."""

    change: Change
    why: str


@dataclass(repr=False)
class Told(AppMessage):
    """What would come of a change."""

    number: int
    words: Content


class ChangeSheet(GuardianSheet[Decided]):
    """Choose, see what would come of it, give a reason. `tell(change, job)` says what would come of it, at the desk."""

    BINDINGS: ClassVar[list[BindingType]] = list(SHEET_KEYS)

    def __init__(self, title: str, changes: Sequence[Change], tell: Callable[[Change, Job], Content]) -> None:
        super().__init__()
        self._title, self._changes, self._tell = title, changes, tell

    def body(self) -> Iterable[Widget]:
        """The choices, what would come of the chosen one, and the reason."""
        frame = Vertical(
            LineList(id="changes"),
            KeyScroll(Static("", markup=False, id="foreseen"), id="foreseen-pane"),
            LineInput(placeholder="your reason; it stands in the journal (may stay empty)", id="why", compact=True),
            classes="sheet change-sheet",
        )
        frame.border_title = Content(self._title)
        frame.border_subtitle = Content("enter: your reason, then it is done; esc changes nothing")
        yield frame

    def on_mount(self) -> None:
        """Show the choices, or go to the reason where there is one choice only."""
        listing = self.query_one(LineList)
        listing.styles.height = min(len(self._changes), 8)
        listing.show([Line(str(number), partial(_label, each.label)) for number, each in enumerate(self._changes)])
        (listing if len(self._changes) > 1 else self.query_one("#why")).focus()

    @property
    def _chosen(self) -> int:
        return int(self.query_one(LineList).chosen or 0)

    @on(LineList.Moved)
    def _moved(self) -> None:
        number = self._chosen
        self.query_one("#foreseen", Static).update(
            Content.styled("working out what would come of it …", "$foreground-muted")
        )

        def work(job: Job) -> Told:
            return Told(number, self._tell(self._changes[number], job))

        app_of(self).desk.do("foresee", work, self)

    @on(Told)
    def _told(self, message: Told) -> None:
        if message.number == self._chosen:
            self.query_one("#foreseen", Static).update(message.words)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self.query_one("#foreseen", Static).update(Content.styled(message.line, "$text-error"))

    @on(LineList.Clicked)
    def _to_reason(self) -> None:
        self.query_one("#why").focus()

    def key_enter(self, event: events.Key) -> None:
        """From the choices to the reason; the key is not to reach the line that it leads to."""
        if self.query_one(LineList).has_focus:
            event.stop()
            self._to_reason()

    @on(Input.Submitted, "#why")
    def _decide(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(Decided(self._changes[self._chosen], event.value.strip()))


class ReasonSheet(GuardianSheet[str]):
    """A reason, for what is shown above it."""

    BINDINGS: ClassVar[list[BindingType]] = list(SHEET_KEYS)

    def __init__(self, title: str, words: Content) -> None:
        super().__init__()
        self._title, self._words = title, words

    def body(self) -> Iterable[Widget]:
        """What it is about, and the line."""
        frame = Vertical(
            KeyScroll(Static(self._words, markup=False)),
            LineInput(placeholder="why? it stands in the journal", id="why", compact=True),
            classes="sheet change-sheet",
        )
        frame.border_title = Content(self._title)
        frame.border_subtitle = Content("enter keeps it, esc leaves it for later")
        yield frame

    def on_mount(self) -> None:
        """To the line."""
        self.query_one("#why").focus()

    @on(Input.Submitted, "#why")
    def _given(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.dismiss(event.value.strip())


class AgreeSheet(GuardianSheet[bool]):
    """All that there is to see before a yes. Only y, or the button, is one."""

    BINDINGS: ClassVar[list[BindingType]] = [*AGREE_KEYS, *SHEET_KEYS]

    def __init__(self, title: str, words: Content, question: str) -> None:
        super().__init__()
        self._title, self._words, self._question = title, words, question

    def body(self) -> Iterable[Widget]:
        """The words, which scroll, the question, and the two answers."""
        frame = Vertical(
            KeyScroll(Static(self._words, markup=False), id="agree-words"),
            Static(Content.styled(self._question, "bold"), markup=False, id="agree-question"),
            Horizontal(
                Button(Content("No"), id="no", compact=True),
                Button(Content("Yes (y)"), id="yes", compact=True),
                classes="agree-buttons",
            ),
            classes="sheet change-sheet" + (" -short" if self._words.plain.count("\n") < SHORT_LINES else ""),
        )
        frame.border_title = Content(self._title)
        frame.border_subtitle = Content("y agrees, esc changes nothing")
        yield frame

    def on_mount(self) -> None:
        """To the words: they are to be read."""
        self.query_one(KeyScroll).focus()

    def action_agree(self) -> None:
        """Yes."""
        self.dismiss(True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")


def _label(words: str, _width: int) -> Content:
    return Content(words)
