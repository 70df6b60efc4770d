"""A sheet with fields to fill in. Nothing is changed unless the owner says so; closing it leaves all as it was."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ScreenResultType
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from tui.keys import SHEET_KEYS
from tui.screens.base import GuardianSheet


class FormSheet(GuardianSheet[ScreenResultType]):
    """Subclasses give `fields` and `send`, which dismisses the sheet with an answer, or says what is missing."""

    CSS_PATH = "form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(SHEET_KEYS)

    def __init__(self, title: str, does: str) -> None:
        """`title` is safe for a terminal; `does` is the button's word."""
        super().__init__()
        self._title, self._does = title, does

    def body(self) -> Iterable[Widget]:
        """The fields, what is missing, and two buttons."""
        frame = Vertical(
            VerticalScroll(*self.fields(), Static("", markup=False, id="form-says"), can_focus=False),
            Horizontal(
                Button(Content(self._does), id="form-do", compact=True),
                Button(Content("Leave it"), id="form-leave", compact=True),
                classes="form-buttons",
            ),
            classes="sheet form",
        )
        frame.border_title = Content(self._title)
        frame.border_subtitle = Content("enter in a line does it, esc leaves it")
        yield frame

    def fields(self) -> Iterable[Widget]:
        """What is to be filled in."""
        raise NotImplementedError

    def send(self) -> None:
        """Dismiss with the answer, or say what is missing."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """To the first field, with the sheet's beginning in sight."""
        for field in self.query("Input, RadioSet"):
            field.focus(scroll_visible=False)
            break

    def say(self, words: str) -> None:
        """What keeps it from being done."""
        self.query_one("#form-says", Static).update(Content.styled(words, "$text-error"))

    def value(self, name: str) -> str:
        """What stands in a line."""
        return self.query_one(f"#{name}", Input).value.strip()

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.send()

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        message.stop()
        if message.button.id == "form-do":
            self.send()
        else:
            self.dismiss(None)


def label(words: str) -> Label:
    """What a field is for."""
    return Label(Content(words), classes="form-label")
