"""The sheets over a policy's text: a choice, the reason for keeping it, and what can stand at the cursor.

Invariants: a sheet that is closed chooses nothing; what a policy or a stranger wrote is `Content` that has passed
`safe_line` or `safe_text`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from guardian.policy.completion import Completion
from guardian.safe_text import safe_line
from tui.keys import SHEET_KEYS
from tui.screens.base import GuardianSheet
from tui.widgets.key_list import KeyList
from tui.widgets.line_input import LineInput
from tui.widgets.scroll import KeyScroll

Chosen = TypeVar("Chosen")


class ChoiceSheet(GuardianSheet[Chosen], Generic[Chosen]):
    """A few words, and one of several things to do; None where it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = list(SHEET_KEYS)

    def __init__(self, title: str, words: Content, choices: Sequence[tuple[Chosen, str]]) -> None:
        super().__init__()
        self._title, self._words, self._choices = title, words, choices

    def body(self) -> Iterable[Widget]:
        """The words, which may scroll, above the choices."""
        options = [Option(Content(safe_line(label))) for _, label in self._choices]
        frame = Vertical(
            KeyScroll(Static(self._words, markup=False), classes="sheet-words"),
            KeyList(*options, classes="sheet-choices"),
            classes="sheet editor-sheet",
        )
        frame.border_title = Content(self._title)
        frame.border_subtitle = Content("enter chooses, esc goes on editing")
        yield frame

    def on_mount(self) -> None:
        """To the choices."""
        self.query_one(KeyList).focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.dismiss(self._choices[message.option_index][0])


class WhySheet(GuardianSheet[str]):
    """The reason for a change, which may be left empty; None where the sheet is closed."""

    BINDINGS: ClassVar[list[BindingType]] = list(SHEET_KEYS)

    def __init__(self, title: str, words: Content) -> None:
        super().__init__()
        self._title, self._words = title, words

    def body(self) -> Iterable[Widget]:
        """What would be kept, and the line for the reason."""
        frame = Vertical(
            KeyScroll(Static(self._words, markup=False), classes="sheet-words"),
            LineInput(placeholder="why? it stands in the journal; nothing: asked later", id="why"),
            classes="sheet editor-sheet",
        )
        frame.border_title = Content(self._title)
        frame.border_subtitle = Content("enter keeps it, esc goes on editing")
        yield frame

    def on_mount(self) -> None:
        """To the line."""
        self.query_one("#why").focus()

    @on(Input.Submitted, "#why")
    def _given(self, message: Input.Submitted) -> None:
        message.stop()
        self.dismiss(message.value.strip())


class CompletionSheet(GuardianSheet[Completion]):
    """What can stand at the cursor; None where the sheet is closed."""

    BINDINGS: ClassVar[list[BindingType]] = list(SHEET_KEYS)

    def __init__(self, completions: Sequence[Completion]) -> None:
        super().__init__()
        self._completions = completions

    def body(self) -> Iterable[Widget]:
        """One line for each."""
        options = [Option(_completion_words(each)) for each in self._completions]
        frame = Vertical(KeyList(*options, classes="sheet-choices"), classes="sheet editor-sheet")
        frame.border_title = Content("What can stand here")
        frame.border_subtitle = Content("enter writes it, esc closes")
        yield frame

    def on_mount(self) -> None:
        """To the list."""
        self.query_one(KeyList).focus()

    @on(OptionList.OptionSelected)
    def _taken(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.dismiss(self._completions[message.option_index])


def _completion_words(each: Completion) -> Content:
    says = (f"  {safe_line(each.says)}", "$foreground-muted") if each.says else ""
    return Content.assemble((safe_line(each.label), "bold"), says)
